;;; SRFI 16: case-lambda, as R7RS has it.

(define-library (srfi 16)
  (export case-lambda)
  (import (scheme case-lambda)))
