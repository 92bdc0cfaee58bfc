;;; Exact numbers with large exponents.
;;; Reports: shirok/Gauche#898.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p (string-length (number->string (string->number "#e1e325"))))
(p (string-length (number->string (string->number "#e1e5000"))))
(p (string->number "#e1e-3"))
(p (string->number "#e1.234e2"))
(p (string->number "#e.5e1"))
(p (= (string->number "#e1e-400") (/ 1 (expt 10 400))))
