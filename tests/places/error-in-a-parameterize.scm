;;; An error in the body of a parameterize.

(import (scheme base))
(define p (make-parameter 1))
(define (f x)
  (parameterize ((p 3))
    (+ x (p))))
(define (g) (list (f 'a)))
(list (g))
