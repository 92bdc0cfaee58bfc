;;; A tail call in a procedure that takes any number of arguments.

(import (scheme base))
(define (f x . rest)
  (x rest rest))
(define (g) (list (f car 1 2)))
(list (g))
