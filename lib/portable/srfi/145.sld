;;; SRFI 145: assumptions. One that does not hold raises.

(define-library (srfi 145)
  (export assume)
  (import (scheme base))
  (begin

    (define-syntax assume
      (syntax-rules ()
        ((_ expression message ...)
         (or expression
             (error "assume: this does not hold:" 'expression message ...)))))))
