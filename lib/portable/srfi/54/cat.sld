;;; SRFI 54 by its name of SRFI 97.

(define-library (srfi 54 cat)
  (export cat)
  (import (srfi 54)))
