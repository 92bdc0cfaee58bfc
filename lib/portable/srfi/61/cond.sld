;;; SRFI 61 by its name of SRFI 97.

(define-library (srfi 61 cond)
  (export cond else =>)
  (import (srfi 61)))
