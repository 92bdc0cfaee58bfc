;;; SRFI 211: identifier macros.

(define-library (srfi 211 identifier-syntax)
  (export identifier-syntax)
  (import (cozen syntax)))
