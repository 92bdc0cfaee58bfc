;;; SRFI 211: syntax parameters.

(define-library (srfi 211 syntax-parameter)
  (export define-syntax-parameter syntax-parameterize)
  (import (cozen syntax)))
