;;; An object that is no condition is raised, and nobody takes the object.

(import (scheme base))
(define (f x)
  (raise-continuable x))
(define (g) (list (f 5)))
(list (g))
