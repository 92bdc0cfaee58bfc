;;; An application for a value, with several arguments in front of what is no list.

(import (scheme base))
(define (f x)
  (+ 1 (apply + 1 2 x)))
(define (g) (list (f '(3 . 4))))
(list (g))
