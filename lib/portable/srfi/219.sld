;;; SRFI 219: definitions of procedures that answer procedures.

(define-library (srfi 219)
  (export (rename define-curried define))
  (import (scheme base))
  (begin

    (define-syntax define-curried
      (syntax-rules ()
        ((_ ((head . outer) . inner) body1 body2 ...)
         (define-curried (head . outer) (lambda inner body1 body2 ...)))
        ((_ other ...)
         (define other ...))))))
