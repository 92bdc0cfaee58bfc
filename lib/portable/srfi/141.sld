;;; SRFI 141: integer division by six rules of rounding.
;;;
;;; Each rule corrects the floor or truncating division of the core, which is exact for integers
;;; of any size, so no quotient is computed in floating point.

(define-library (srfi 141)
  (export floor/ floor-quotient floor-remainder
          ceiling/ ceiling-quotient ceiling-remainder
          truncate/ truncate-quotient truncate-remainder
          round/ round-quotient round-remainder
          euclidean/ euclidean-quotient euclidean-remainder
          balanced/ balanced-quotient balanced-remainder)
  (import (scheme base))
  (begin

    ;; (define-division (both quotient remainder) (n d) body): the body answers two values.
    (define-syntax define-division
      (syntax-rules ()
        ((_ (both quotient remainder) (n d) body)
         (begin
           (define (both n d) body)
           (define (quotient n d) (let-values (((q r) (both n d))) q))
           (define (remainder n d) (let-values (((q r) (both n d))) r))))))

    (define-division (ceiling/ ceiling-quotient ceiling-remainder) (n d)
      (let-values (((q r) (floor/ n d)))
        (if (zero? r)
            (values q r)
            (values (+ q 1) (- r d)))))

    ;; The nearer of floor and ceiling, and the even one of two that are as near.
    (define-division (round/ round-quotient round-remainder) (n d)
      (let-values (((q r) (floor/ n d)))
        (let ((twice (abs (* 2 r)))
              (size (abs d)))
          (if (or (> twice size) (and (= twice size) (odd? q)))
              (values (+ q 1) (- r d))
              (values q r)))))

    (define-division (euclidean/ euclidean-quotient euclidean-remainder) (n d)
      (if (> d 0)
          (floor/ n d)
          (ceiling/ n d)))

    ;; A remainder of half the denominator's size is taken as negative.
    (define-division (balanced/ balanced-quotient balanced-remainder) (n d)
      (let-values (((q r) (euclidean/ n d)))
        (let ((size (abs d)))
          (if (< (* 2 r) size)
              (values q r)
              (values (if (> d 0) (+ q 1) (- q 1)) (- r size))))))))
