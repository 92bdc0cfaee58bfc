;;; A tail call of what is no procedure.

(import (scheme base))
(define (f x y)
  (x y))
(define (g) (list (f 5 6)))
(list (g))
