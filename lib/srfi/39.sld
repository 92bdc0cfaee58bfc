;;; SRFI 39: parameters, as R7RS has it.

(define-library (srfi 39)
  (export make-parameter parameterize)
  (import (scheme base)))
