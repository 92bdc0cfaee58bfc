;;; A case-lambda with gaps between its clauses gets more arguments than any clause takes.

(import (scheme base) (scheme case-lambda))
(define c (case-lambda ((a) 1) ((a b c) 3)))
(define (f x) (list (x 1 2 3 4)))
(f c)
