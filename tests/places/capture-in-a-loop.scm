;;; Tail calls of call/cc with a variable take no stack, however many there are, and show the last one's place.

(import (scheme base))
(define (again n)
  (lambda (k)
    (if (= n 0)
        (capture 5)
        (capture (again (- n 1))))))
(define (capture receiver)
  (call-with-current-continuation receiver))
(list (capture (again 300000)))
