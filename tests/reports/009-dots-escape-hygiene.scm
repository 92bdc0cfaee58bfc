;;; (... template) still renames.
;;; Reports: kaappi/kaappi#308.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define-syntax my-or2 (syntax-rules () ((_ a b) (... (let ((t a)) (if t t b))))))
(p (let ((t 5)) (my-or2 #f t)))
(define-syntax be-like-begin
  (syntax-rules ()
    ((be-like-begin name)
     (define-syntax name (syntax-rules () ((name expr (... ...)) (begin expr (... ...))))))))
(be-like-begin sequence)
(p (sequence 1 2 3 4))
(define-syntax lit (syntax-rules () ((_) '(... (... ...)))))
(p (lit))
