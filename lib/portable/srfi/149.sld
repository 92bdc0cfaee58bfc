;;; SRFI 149: templates in which more ellipses follow a variable than its pattern has. The syntax-rules of the
;;; expander.

(define-library (srfi 149)
  (export syntax-rules ... _)
  (import (scheme base)))
