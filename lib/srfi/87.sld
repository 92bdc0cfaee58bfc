;;; SRFI 87: => in case, as R7RS has it.

(define-library (srfi 87)
  (export case)
  (import (scheme base)))
