;;; Two values of a known procedure where three are taken.

(import (scheme base))
(define (f x)
  (values x 1))
(define (g x)
  (let-values (((a b c) (f x)))
    (list a b c)))
(list (g 1))
