;;; An error in a tail call of partition, which returns two values.

(import (scheme base) (srfi 1))
(define (f l)
  (partition (lambda (x) (< x 3)) l))
(define (g) (let-values (((a b) (f '(1 a)))) (list a b)))
(list (g))
