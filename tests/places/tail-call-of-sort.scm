;;; A tail call of sort with what is no list.

(import (scheme base) (only (cozen) sort))
(define (f x)
  (sort x <))
(define (g) (list (f 5)))
(list (g))
