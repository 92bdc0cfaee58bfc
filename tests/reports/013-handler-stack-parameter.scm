;;; The secondary exception of raise is raised to the outer handler.
;;; Reports: cisco/ChezScheme#884.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define par (make-parameter 'outer))
(define v #f)
(p (call/cc (lambda (k)
  (with-exception-handler
    (lambda (o) (k (list 'secondary v (error-object? o))))
    (lambda ()
      (with-exception-handler
        (lambda (o) (if (eqv? o 42) (set! v (par)) (raise-continuable o)))
        (lambda () (parameterize ((par 'inner)) (raise 42)))))))))
