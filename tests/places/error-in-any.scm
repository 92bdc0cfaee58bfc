;;; A tail call of any, for an element that is not the last one.

(import (scheme base) (srfi 1))
(define (f l)
  (any (lambda (x) (car x)) l))
(define (g) (list (f (list '(#f) 2 '(#f)))))
(list (g))
