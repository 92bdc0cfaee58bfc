;;; An error in the procedure that map calls.

(import (scheme base))
(define (f l)
  (map (lambda (x) (car x)) l))
(define (g) (list (f '((1) 2))))
(list (g))
