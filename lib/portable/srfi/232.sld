;;; SRFI 232: curried procedures.

(define-library (srfi 232)
  (export curried define-curried)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define-syntax curried
      (syntax-rules ()
        ((_ formals body1 body2 ...) (build formals () formals body1 body2 ...))))

    (define-syntax define-curried
      (syntax-rules ()
        ((_ (name . formals) body1 body2 ...)
         (define name (curried formals body1 body2 ...)))))

    ;; All arguments at once are the usual case.
    (define-syntax build
      (syntax-rules ()
        ((_ (variable . more) (seen ...) formals body ...)
         (build more (seen ... variable) formals body ...))
        ((_ () () formals body ...) (let () body ...))
        ((_ () (seen ...) formals body ...)
         (let ((procedure (lambda (seen ...) body ...)))
           (letrec ((self (case-lambda
                            ((seen ...) (procedure seen ...))
                            (arguments
                             (partial self procedure (length '(seen ...)) #f arguments)))))
             self)))
        ((_ rest () formals body ...) (lambda rest body ...))
        ((_ rest (seen ...) formals body ...)
         (let ((procedure (lambda formals body ...)))
           (letrec ((self (lambda arguments
                            (partial self procedure (length '(seen ...)) #t arguments))))
             self)))))

    ;; Applies a procedure of `count` parameters, and more if `rest?`, to any number of arguments.
    (define (partial self procedure count rest? arguments)
      (let ((given (length arguments)))
        (cond ((= given 0) self)
              ((< given count)
               (letrec ((curried
                         (lambda more
                           (partial curried
                                    (lambda more (apply procedure (append arguments more)))
                                    (- count given)
                                    rest?
                                    more))))
                 curried))
              ((or rest? (= given count)) (apply procedure arguments))
              (else
               (apply (apply procedure (take arguments count))
                      (list-tail arguments count))))))

    (define (take list count)
      (if (= count 0)
          '()
          (cons (car list) (take (cdr list) (- count 1)))))))
