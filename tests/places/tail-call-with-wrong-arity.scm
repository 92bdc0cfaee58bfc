;;; A tail call with a wrong number of arguments.

(import (scheme base))
(define (f x y)
  (y 1 2 3))
(define (g) (list (f 5 (if (= 1 (vector-length (vector 1))) (lambda (a b) (list a b)) 5))))
(list (g))
