;;; An application, as a tail call, of what is no procedure.

(import (scheme base))
(define (f x)
  (apply x '(1 2)))
(define (g)
  (list (f 5)))
(list (g))
