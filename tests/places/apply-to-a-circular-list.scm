;;; An application to a list without an end.

(import (scheme base))
(define (f l)
  (apply list 1 l))
(define (g) (list (f '#0=(1 2 . #0#))))
(list (g))
