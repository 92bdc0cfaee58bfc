;;; A tail call of any with what is no list.

(import (scheme base) (srfi 1))
(define (f x)
  (any odd? x))
(define (g) (list (f 5)))
(list (g))
