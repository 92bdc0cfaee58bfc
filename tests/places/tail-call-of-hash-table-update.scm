;;; A tail call of hash-table-update! with what is no table.

(import (scheme base) (srfi 69))
(define (f x)
  (hash-table-update! x 'a (lambda (n) (+ n 1))))
(define (g) (list (f 5)))
(list (g))
