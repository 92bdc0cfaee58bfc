;;; SRFI 28 by its name of SRFI 97.

(define-library (srfi 28 basic-format-strings)
  (export format)
  (import (srfi 28)))
