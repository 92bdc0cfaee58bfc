;;; An error in the procedure that vector-map calls.

(import (scheme base))
(define (f v)
  (vector-map (lambda (x) (+ 1 x)) v))
(define (g) (list (f (vector 1 'a))))
(list (g))
