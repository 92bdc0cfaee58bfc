;;; SRFI 48 by its name of SRFI 97.

(define-library (srfi 48 intermediate-format-strings)
  (export format)
  (import (srfi 48)))
