;;; An error in a promise.

(import (scheme base) (scheme lazy))
(define (f x)
  (force (delay (car x))))
(define (g) (list (f 5)))
(list (g))
