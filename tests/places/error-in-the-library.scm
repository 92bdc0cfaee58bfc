;;; An error inside a library procedure.

(import (scheme base))
(define (f s)
  (string->vector s 5))
(define (g) (list (f "ab")))
(define (h) (list (g)))
(list (h))
