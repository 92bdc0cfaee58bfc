;;; SRFI 101: the syntax alone.

(define-library (srfi 101 random-access-lists syntax)
  (export quote)
  (import (srfi 101)))
