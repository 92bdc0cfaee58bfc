;;; A tail call of a parameter with too many arguments.

(import (scheme base))
(define p (make-parameter 1))
(define (f x) (p x 2 3))
(define (g) (list (f 5)))
(list (g))
