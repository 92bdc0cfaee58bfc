;;; A tail call of vector-map with what is no vector.

(import (scheme base))
(define (f x)
  (vector-map + x))
(define (g) (list (f 5)))
(list (g))
