;;; Re-entry does not undo assignments; continuations take several values.
;;; Reports: kaappi#1168,1169.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p (let ((n 0) (k* #f)) (call/cc (lambda (k) (set! k* k))) (set! n (+ n 1)) (if (< n 3) (k* #f)) n))
(p (call-with-values (lambda () (call/cc (lambda (k) (k 1 2)))) list))
(p (call-with-values (lambda () (call/cc (lambda (k) (k)))) list))
(p (call-with-values (lambda () (dynamic-wind (lambda () 1) (lambda () (values 1 2 3)) (lambda () (values 4 5))))
   list))
