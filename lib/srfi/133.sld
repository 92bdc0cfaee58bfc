;;; SRFI 133: vectors.

(define-library (srfi 133)
  (export make-vector vector vector-unfold vector-unfold-right vector-copy vector-reverse-copy
          vector-append vector-concatenate vector-append-subvectors
          vector? vector-empty? vector=
          vector-ref vector-length
          vector-fold vector-fold-right vector-map vector-map! vector-for-each vector-count
          vector-cumulate
          vector-index vector-index-right vector-skip vector-skip-right vector-binary-search
          vector-any vector-every vector-partition
          vector-set! vector-swap! vector-fill! vector-reverse! vector-copy! vector-reverse-copy!
          vector-unfold! vector-unfold-right!
          vector->list reverse-vector->list list->vector reverse-list->vector
          vector->string string->vector)
  (import (scheme base) (scheme case-lambda)
          (only (cozen condition) %check-argument %argument-error) (only (cozen primitives) %backtrace))
  (begin

    ;; (define-ranged (name vector start end) body): start and end may be left out.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name vector start end) body1 body2 ...)
         (define name
           (case-lambda
             ((vector) (name vector 0 (vector-length vector)))
             ((vector start) (name vector start (vector-length vector)))
             ((vector start end) body1 body2 ...))))))

    (define (check-range vector start end who)
      (%check-argument vector? vector who 1 "vector")
      (check-between end 0 (vector-length vector) who 3)
      (check-between start 0 end who 2))

    (define (check-between object first last who number)
      (%check-argument exact-integer? object who number "exact integer")
      (if (not (<= first object last))
          (%argument-error 'out-of-range (list who number object first last) (%backtrace))))

    ;; constructors

    (define (vector-unfold procedure length . seeds)
      (let ((result (make-vector length)))
        (apply vector-unfold! procedure result 0 length seeds)
        result))

    (define (vector-unfold-right procedure length . seeds)
      (let ((result (make-vector length)))
        (apply vector-unfold-right! procedure result 0 length seeds)
        result))

    ;; `procedure` answers an element and the next seeds.
    (define (vector-unfold! procedure vector start end . seeds)
      (let loop ((index start) (seeds seeds))
        (if (< index end)
            (let-values (((element . seeds) (apply procedure index seeds)))
              (vector-set! vector index element)
              (loop (+ index 1) seeds)))))

    (define (vector-unfold-right! procedure vector start end . seeds)
      (let loop ((index (- end 1)) (seeds seeds))
        (if (>= index start)
            (let-values (((element . seeds) (apply procedure index seeds)))
              (vector-set! vector index element)
              (loop (- index 1) seeds)))))

    (define-ranged (vector-reverse-copy vector start end)
      (let ((result (make-vector (- end start))))
        (vector-reverse-copy! result 0 vector start end)
        result))

    (define (vector-concatenate vectors)
      (%check-argument list? vectors 'vector-concatenate 1 "list of vectors")
      (apply vector-append vectors))

    ;; Vector, start, end; vector, start, end...
    (define (vector-append-subvectors . arguments)
      (let loop ((rest arguments) (parts '()))
        (if (null? rest)
            (vector-concatenate (reverse parts))
            (loop (cdddr rest)
                  (cons (vector-copy (car rest) (cadr rest) (car (cddr rest))) parts)))))

    (define (cdddr list) (cdr (cddr list)))

    ;; predicates

    (define (vector-empty? vector) (= (vector-length vector) 0))

    (define (vector= same? . vectors)
      (define (two? a b)
        (let ((length (vector-length a)))
          (and (= length (vector-length b))
               (let loop ((index 0))
                 (or (= index length)
                     (and (same? (vector-ref a index) (vector-ref b index))
                          (loop (+ index 1))))))))
      (or (null? vectors)
          (let loop ((first (car vectors)) (rest (cdr vectors)))
            (or (null? rest)
                (and (two? first (car rest)) (loop (car rest) (cdr rest)))))))

    ;; iteration

    ;; The least length of the arguments of `who` from this number on, which are vectors.
    (define (shortest vectors who number)
      (let loop ((vectors vectors) (number number) (lengths '()))
        (if (null? vectors)
            (begin
              (%check-argument pair? lengths who number "vector")
              (apply min lengths))
            (begin
              (%check-argument vector? (car vectors) who number "vector")
              (loop (cdr vectors) (+ number 1) (cons (vector-length (car vectors)) lengths))))))

    (define (elements vectors index)
      (map (lambda (vector) (vector-ref vector index)) vectors))

    (define vector-fold
      (case-lambda
        ((procedure seed vector)
         (let ((length (vector-length vector)))
           (let loop ((index 0) (result seed))
             (if (< index length)
                 (loop (+ index 1) (procedure result (vector-ref vector index)))
                 result))))
        ((procedure seed . vectors)
         (let ((length (shortest vectors 'vector-fold 3)))
           (let loop ((index 0) (result seed))
             (if (< index length)
                 (loop (+ index 1) (apply procedure result (elements vectors index)))
                 result))))))

    (define (vector-fold-right procedure seed . vectors)
      (let loop ((index (- (shortest vectors 'vector-fold-right 3) 1)) (result seed))
        (if (< index 0)
            result
            (loop (- index 1) (apply procedure result (elements vectors index))))))

    (define (vector-map! procedure vector . more)
      (let* ((vectors (cons vector more))
             (length (shortest vectors 'vector-map! 2)))
        (let loop ((index 0))
          (if (< index length)
              (begin
                (vector-set! vector index (apply procedure (elements vectors index)))
                (loop (+ index 1)))))))

    (define (vector-count holds? . vectors)
      (let ((length (shortest vectors 'vector-count 2)))
        (let loop ((index 0) (count 0))
          (cond ((= index length) count)
                ((apply holds? (elements vectors index)) (loop (+ index 1) (+ count 1)))
                (else (loop (+ index 1) count))))))

    (define (vector-cumulate procedure seed vector)
      (let* ((length (vector-length vector))
             (result (make-vector length)))
        (let loop ((index 0) (value seed))
          (if (= index length)
              result
              (let ((value (procedure value (vector-ref vector index))))
                (vector-set! result index value)
                (loop (+ index 1) value))))))

    ;; searching

    (define (vector-index holds? . vectors) (first-index holds? vectors 'vector-index))

    (define (first-index holds? vectors who)
      (let ((length (shortest vectors who 2)))
        (let loop ((index 0))
          (and (< index length)
               (if (apply holds? (elements vectors index)) index (loop (+ index 1)))))))

    (define (vector-index-right holds? . vectors) (last-index holds? vectors 'vector-index-right))

    (define (last-index holds? vectors who)
      (let loop ((index (- (shortest vectors who 2) 1)))
        (and (>= index 0)
             (if (apply holds? (elements vectors index)) index (loop (- index 1))))))

    (define (vector-skip holds? . vectors)
      (first-index (lambda arguments (not (apply holds? arguments))) vectors 'vector-skip))

    (define (vector-skip-right holds? . vectors)
      (last-index (lambda arguments (not (apply holds? arguments))) vectors 'vector-skip-right))

    ;; `order` answers a negative number where the element comes before `value`.
    (define (vector-binary-search vector value order)
      (let loop ((start 0) (end (vector-length vector)))
        (and (< start end)
             (let* ((middle (quotient (+ start end) 2))
                    (found (order (vector-ref vector middle) value)))
               (cond ((= found 0) middle)
                     ((< found 0) (loop (+ middle 1) end))
                     (else (loop start middle)))))))

    (define (vector-any holds? . vectors)
      (let ((length (shortest vectors 'vector-any 2)))
        (let loop ((index 0))
          (and (< index length)
               (or (apply holds? (elements vectors index)) (loop (+ index 1)))))))

    (define (vector-every holds? . vectors)
      (let ((length (shortest vectors 'vector-every 2)))
        (let loop ((index 0) (last #t))
          (if (= index length)
              last
              (let ((answer (apply holds? (elements vectors index))))
                (and answer (loop (+ index 1) answer)))))))

    ;; A vector of the elements that satisfy `holds?` and then the others; and how many do.
    (define (vector-partition holds? vector)
      (let* ((length (vector-length vector))
             (count (vector-count holds? vector))
             (result (make-vector length)))
        (let loop ((index 0) (in 0) (out count))
          (if (= index length)
              (values result count)
              (let ((element (vector-ref vector index)))
                (if (holds? element)
                    (begin
                      (vector-set! result in element)
                      (loop (+ index 1) (+ in 1) out))
                    (begin
                      (vector-set! result out element)
                      (loop (+ index 1) in (+ out 1)))))))))

    ;; mutators

    (define (vector-swap! vector i j)
      (let ((element (vector-ref vector i)))
        (vector-set! vector i (vector-ref vector j))
        (vector-set! vector j element)))

    (define-ranged (vector-reverse! vector start end)
      (check-range vector start end 'vector-reverse!)
      (let loop ((low start) (high (- end 1)))
        (if (< low high)
            (begin
              (vector-swap! vector low high)
              (loop (+ low 1) (- high 1))))))

    (define vector-reverse-copy!
      (case-lambda
        ((to at from) (vector-reverse-copy! to at from 0 (vector-length from)))
        ((to at from start) (vector-reverse-copy! to at from start (vector-length from)))
        ((to at from start end)
         ;; By way of a copy: the two may be one vector.
         (vector-copy! to at from start end)
         (vector-reverse! to at (+ at (- end start))))))

    ;; conversion

    (define-ranged (reverse-vector->list vector start end)
      (reverse (vector->list vector start end)))

    (define (reverse-list->vector list) (list->vector (reverse list)))))
