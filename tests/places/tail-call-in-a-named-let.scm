;;; A tail call in a named let that is inlined.

(import (scheme base))
(define (f x y)
  (let loop ((i 0))
    (if (< i 3)
        (loop (+ i 1))
        (x y))))
(define (g x) (list (f x 1)))
(list (g (lambda () 1)))
