;;; An application of what is no procedure, whose value is used.

(import (scheme base))
(define (f x)
  (let ((r (apply x '(1))))
    (list r)))
(define (g) (list (f 5)))
(list (g))
