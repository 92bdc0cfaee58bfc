;;; An application to what is no list.

(import (scheme base))
(define (f x)
  (apply x 1 2))
(define (g) (list (f list)))
(list (g))
