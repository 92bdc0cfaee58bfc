;;; SRFI 23: error, as R7RS has it.

(define-library (srfi 23)
  (export error)
  (import (scheme base)))
