;;; A case-lambda with gaps between its clauses gets fewer arguments than any clause takes.

(import (scheme base) (scheme case-lambda))
(define c (case-lambda ((a) 1) ((a b c d e . f) 3)))
(define (f x) (list (x)))
(f c)
