;;; Three dots bound by let are no ellipsis.
;;; Reports: larcenists/larceny#780.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p (let ((... 'foo))
  (define-syntax bar (syntax-rules () ((_ x) (quote ...))))
  (bar 1)))
(p (let ((... 'foo)) ...))
