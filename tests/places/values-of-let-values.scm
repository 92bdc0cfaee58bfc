;;; One value where a let-values takes two.

(import (scheme base))
(define (f g)
  (let-values (((a b) (g)))
    (list a b)))
(define (h) (list (f (lambda () 1))))
(list (h))
