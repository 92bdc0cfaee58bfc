;;; A case-lambda without clauses is called in place.

(import (scheme base) (scheme case-lambda))
(define (f) (list ((case-lambda) 1)))
(f)
