;;; SRFI 43: vectors.
;;;
;;; Iterations give their procedure the index first. Names that SRFI 133 has with another meaning
;;; are defined here, the others are those of SRFI 133.

(define-library (srfi 43)
  (export make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy
          vector-append vector-concatenate
          vector? vector-empty? vector=
          vector-ref vector-length
          vector-fold vector-fold-right vector-map vector-map! vector-for-each vector-count
          vector-index vector-index-right vector-skip vector-skip-right vector-binary-search
          vector-any vector-every
          vector-set! vector-swap! vector-fill! vector-reverse! vector-copy! vector-reverse-copy!
          vector->list reverse-vector->list list->vector reverse-list->vector)
  (import (except (scheme base) vector-copy vector-map vector-for-each)
          (rename (only (scheme base) vector-copy) (vector-copy copy-range))
          (scheme case-lambda)
          (rename (only (srfi 133) vector-unfold vector-unfold-right vector-reverse-copy
                        vector-concatenate vector-empty? vector= vector-index vector-index-right
                        vector-skip vector-skip-right vector-binary-search vector-any
                        vector-every vector-swap! vector-reverse! vector-reverse-copy!
                        reverse-vector->list reverse-list->vector)
                  (vector-reverse! reverse-range!)
                  (vector-reverse-copy reverse-copy-range)))
  (begin

    (define (check-range who vector start end limit)
      (if (not (vector? vector))
          (error (string-append who ": expected a vector, found") vector))
      (if (not (and (exact-integer? start) (exact-integer? end)
                    (<= 0 start) (<= start end) (<= start (vector-length vector))
                    (<= end limit)))
          (error (string-append who ": no range of a vector of length "
                                (number->string (vector-length vector)) ":")
                 start end)))

    ;; The result may be longer than what is left of the vector.
    (define vector-copy
      (case-lambda
        ((vector) (copy-range vector))
        ((vector start) (copy-range vector start))
        ((vector start end) (vector-copy vector start end #f))
        ((vector start end fill)
         (check-range "vector-copy" vector start end end)
         (let ((length (vector-length vector)))
           (if (<= end length)
               (copy-range vector start end)
               (let ((result (make-vector (- end start) fill)))
                 (vector-copy! result 0 vector start length)
                 result))))))

    (define vector-reverse-copy
      (case-lambda
        ((vector) (reverse-copy-range vector))
        ((vector start) (vector-reverse-copy vector start (vector-length vector)))
        ((vector start end)
         (check-range "vector-reverse-copy" vector start end (vector-length vector))
         (reverse-copy-range vector start end))))

    (define vector-reverse!
      (case-lambda
        ((vector) (reverse-range! vector))
        ((vector start) (vector-reverse! vector start (vector-length vector)))
        ((vector start end)
         (check-range "vector-reverse!" vector start end (vector-length vector))
         (reverse-range! vector start end))))

    (define (shortest vectors)
      (let loop ((length (vector-length (car vectors))) (vectors (cdr vectors)))
        (if (null? vectors)
            length
            (loop (min length (vector-length (car vectors))) (cdr vectors)))))

    (define (elements vectors index)
      (map (lambda (vector) (vector-ref vector index)) vectors))

    (define vector-fold
      (case-lambda
        ((procedure seed vector)
         (let ((length (vector-length vector)))
           (let loop ((index 0) (result seed))
             (if (= index length)
                 result
                 (loop (+ index 1) (procedure index result (vector-ref vector index)))))))
        ((procedure seed . vectors)
         (let ((length (shortest vectors)))
           (let loop ((index 0) (result seed))
             (if (= index length)
                 result
                 (loop (+ index 1)
                       (apply procedure index result (elements vectors index)))))))))

    (define vector-fold-right
      (case-lambda
        ((procedure seed vector)
         (let loop ((index (- (vector-length vector) 1)) (result seed))
           (if (< index 0)
               result
               (loop (- index 1) (procedure index result (vector-ref vector index))))))
        ((procedure seed . vectors)
         (let loop ((index (- (shortest vectors) 1)) (result seed))
           (if (< index 0)
               result
               (loop (- index 1) (apply procedure index result (elements vectors index))))))))

    ;; Results are collected first: `procedure` may be left and entered again.
    (define (vector-map procedure . vectors)
      (list->vector
       (reverse
        (apply vector-fold
               (lambda (index results . elements)
                 (cons (apply procedure index elements) results))
               '() vectors))))

    (define (vector-map! procedure vector . more)
      (apply vector-fold
             (lambda (index ignored . elements)
               (vector-set! vector index (apply procedure index elements)))
             #f vector more))

    (define vector-for-each
      (case-lambda
        ((procedure vector)
         (let ((length (vector-length vector)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (procedure index (vector-ref vector index))
                   (loop (+ index 1)))))))
        ((procedure . vectors)
         (apply vector-fold
                (lambda (index ignored . elements) (apply procedure index elements))
                #f vectors))))

    (define (vector-count holds? . vectors)
      (apply vector-fold
             (lambda (index count . elements)
               (if (apply holds? index elements) (+ count 1) count))
             0 vectors))))
