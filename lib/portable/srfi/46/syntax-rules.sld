;;; SRFI 46 by its name of SRFI 97.

(define-library (srfi 46 syntax-rules)
  (export syntax-rules ... _)
  (import (srfi 46)))
