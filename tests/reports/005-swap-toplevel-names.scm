;;; Swap! of top-level x y, and of tmp.
;;; Reports: maplant/scheme-rs#292.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(define x 1)
(define y 2)
(define tmp 3)
(swap! x y)
(p (list x y))
(swap! tmp x)
(p (list tmp x))
(let ((tmp 5) (b 6)) (swap! tmp b) (p (list tmp b)))
