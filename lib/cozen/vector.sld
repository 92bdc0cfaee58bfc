;;; Vectors and bytevectors.

(define-library (cozen vector)
  (export vector? make-vector vector vector-length vector-ref vector-set!
          vector->list list->vector vector-fill! vector-copy vector-copy! vector-append
          vector-map vector-for-each
          bytevector? make-bytevector bytevector bytevector-length
          bytevector-u8-ref bytevector-u8-set!
          bytevector-fill! bytevector-copy bytevector-copy! bytevector-append)
  (import (cozen core) (cozen primitives))
  (begin

    (define make-vector
      (case-lambda
        ((count) (%make-vector count (%unspecified)))
        ((count fill) (%make-vector count fill))))

    (define make-bytevector
      (case-lambda
        ((count) (%make-bytevector count 0))
        ((count fill) (%make-bytevector count fill))))

    ;; (define-append name make copy! length-of): joins any number of objects.
    (define-syntax define-append
      (syntax-rules ()
        ((_ name make copy! length-of)
         (define (name . objects)
           (let sum ((rest objects) (total 0))
             (if (pair? rest)
                 (sum (cdr rest) (+ total (length-of (car rest))))
                 (let ((result (make total 0)))
                   (let loop ((at 0) (rest objects))
                     (if (null? rest)
                         result
                         (let ((length (length-of (car rest))))
                           (copy! result at (car rest) 0 length)
                           (loop (+ at length) (cdr rest))))))))))))

    (define-append vector-append %make-vector %vector-copy! vector-length)
    (define-append bytevector-append %make-bytevector %bytevector-copy! bytevector-length)

    (define (bytevector . bytes)
      (let ((result (%make-bytevector (length bytes) 0)))
        (let loop ((index 0) (bytes bytes))
          (if (null? bytes)
              result
              (begin
                (bytevector-u8-set! result index (car bytes))
                (loop (+ index 1) (cdr bytes)))))))

    (define-syntax define-range
      (syntax-rules ()
        ((_ name primitive length-of)
         (define name
           (case-lambda
             ((object) (primitive object 0 (length-of object)))
             ((object start) (primitive object start (length-of object)))
             ((object start end) (primitive object start end)))))))

    (define-range vector->list %vector->list vector-length)
    (define-range vector-copy %vector-copy vector-length)
    (define-range bytevector-copy %bytevector-copy bytevector-length)

    (define-syntax define-range-copy!
      (syntax-rules ()
        ((_ name primitive length-of)
         (define name
           (case-lambda
             ((to at from) (primitive to at from 0 (length-of from)))
             ((to at from start) (primitive to at from start (length-of from)))
             ((to at from start end) (primitive to at from start end)))))))

    (define-range-copy! vector-copy! %vector-copy! vector-length)
    (define-range-copy! bytevector-copy! %bytevector-copy! bytevector-length)

    (define-syntax define-range-fill!
      (syntax-rules ()
        ((_ name primitive length-of)
         (define name
           (case-lambda
             ((object fill) (primitive object fill 0 (length-of object)))
             ((object fill start) (primitive object fill start (length-of object)))
             ((object fill start end) (primitive object fill start end)))))))

    (define-range-fill! vector-fill! %vector-fill! vector-length)
    (define-range-fill! bytevector-fill! %bytevector-fill! bytevector-length)

    ;; Results are collected in a list first: see `map`.
    (define vector-map
      (case-lambda
        ((procedure vector)
         (let ((length (vector-length vector)))
           (let loop ((index 0) (results '()))
             (if (< index length)
                 (loop (+ index 1) (cons (procedure (vector-ref vector index)) results))
                 (list->vector (reverse results))))))
        ((procedure vector . more)
         (let* ((vectors (cons vector more))
                (length (shortest-length vectors)))
           (let loop ((index 0) (results '()))
             (if (< index length)
                 (loop (+ index 1)
                       (cons (%apply procedure (elements-at vectors index)) results))
                 (list->vector (reverse results))))))))

    (define vector-for-each
      (case-lambda
        ((procedure vector)
         (let ((length (vector-length vector)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (procedure (vector-ref vector index))
                   (loop (+ index 1)))))))
        ((procedure vector . more)
         (let* ((vectors (cons vector more))
                (length (shortest-length vectors)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (%apply procedure (elements-at vectors index))
                   (loop (+ index 1)))))))))

    (define (shortest-length vectors)
      (let loop ((length (vector-length (car vectors))) (vectors (cdr vectors)))
        (cond ((null? vectors) length)
              ((< (vector-length (car vectors)) length)
               (loop (vector-length (car vectors)) (cdr vectors)))
              (else (loop length (cdr vectors))))))

    (define (elements-at vectors index)
      (if (null? vectors)
          '()
          (cons (vector-ref (car vectors) index)
                (elements-at (cdr vectors) index))))))
