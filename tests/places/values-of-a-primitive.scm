;;; One value of a primitive where two are taken.

(import (scheme base))
(define (f x)
  (call-with-values
    (lambda () (car x))
    (lambda (a b) (list a b))))
(define (h) (list (f '(1))))
(list (h))
