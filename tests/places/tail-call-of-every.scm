;;; A tail call of every with a list that ends in something else.

(import (scheme base) (srfi 1))
(define (f l)
  (every odd? l))
(define (g) (list (f '(1 3 . 5))))
(list (g))
