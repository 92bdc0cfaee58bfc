;;; A value on the stack only across a continuation's return and many collections.
;;; Reports: wasmtime#13750,12935,12936,13228.

(import (scheme base) (scheme write))
(define (p x) (write x) (newline))
(define (churn n) (do ((i 0 (+ i 1)) (x '() (make-vector 256 i))) ((= i n) x)))
(define (f) (let ((r (call/cc (lambda (k) (k (vector 'struct 305419896)))))) (churn 2000) (vector-ref r 1)))
(p (f))
(define k2 #f)
(define (g n) (let* ((a (list n)) (b (call/cc (lambda (k) (set! k2 k) (list 'first)))) (c (list b n))) (churn 500)
   (list a b c)))
(define times 0)
(p (let ((x (g 7))) (set! times (+ times 1)) (if (< times 4) (k2 (list 'time times)) x)))
(define (deep n) (if (= n 0) (begin (churn 300) '()) (let ((x (cons n n))) (cons x (deep (- n 1))))))
(p (let loop ((l (deep 3000)) (s 0)) (if (null? l) s (loop (cdr l) (+ s (caar l))))))
(define (many a b c d e f g h i j) (churn 100) (list a b c d e f g h i j))
(p (many (list 1) (vector 2) (string #\3) 4.5e300 (expt 10 30) 1/3 (lambda () 1) 'x #\y (bytevector 1)))
(define (floats n x) (if (= n 0) x (begin (if (= 0 (modulo n 50)) (churn 10)) (floats (- n 1) (+ x 1e300)))))
(p (floats 1000 0.))
