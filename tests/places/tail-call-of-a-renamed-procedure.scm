;;; A tail call of a variable that holds a procedure of the library; and one of a procedure that has another name here.

(import (rename (scheme base) (vector-for-each each)))
(define visit each)
(define (f x)
  (visit x '#(1)))
(define (g x)
  (each f (vector x)))
(define (h) (list (g 5)))
(list (h))
