;;; A custom ellipsis in a macro-generated syntax-rules, equal to the user's.
;;; Reports: ashinn/chibi-scheme#313.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define-syntax foo
  (syntax-rules ... ()
    ((foo bar body)
     (define-syntax bar (syntax-rules ooo () ((bar) body))))))
(foo bar (define-syntax baz (syntax-rules ooo () ((_ a ooo) (list a ooo)))))
(p (let () (bar) 'fine))

