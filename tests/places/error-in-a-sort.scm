;;; An error in the order of a sort.

(import (scheme base) (srfi 132))
(define (f l)
  (list-sort (lambda (a b) (< a b)) l))
(define (g) (list (f (list 2 'a 1))))
(list (g))
