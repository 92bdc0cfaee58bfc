;;; What inferred types may tell: branches that seem decided, sums that seem to be of flonums.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

;; A test of one value says nothing of another that is handed over where it holds.
(define (first-true a b) (let ((x (if a #f b))) (if x (list x a) (list 'none a))))
(test '((none 1) (7 #f) (none #f)) (list (first-true 1 7) (first-true #f 7) (first-true #f #f)))
(define (taken x n) (if (= n 0) (if x (list x) 'none) (taken x (- n 1))))
(define (take-one a b) (taken (if a #f b) 3))
(test '(none (7) none) (list (take-one 1 7) (take-one #f 7) (take-one #f #f)))
(define (sum-from a b) (let loop ((x (if (real? a) b 0.5)) (i 0)) (if (= i 3) x (loop (+ x 1.5) (+ i 1)))))
(test '(5.0 5.0 6.5) (list (sum-from 1.0 1/2) (sum-from 'a 9) (sum-from 1 2)))
(define (count-from a b) (let loop ((x (if (< a 10) b 0)) (i 0)) (if (= i 3) x (loop (+ x 1) (+ i 1)))))
(test '(100003 3 3.5) (list (count-from 1 100000) (count-from 10 100000) (count-from 1 0.5)))
(test-error (count-from 1 'a))

;; Tests that types decide.
(define (kinds x)
  (let ((n (vector-length x)) (p (cons x x))) (list (integer? n) (pair? p) (null? p) (< n 0) (if p 1 2))))
(test '(#t #t #f #f 1) (kinds (vector 1 2)))

;; A counter that is a raw word where a double is wanted.
(define (products) (let loop ((i 0) (s 0.)) (if (> i 9) s (loop (+ i 1) (+ s (* i 1.5))))))
(define (last-half)
  (let loop ((i 0)) (if (> i 9) (let ((y (+ i 1.5))) (if (< y 3.) 'less y)) (loop (+ i 1)))))
(define (beyond-signed)
  (let loop ((i 9223372036854775807) (s 0.)) (if (> i 9223372036854775809) s (loop (+ i 1) (+ s (* i 1.5))))))
(define (power-of-two n) (let loop ((i 0) (x 1.)) (if (= i n) (* x i) (loop (+ i 1) (* x 2)))))
(test 67.5 (products))
(test 11.5 (last-half))
(test 4.150517416584649e+19 (beyond-signed))
(test 160.0 (power-of-two 5))

(finish "types")
