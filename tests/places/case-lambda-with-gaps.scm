;;; An application of a case-lambda between the clauses.

(import (scheme base) (scheme case-lambda))
(define g (case-lambda ((a) 1) ((a b c) 2) ((a b c d e . f) 3)))
(define (f x)
  (apply g x))
(list (f '(1 2)))
