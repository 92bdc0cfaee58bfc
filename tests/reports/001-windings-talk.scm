;;; Value sent into a continuation captured inside dynamic-wind.
;;; Reports: biwascheme/biwascheme#198.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define trail '())
(define k #f)
(define (note x) (set! trail (cons x trail)))
(define n 0)
(dynamic-wind
 (lambda () (note 'in))
 (lambda () (note (call/cc (lambda (c) (set! k c) 'one))))
 (lambda () (note 'out)))
(set! n (+ n 1))
(if (< n 3) (k (list 'again n)))
(p (reverse trail))
