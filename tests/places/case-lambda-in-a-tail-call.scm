;;; A tail call of a case-lambda that has no clause for so many arguments.

(import (scheme base) (scheme case-lambda))
(define c (case-lambda ((a) a) ((a b c) b)))
(define (f x) (x 1 2))
(define (g) (list (f c)))
(list (g))
