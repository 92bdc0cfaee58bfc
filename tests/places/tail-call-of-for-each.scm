;;; A tail call of for-each with what is no procedure.

(import (scheme base))
(define (f x)
  (for-each x '(1)))
(define (g) (list (f 5)))
(list (g))
