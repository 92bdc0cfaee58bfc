;;; Comparisons of numbers so large that each may want a collection first.

(import (scheme base) (scheme write) (scheme process-context))
(include "../../prelude.scm")

(define exponent 1000000)
(define a (expt 3/2 exponent))
(define b (expt 3/2 (+ exponent 1)))

(define (branches x y) (list (if (< x y) 'less 'not) (if (not (<= x y)) 'more 'not) (if (= x y) 'same 'not)))
(define (values-of x y) (list (< x y) (>= x y) (= x y)))
(define (with-small x) (list (if (< x 1) 'less 'not) (if (= x 1) 'same 'not) (if (not (> x 1)) 'less 'not)))
(define (steps x y) (let loop ((n 0)) (if (< y x) (loop (+ n 1)) n)))

;; The result of `procedure`, if that is the same each time. Each time leaves garbage behind.
(define (repeated procedure)
  (let loop ((i 1) (result (procedure)))
    (make-vector 50000 i)
    (let ((next (procedure)))
      (cond ((not (equal? next result)) (list 'changed result next))
            ((= i 12) result)
            (else (loop (+ i 1) next))))))

(test '(less not not) (repeated (lambda () (branches a b))))
(test '(not more not) (repeated (lambda () (branches b a))))
(test '(#t #f #f) (repeated (lambda () (values-of a b))))
(test '(not not not) (repeated (lambda () (with-small a))))
(test 0 (repeated (lambda () (steps a b))))

(finish "large comparisons")
