;;; SRFI 71: let, let* and letrec with multiple values.
;;;
;;; A binding is (variable expression), (variable1 variable2 ... expression) or
;;; ((values . formals) expression).

(define-library (srfi 71)
  (export (rename multiple-let let) (rename multiple-let* let*) (rename multiple-letrec letrec)
          uncons uncons-2 uncons-3 uncons-4 uncons-cons unlist unvector
          values->list values->vector)
  (import (scheme base) (scheme cxr))
  (begin

    (define-syntax multiple-let
      (syntax-rules ()
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ (binding ...) body1 body2 ...)
         (collect (binding ...) () body1 body2 ...))
        ((_ name ((variable expression) ...) body1 body2 ...)
         (let name ((variable expression) ...) body1 body2 ...))))

    (define-syntax collect
      (syntax-rules (values)
        ((_ () (clause ...) body ...)
         (let-values (clause ...) body ...))
        ((_ (((values . formals) expression) binding ...) (clause ...) body ...)
         (collect (binding ...) (clause ... (formals expression)) body ...))
        ((_ ((variable1 variable2 ... expression) binding ...) (clause ...) body ...)
         (collect (binding ...) (clause ... ((variable1 variable2 ...) expression)) body ...))))

    (define-syntax multiple-let*
      (syntax-rules ()
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ (binding) body1 body2 ...) (bind binding body1 body2 ...))
        ((_ (binding1 binding2 ...) body1 body2 ...)
         (bind binding1 (multiple-let* (binding2 ...) body1 body2 ...)))))

    (define-syntax bind
      (syntax-rules (values)
        ((_ ((values . formals) expression) body ...)
         (let-values ((formals expression)) body ...))
        ((_ (variable expression) body ...)
         (let ((variable expression)) body ...))
        ((_ (variable1 variable2 ... expression) body ...)
         (let-values (((variable1 variable2 ...) expression)) body ...))))

    (define-syntax multiple-letrec
      (syntax-rules ()
        ((_ (binding ...) body1 body2 ...)
         (let ()
           (define-binding binding) ...
           (let () body1 body2 ...)))))

    (define-syntax define-binding
      (syntax-rules (values)
        ((_ ((values . formals) expression)) (define-values formals expression))
        ((_ (variable expression)) (define variable expression))
        ((_ (variable1 variable2 ... expression))
         (define-values (variable1 variable2 ...) expression))))

    (define (uncons pair) (values (car pair) (cdr pair)))
    (define (uncons-2 list) (values (car list) (cadr list) (cddr list)))
    (define (uncons-3 list) (values (car list) (cadr list) (caddr list) (cdddr list)))

    (define (uncons-4 list)
      (values (car list) (cadr list) (caddr list) (cadddr list) (cddddr list)))

    (define (uncons-cons alist) (values (caar alist) (cdar alist) (cdr alist)))
    (define (unlist list) (apply values list))
    (define (unvector vector) (apply values (vector->list vector)))

    (define-syntax values->list
      (syntax-rules ()
        ((_ expression) (call-with-values (lambda () expression) list))))

    (define-syntax values->vector
      (syntax-rules ()
        ((_ expression) (call-with-values (lambda () expression) vector))))))
