;;; SRFI 227: optional arguments.
;;;
;;; A procedure has a clause of case-lambda for each number of arguments, so that none is put in a
;;; list unless there is a rest parameter.

(define-library (srfi 227)
  (export opt-lambda opt*-lambda let-optionals let-optionals* define-optionals define-optionals*)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define-syntax opt-lambda
      (syntax-rules ()
        ((_ formals body1 body2 ...) (parse at-once formals () () (body1 body2 ...)))))

    (define-syntax opt*-lambda
      (syntax-rules ()
        ((_ formals body1 body2 ...) (parse in-order formals () () (body1 body2 ...)))))

    ;; Gives each variable a temporary, which is the clauses' parameter where a default value must
    ;; not see the variable.
    (define-syntax parse
      (syntax-rules ()
        ((_ how ((variable default) . more) required (optional ...) body)
         (parse how more required (optional ... (variable temporary default)) body))
        ((_ how (variable . more) (required ...) () body)
         (parse how more (required ... (variable temporary)) () body))
        ((_ how () ((required temporary1) ...) ((optional temporary2 default) ...) (body ...))
         (let ((procedure (lambda (required ... optional ...) body ...)))
           (how procedure () ()
                ((required temporary1) ...) ((optional temporary2 default) ...) ())))
        ((_ how rest ((required temporary1) ...) ((optional temporary2 default) ...) (body ...))
         (let ((procedure (lambda (required ... optional ... rest) body ...)))
           (how procedure ('()) ((required temporary1) ...)
                () ((optional temporary2 default) ...) ())))))

    ;; (at-once procedure empty-rest rest-required required optionals clauses)
    ;; Required variables come first in `rest-required` where there is a rest parameter.
    (define-syntax at-once
      (syntax-rules ()
        ((_ procedure () () ((variable temporary) ...) ((o t default) ...) ())
         (at-once-clauses procedure () (temporary ...) ((o t default) ...) ()))
        ((_ procedure (empty) ((variable temporary) ...) () ((o t default) ...) ())
         (at-once-clauses procedure (empty) (temporary ...) ((o t default) ...) ()))))

    (define-syntax at-once-clauses
      (syntax-rules ()
        ((_ procedure (empty ...) (given ...) ((o t default) . more) (clause ...))
         (at-once-next procedure (empty ...) (given ...) (o t default) more (clause ...)))
        ((_ procedure () (given ...) () (clause ...))
         (case-lambda clause ... ((given ...) (procedure given ...))))
        ((_ procedure (empty) (given ...) () (clause ...))
         (case-lambda
           clause ...
           ((given ... . rest) (procedure given ... rest))))))

    (define-syntax at-once-next
      (syntax-rules ()
        ((_ procedure (empty ...) (given ...) (o t default) ((o2 t2 default2) ...) (clause ...))
         (at-once-clauses procedure (empty ...) (given ... t) ((o2 t2 default2) ...)
                          (clause ...
                           ((given ...) (procedure given ... default default2 ... empty ...)))))))

    (define-syntax in-order
      (syntax-rules ()
        ((_ procedure () () ((variable temporary) ...) ((o t default) ...) ())
         (in-order-clauses procedure () (variable ...) ((o default) ...) ()))
        ((_ procedure (empty) ((variable temporary) ...) () ((o t default) ...) ())
         (in-order-clauses procedure (empty) (variable ...) ((o default) ...) ()))))

    (define-syntax in-order-clauses
      (syntax-rules ()
        ((_ procedure (empty ...) (given ...) ((o default) . more) (clause ...))
         (in-order-next procedure (empty ...) (given ...) (o default) more (clause ...)))
        ((_ procedure () (given ...) () (clause ...))
         (case-lambda clause ... ((given ...) (procedure given ...))))
        ((_ procedure (empty) (given ...) () (clause ...))
         (case-lambda
           clause ...
           ((given ... . rest) (procedure given ... rest))))))

    (define-syntax in-order-next
      (syntax-rules ()
        ((_ procedure (empty ...) (given ...) (o default) ((o2 default2) ...) (clause ...))
         (in-order-clauses procedure (empty ...) (given ... o) ((o2 default2) ...)
                           (clause ...
                            ((given ...)
                             (let* ((o default) (o2 default2) ...)
                               (procedure given ... o o2 ... empty ...))))))))

    (define-syntax let-optionals
      (syntax-rules ()
        ((_ expression formals body1 body2 ...)
         (apply (opt-lambda formals body1 body2 ...) expression))))

    (define-syntax let-optionals*
      (syntax-rules ()
        ((_ expression formals body1 body2 ...)
         (apply (opt*-lambda formals body1 body2 ...) expression))))

    (define-syntax define-optionals
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (opt-lambda formals body1 body2 ...)))))

    (define-syntax define-optionals*
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (opt*-lambda formals body1 body2 ...)))))))
