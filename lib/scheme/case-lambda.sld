;;; R7RS (scheme case-lambda).

(define-library (scheme case-lambda)
  (export case-lambda)
  (import (cozen core)))
