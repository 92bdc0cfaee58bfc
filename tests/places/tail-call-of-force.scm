;;; A tail call of force; the error is in the promise.

(import (scheme base) (scheme lazy))
(define promise (delay (car 1)))
(define (f x)
  (force x))
(define (g) (list (f promise)))
(list (g))
