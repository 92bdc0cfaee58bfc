;;; A continuation for what is no procedure.

(import (scheme base))
(define (f x)
  (call/cc x))
(define (g)
  (list (f 5)))
(list (g))
