;;; An application, as a tail call, with a wrong number of arguments.

(import (scheme base))
(define (f l x)
  (apply x 1 l))
(define (g)
  (list (f '(1 2) (lambda (a b) a))))
(list (g))
