;;; A tail call of what a vector holds.

(import (scheme base))
(define (f x)
  (let ((y (vector-ref x 0)))
    (y)))
(define (g) (list (f (vector 1))))
(list (g))
