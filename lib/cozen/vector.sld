;;; Vectors and bytevectors.

(define-library (cozen vector)
  (export vector? make-vector vector vector-length vector-ref vector-set!
          vector->list list->vector vector-fill! vector-copy vector-copy! vector-append
          vector-map vector-for-each
          bytevector? make-bytevector bytevector bytevector-length
          bytevector-u8-ref bytevector-u8-set!
          bytevector-fill! bytevector-copy bytevector-copy! bytevector-append)
  (import (cozen core) (cozen primitives) (cozen condition))
  (begin

    (define make-vector
      (case-lambda
        ((count) (%make-vector count (%unspecified)))
        ((count fill) (%make-vector count fill))))

    (define make-bytevector
      (case-lambda
        ((count) (%make-bytevector count 0))
        ((count fill) (%make-bytevector count fill))))

    ;; (define-append name make copy! length-of type? expected): joins any number of objects.
    (define-syntax define-append
      (syntax-rules ()
        ((_ name make copy! length-of type? expected)
         (define (name . objects)
           (let sum ((rest objects) (total 0) (number 1))
             (if (pair? rest)
                 (begin
                   (%check-argument type? (car rest) 'name number expected)
                   (sum (cdr rest) (+ total (length-of (car rest))) (+ number 1)))
                 (let ((result (make total 0)))
                   (let loop ((at 0) (rest objects))
                     (if (null? rest)
                         result
                         (let ((length (length-of (car rest))))
                           (copy! result at (car rest) 0 length)
                           (loop (+ at length) (cdr rest))))))))))))

    (define-append vector-append %make-vector %vector-copy! vector-length vector? "vector")
    (define-append bytevector-append %make-bytevector %bytevector-copy! bytevector-length
      bytevector? "bytevector")

    (define (bytevector . bytes)
      (let ((result (%make-bytevector (length bytes) 0)))
        (let loop ((index 0) (bytes bytes))
          (if (null? bytes)
              result
              (begin
                (bytevector-u8-set! result index (car bytes))
                (loop (+ index 1) (cdr bytes)))))))

    (define (vector-end vector who number)
      (%check-argument vector? vector who number "vector")
      (vector-length vector))

    (define (bytevector-end bytevector who number)
      (%check-argument bytevector? bytevector who number "bytevector")
      (bytevector-length bytevector))

    ;; In what follows, `end-of` answers where an object ends, or raises in the name of its user.
    (define-syntax define-range
      (syntax-rules ()
        ((_ name primitive end-of)
         (define name
           (case-lambda
             ((object) (primitive object 0 (end-of object 'name 1)))
             ((object start) (primitive object start (end-of object 'name 1)))
             ((object start end) (primitive object start end)))))))

    (define-range vector->list %vector->list vector-end)
    (define-range vector-copy %vector-copy vector-end)
    (define-range bytevector-copy %bytevector-copy bytevector-end)

    (define-syntax define-range-copy!
      (syntax-rules ()
        ((_ name primitive end-of)
         (define name
           (case-lambda
             ((to at from) (primitive to at from 0 (end-of from 'name 3)))
             ((to at from start) (primitive to at from start (end-of from 'name 3)))
             ((to at from start end) (primitive to at from start end)))))))

    (define-range-copy! vector-copy! %vector-copy! vector-end)
    (define-range-copy! bytevector-copy! %bytevector-copy! bytevector-end)

    (define-syntax define-range-fill!
      (syntax-rules ()
        ((_ name primitive end-of)
         (define name
           (case-lambda
             ((object fill) (primitive object fill 0 (end-of object 'name 1)))
             ((object fill start) (primitive object fill start (end-of object 'name 1)))
             ((object fill start end) (primitive object fill start end)))))))

    (define-range-fill! vector-fill! %vector-fill! vector-end)
    (define-range-fill! bytevector-fill! %bytevector-fill! bytevector-end)

    ;; Results are collected in a list first: see `map`.
    (define vector-map
      (case-lambda
        ((procedure vector)
         (let ((length (vector-end vector 'vector-map 2)))
           (let loop ((index 0) (results '()))
             (if (< index length)
                 (loop (+ index 1) (cons (procedure (vector-ref vector index)) results))
                 (list->vector (reverse results))))))
        ((procedure vector . more)
         (let* ((vectors (cons vector more))
                (length (shortest-length vectors 'vector-map)))
           (let loop ((index 0) (results '()))
             (if (< index length)
                 (loop (+ index 1)
                       (cons (%apply procedure (elements-at vectors index)) results))
                 (list->vector (reverse results))))))))

    (define vector-for-each
      (case-lambda
        ((procedure vector)
         (let ((length (vector-end vector 'vector-for-each 2)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (procedure (vector-ref vector index))
                   (loop (+ index 1)))))))
        ((procedure vector . more)
         (let* ((vectors (cons vector more))
                (length (shortest-length vectors 'vector-for-each)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (%apply procedure (elements-at vectors index))
                   (loop (+ index 1)))))))))

    ;; The vectors are the arguments of `who` after its first.
    (define (shortest-length vectors who)
      (let loop ((length (vector-end (car vectors) who 2)) (vectors (cdr vectors)) (number 3))
        (if (null? vectors)
            length
            (let ((next (vector-end (car vectors) who number)))
              (loop (if (< next length) next length) (cdr vectors) (+ number 1))))))

    (define (elements-at vectors index)
      (if (null? vectors)
          '()
          (cons (vector-ref (car vectors) index)
                (elements-at (cdr vectors) index))))))
