;;; A case-lambda without clauses is called by name.

(import (scheme base) (scheme case-lambda))
(define g (case-lambda))
(define (f) (list (g)))
(f)
