;;; SRFI 211: unhygienic macros.

(define-library (srfi 211 define-macro)
  (export define-macro)
  (import (cozen syntax)))
