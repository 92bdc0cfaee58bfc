;;; An ellipsis among the literals is a literal; so is an underscore.
;;; Reports: ashinn/chibi-scheme#449.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define-syntax e (syntax-rules (...) ((_ ...) 'dots) ((_ x) 'one) ((_ x y) 'two)))
(p (list (e ...) (e 1) (e 1 2)))
(define-syntax u (syntax-rules (_) ((m _) 'under) ((m x) 'other)))
(p (list (u _) (u 1)))
(p (let ((_ 1)) (u _)))
