;;; A tail call of apply that applies a procedure of the library to what it does not take.

(import (scheme base))
(define (f x)
  (apply map x '((1 2))))
(define (g) (list (f 5)))
(list (g))
