;;; A procedure of the library at the end of tail calls: of them, the last one has a frame.

(import (scheme base))
(define (f x)
  (list->string x))
(define (g x) (f (list x)))
(define (h) (list (g 5)))
(list (h))
