;;; A case-lambda without clauses is applied.

(import (scheme base) (scheme case-lambda))
(define (f) (list (apply (case-lambda) (list 1 2))))
(f)
