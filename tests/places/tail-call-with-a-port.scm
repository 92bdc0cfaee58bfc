;;; A tail call of call-with-port with what is no procedure.

(import (scheme base))
(define (f x)
  (call-with-port (open-input-string "a") x))
(define (g x) (list (f read-char) (f x)))
(list (g 1))
