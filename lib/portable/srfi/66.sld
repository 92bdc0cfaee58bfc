;;; SRFI 66: octet vectors, which are bytevectors.

(define-library (srfi 66)
  (export u8vector? make-u8vector u8vector u8vector->list list->u8vector u8vector-length
          u8vector-ref u8vector-set! u8vector=? u8vector-compare u8vector-copy! u8vector-copy)
  (import (scheme base) (except (srfi 160 kinds) u8vector-copy!))
  (begin

    (define (check name object)
      (if (not (u8vector? object))
          (error (string-append name ": expected an octet vector, found") object)))

    (define (u8vector=? a b)
      (check "u8vector=?" a)
      (check "u8vector=?" b)
      (equal? a b))

    ;; -1, 0 or 1; a shorter vector comes first.
    (define (u8vector-compare a b)
      (check "u8vector-compare" a)
      (check "u8vector-compare" b)
      (let ((size (u8vector-length a)))
        (cond ((< size (u8vector-length b)) -1)
              ((> size (u8vector-length b)) 1)
              (else
               (let loop ((index 0))
                 (if (= index size)
                     0
                     (let ((x (bytevector-u8-ref a index))
                           (y (bytevector-u8-ref b index)))
                       (cond ((< x y) -1)
                             ((> x y) 1)
                             (else (loop (+ index 1)))))))))))

    (define (u8vector-copy! source source-start target target-start count)
      (check "u8vector-copy!" source)
      (check "u8vector-copy!" target)
      (bytevector-copy! target target-start source source-start (+ source-start count)))

    (define (u8vector-copy vector)
      (check "u8vector-copy" vector)
      (bytevector-copy vector))))
