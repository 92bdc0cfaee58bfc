;;; A tail call of a library procedure that a vector holds.

(import (scheme base))
(define (f v i)
  ((vector-ref v i) v i))
(define (g) (list (f (vector 1 car) 1)))
(list (g))
