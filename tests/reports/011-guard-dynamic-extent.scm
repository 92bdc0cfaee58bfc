;;; Clauses of an outer guard run outside the extents below a declining guard.
;;; Reports: kaappi/kaappi#1988.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define q (make-parameter 1))
(p (guard (e (#t (q))) (parameterize ((q 2)) (raise 'boom))))
(p (guard (e (#t (q))) (parameterize ((q 2)) (guard (e2 ((number? e2) 'no)) (raise 'boom)))))
(define l '())
(define (n x) (set! l (cons x l)))
(p (guard (e (#t (n 'clause) (reverse l)))
  (dynamic-wind (lambda () (n 'in1))
    (lambda () (guard (e ((string? e) 'no))
       (dynamic-wind (lambda () (n 'in2)) (lambda () (raise 'z)) (lambda () (n 'out2)))))
    (lambda () (n 'out1)))))
