;;; A tail call of the accessor of a record with what is no such record.

(import (scheme base))
(define-record-type point (make-point x y) point? (x point-x) (y point-y))
(define (f h x) (h x))
(define (g) (list (f point-x 5)))
(list (g))
