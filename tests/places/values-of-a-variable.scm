;;; One value of a producer that is a variable.

(import (scheme base))
(define (f g)
  (call-with-values g
    (lambda (a b) (list a b))))
(define (h) (list (f (lambda () 1))))
(list (h))
