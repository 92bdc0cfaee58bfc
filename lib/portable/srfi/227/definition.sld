;;; SRFI 227: the definitions alone.

(define-library (srfi 227 definition)
  (export define-optionals define-optionals*)
  (import (srfi 227)))
