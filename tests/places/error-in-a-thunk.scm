;;; An error in the thunk of a dynamic-wind.

(import (scheme base))
(define (f x)
  (dynamic-wind
    (lambda () #t)
    (lambda () (car x))
    (lambda () #f)))
(define (g) (list (f 5)))
(list (g))
