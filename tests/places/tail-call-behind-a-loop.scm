;;; A tail call that ends a loop of a procedure with itself.

(import (scheme base))
(define (f x y)
  (if (= y 0)
      (x)
      (f x (- y 1))))
(define (g) (list (f 5 6)))
(list (g))
