;;; A wrong call in the thunk before a dynamic-wind.

(import (scheme base))
(define (f x)
  (dynamic-wind
    (lambda () (x))
    (lambda () 1)
    (lambda () #f)))
(define (g) (list (f 5)))
(list (g))
