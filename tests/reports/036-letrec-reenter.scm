;;; Letrec assigns after all inits, also on re-entry; letrec* does not.
;;; Reports: cisco/ChezScheme#946.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p ((lambda () (letrec ((a 4) (j (call/cc (lambda (cc) cc)))) (if (eqv? j 0) a (begin (set! a 9) (j 0)))))))
(p ((lambda () (letrec* ((a 4) (j (call/cc (lambda (cc) cc)))) (if (eqv? j 0) a (begin (set! a 9) (j 0)))))))
(p ((lambda (g) (letrec ((a 4) (f (lambda (k) (set! a 9) (k 0))) (j (call/cc (lambda (cc) cc))))
   (if (eqv? j 0) a (if g (f j) (f j))))) #t))
;; R5RS pitfall 1.1 and 1.2
(p (let ((cont #f)) (letrec ((x (call/cc (lambda (c) (set! cont c) 0))) (y (call/cc (lambda (c) (set! cont c) 0))))
  (if cont (let ((c cont)) (set! cont #f) (set! x 1) (set! y 1) (c 0)) (+ x y)))))
(p (letrec ((x (call/cc list)) (y (call/cc list)))
  (cond ((procedure? x) (x (pair? y))) ((procedure? y) (y (pair? x))))
  (let ((x (car x)) (y (car y))) (and (call/cc x) (call/cc y) (call/cc x)))))
(p (letrec ((x (call/cc (lambda (c) (list #t c))))) (if (car x) ((cadr x) (list #f (lambda () x)))
   (eq? x ((cadr x))))))
