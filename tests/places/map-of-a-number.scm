;;; Map with what is no procedure.

(import (scheme base))
(define (f x)
  (map x '(1 2)))
(define (g) (list (f 5)))
(list (g))
