;;; SRFI 46: syntax-rules with an ellipsis of choice and patterns behind it, as R7RS has it.

(define-library (srfi 46)
  (export syntax-rules ... _)
  (import (only (scheme base) syntax-rules ... _)))
