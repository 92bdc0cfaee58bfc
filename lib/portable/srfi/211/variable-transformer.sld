;;; SRFI 211: macros whose names can be assigned.

(define-library (srfi 211 variable-transformer)
  (export make-variable-transformer)
  (import (cozen syntax)))
