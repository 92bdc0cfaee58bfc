;;; SRFI 5 by its name of SRFI 97.

(define-library (srfi 5 let)
  (export let)
  (import (srfi 5)))
