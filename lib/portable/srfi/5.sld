;;; SRFI 5: a let form with signatures and rest arguments.
;;;
;;; (let (name (variable value) ... . (rest value ...)) body ...): the name and the rest may be left
;;; out. (let (name) body ...) is a loop without variables.

(define-library (srfi 5)
  (export (rename let/signature let))
  (import (scheme base))
  (begin

    (define-syntax let/signature
      (syntax-rules ()
        ((_ ((variable value) ...) body1 body2 ...)
         (let ((variable value) ...) body1 body2 ...))
        ((_ ((variable value) . more) body1 body2 ...)
         (collect #f ((variable value) . more) () () body1 body2 ...))
        ((_ (name) body1 body2 ...)
         (collect name () () () body1 body2 ...))
        ((_ (name (variable value) . more) body1 body2 ...)
         (collect name ((variable value) . more) () () body1 body2 ...))
        ((_ (rest value ...) body1 body2 ...)
         (collect #f (rest value ...) () () body1 body2 ...))
        ((_ name bindings body1 body2 ...)
         (collect name bindings () () body1 body2 ...))))

    (define-syntax collect
      (syntax-rules ()
        ((_ name ((variable value) . more) (variables ...) (values ...) body ...)
         (collect name more (variables ... variable) (values ... value) body ...))
        ((_ name () (variable ...) (value ...) body ...)
         (enter name (variable ...) (value ...) body ...))
        ((_ name (rest rest-value ...) (variable ...) (value ...) body ...)
         (enter name (variable ... . rest) (value ... rest-value ...) body ...))))

    (define-syntax enter
      (syntax-rules ()
        ((_ #f formals (value ...) body ...) ((lambda formals body ...) value ...))
        ((_ name formals (value ...) body ...)
         ((letrec ((name (lambda formals body ...))) name) value ...))))))
