;;; Call/cc in tail position of a procedure called at top level.
;;; Reports: biwascheme/biwascheme#152.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define kk #f)
(define (run) (call/cc (lambda (c) (set! kk c))))
(define count 0)
(run)
(set! count (+ count 1))
(if (< count 3) (kk 99))
(p count)
