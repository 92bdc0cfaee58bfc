;;; SRFI 45 by its name of SRFI 97.

(define-library (srfi 45 lazy)
  (export delay lazy force eager)
  (import (srfi 45)))
