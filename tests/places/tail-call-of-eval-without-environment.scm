;;; A tail call of eval with what is no environment.

(import (scheme base) (scheme eval))
(define (f environment)
  (eval '(+ 1 2) environment))
(define (g) (list (f "x")))
(list (g))
