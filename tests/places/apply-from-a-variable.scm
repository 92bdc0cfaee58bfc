;;; An application by a variable, whose last argument is no list.

(import (scheme base))
(define (f a x)
  (list (a x 1 2)))
(define (g) (list (f (car (list apply)) list)))
(list (g))
