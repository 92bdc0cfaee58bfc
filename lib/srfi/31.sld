;;; SRFI 31: rec, an expression that knows its own value.

(define-library (srfi 31)
  (export rec)
  (import (scheme base))
  (begin
    (define-syntax rec
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (letrec ((name (lambda formals body1 body2 ...))) name))
        ((_ name expression)
         (letrec ((name expression)) name))))))
