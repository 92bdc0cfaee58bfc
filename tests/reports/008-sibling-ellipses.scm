;;; A list of lists with an ellipsis before a fixed tail.
;;; Reports: maplant/scheme-rs#286.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define-syntax tb (syntax-rules () ((_ (a ...) ... (b ...) c) (list (list (list a ...) ...) (list b ...) c))))
(p (tb (1 2) 99))
(p (tb (1 2) (3) () (4 5) 6))
(define-syntax tl (syntax-rules () ((_ a ... b c . d) '((a ...) b c d))))
(p (tl 1 2))
(p (tl 1 2 3 . 4))
(p (tl 1 2 . 4))
(p (tl 1 2 3 4))
(define-syntax tv (syntax-rules () ((_ #(a ... b) ...) '((b a ...) ...))))
(p (tv #(1 2 3) #(4)))
