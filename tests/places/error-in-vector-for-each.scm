;;; An error in the procedure that vector-for-each calls.

(import (scheme base))
(define (f x)
  (vector-for-each (lambda (a b) (car a)) x x))
(define (g) (f (vector 1 2)) 1)
(list (g))
