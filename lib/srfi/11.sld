;;; SRFI 11: let-values, as R7RS has it.

(define-library (srfi 11)
  (export let-values let*-values)
  (import (scheme base)))
