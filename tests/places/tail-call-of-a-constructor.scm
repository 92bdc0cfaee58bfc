;;; A tail call of the constructor of a record with a wrong number of arguments.

(import (scheme base))
(define-record-type point (make-point x y) point? (x point-x) (y point-y))
(define (f h x) (h x))
(define (g) (list (f make-point 5)))
(define (a h x) (h x))
(list (g))
