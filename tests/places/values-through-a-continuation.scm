;;; Two values through a continuation where three are taken.

(import (scheme base))
(define (f k x)
  (k x 2))
(define (g x)
  (call-with-values
    (lambda () (call/cc (lambda (k) (f k x))))
    (lambda (a b c) (list a b c))))
(list (g 1))
