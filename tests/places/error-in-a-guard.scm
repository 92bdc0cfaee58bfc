;;; An error in the body of a guard that does not take the error.

(import (scheme base))
(define (f x)
  (guard (e ((string? e) 1))
    (vector-ref x 10)))
(define (g) (list (f (vector 1))))
(list (g))
