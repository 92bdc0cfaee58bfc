;;; SRFI 211: explicit renaming.

(define-library (srfi 211 explicit-renaming)
  (export er-macro-transformer identifier?)
  (import (cozen syntax)))
