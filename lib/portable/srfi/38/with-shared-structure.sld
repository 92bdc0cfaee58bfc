;;; SRFI 38 by its name of SRFI 97.

(define-library (srfi 38 with-shared-structure)
  (export write-with-shared-structure write/ss read-with-shared-structure read/ss)
  (import (srfi 38)))
