;;; A handler that calls what is no procedure.

(import (scheme base))
(define (f x)
  (with-exception-handler
    (lambda (e) (x e))
    (lambda () (+ 1 (raise-continuable 5)))))
(define (g) (list (f 5)))
(list (g))
