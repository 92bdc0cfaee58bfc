;;; What no clause takes is raised again, continuably.
;;; Reports: kaappi/kaappi#845.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p (with-exception-handler (lambda (e) 100) (lambda () (guard (c (#f #f)) (+ 1 (raise-continuable 'x))))))
(p (with-exception-handler (lambda (e) 100)
  (lambda () (guard (c ((number? c) 1)) (guard (c ((string? c) 2)) (+ 1 (raise-continuable 'x)))))))
(p (guard (o (#t (list 'outer o))) (guard (c ((number? c) 1)) (raise 'y))))
(p (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'a 42)))))
(p (guard (e ((assq 'a e) => cdr) ((assq 'b e))) (raise (list (cons 'b 23)))))
