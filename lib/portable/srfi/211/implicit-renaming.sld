;;; SRFI 211: implicit renaming.

(define-library (srfi 211 implicit-renaming)
  (export ir-macro-transformer identifier?)
  (import (cozen syntax)))
