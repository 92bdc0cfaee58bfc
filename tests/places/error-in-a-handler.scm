;;; An error in a handler of an error.

(import (scheme base))
(define (f x)
  (with-exception-handler
    (lambda (e) (car e))
    (lambda () (+ 1 (vector-ref x 10)))))
(define (g) (list (f (vector 1))))
(list (g))
