;;; A tail call in the receiver of a continuation.

(import (scheme base))
(define (f x)
  (call/cc (lambda (k) (x k))))
(define (g) (list (f 5)))
(list (g))
