;;; One value where at least two are taken.

(import (scheme base) (srfi 8))
(define (f x)
  (receive (a b . c) (values x)
    (list a b c)))
(define (h) (list (f '(1))))
(list (h))
