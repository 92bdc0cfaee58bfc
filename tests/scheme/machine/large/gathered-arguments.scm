;;; Arguments, values and rest lists that are gathered while the collector runs: none is lost. More of them
;;; lie on the stack than any frame that code of one procedure makes.

(import (scheme base) (scheme case-lambda) (scheme write) (scheme process-context) (srfi 1) (cozen memory))
(include "../../prelude.scm")

(define (count-wrong list expected)
  (let loop ((list list) (expected expected) (wrong 0))
    (cond ((null? list) (if (null? expected) wrong 'short))
          ((null? expected) 'long)
          ((eqv? (car list) (car expected)) (loop (cdr list) (cdr expected) wrong))
          (else (loop (cdr list) (cdr expected) (+ wrong 1))))))

;; The element in front lets them be told apart from what `wanted` shares.
(define (rest-of first . rest) rest)
(define (optional-and-rest a b c . rest) (cons* a b c rest))
(define keep
  (case-lambda
    ((a) a)
    ((a b) b)
    ((a . rest) (cons a rest))))
(define (values-of list) (apply values list))
(define (all-received list) (call-with-values (lambda () (values-of list)) (lambda all all)))
(define (some-received list)
  (call-with-values (lambda () (values-of list)) (lambda (first second . rest) (cons* first second rest))))
(define (bound list) (let-values (((first . rest) (values-of list))) (cons first rest)))
(define (through-continuation list) (call-with-values (lambda () (call/cc (lambda (k) (apply k list)))) rest-of))
(define (through-wind list)
  (call-with-values
    (lambda () (dynamic-wind (lambda () #f) (lambda () (apply values list)) (lambda () (collect-garbage))))
    (lambda all all)))

(define (check-all n)
  (let ((list (iota n 7)))
    (test 0 (count-wrong (apply rest-of list) (cdr list)))
    (test 0 (count-wrong (apply optional-and-rest list) list))
    (test 0 (count-wrong (apply keep list) list))
    (test 0 (count-wrong (apply (lambda all all) list) list))
    (test 0 (count-wrong (vector->list (apply vector list)) list))
    (test (sum-from 7 n) (apply + list))
    (test (+ n 6) (apply max list))
    (test #t (apply < list))
    (test 0 (count-wrong (all-received list) list))
    (test 0 (count-wrong (some-received list) list))
    (test 0 (count-wrong (bound list) list))
    (test 0 (count-wrong (through-continuation list) (cdr list)))
    (test 0 (count-wrong (through-wind list) list))
    (test 0 (count-wrong (apply cons* (append list (quote (())))) list))
    (test 0 (count-wrong (apply append (map (lambda (x) (cons x '())) list)) list))
    (test-error (apply (lambda (a b) a) list))
    (test-error (call-with-values (lambda () (values-of list)) (lambda (a b) a)))
    (test-error (apply 'no-procedure list))))

(define (sum-from first n) (+ (* first n) (quotient (* n (- n 1)) 2)))

;; Around what fits the stack that is kept when unused memory is given back, and far beyond.
(for-each check-all '(131071 200000))
(for-each (lambda (n) (test (sum-from 7 n) (apply + (iota n 7)))) '(131072 131073 1048575 2000000))

;; Many strings and lists at once.
(let* ((n 150000) (strings (make-list n "ab")) (lists (make-list n '(1 2))))
  (test (* 2 n) (string-length (apply string-append strings)))
  (test (* 2 n) (length (apply append lists)))
  (test (list n n) (map length (apply map list lists)))
  (test n (string-length (apply string (make-list n #\a))))
  (test n (bytevector-length (apply bytevector (make-list n 1)))))

;; While all else of the heap is garbage.
(define (sum-of-ones n) (apply + (make-list n 1)))
(test (make-list 8 200000) (map sum-of-ones (make-list 8 200000)))

(finish "gathered arguments")
