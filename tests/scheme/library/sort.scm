;;; (cozen sort).

(import (scheme base) (scheme write) (scheme process-context) (cozen sort))
(include "../prelude.scm")

(test '() (sort '() <))
(test '(1) (sort '(1) <))
(test '(1 2 3 4 5) (sort '(3 1 4 5 2) <))
(test #(1 2 3) (sort #(3 1 2) <))
(test '(5 4 3) (list-sort > '(3 5 4)))
(test #(5 4 3) (vector-sort > #(3 5 4)))
(test '((1 . a) (1 . b) (2 . c) (2 . d))
      (sort '((2 . c) (1 . a) (2 . d) (1 . b)) (lambda (x y) (< (car x) (car y)))))
(test '(3 1 2) (let ((l (list 3 1 2))) (sort l <) l))
(define (pseudo-random count)
  (let loop ((i 0) (x 12345) (l '()))
    (if (= i count) l (loop (+ i 1) (modulo (+ (* x 1103515245) 12345) 2147483648) (cons x l)))))
(define (ascending? l)
  (or (null? l) (null? (cdr l)) (and (<= (car l) (cadr l)) (ascending? (cdr l)))))
(test #t (ascending? (sort (pseudo-random 1000) <)))
(test 1000 (length (sort (pseudo-random 1000) <)))
(test-error (sort '(1 a) <))

(finish "sort")
