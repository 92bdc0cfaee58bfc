;;; SRFI 17 by its name of SRFI 97.

(define-library (srfi 17 generalized-set!)
  (export set! setter getter-with-setter)
  (import (srfi 17)))
