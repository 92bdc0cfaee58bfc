;;; A tail call of dynamic-wind with what are no procedures, behind one with procedures.

(import (scheme base))
(define (f before after)
  (dynamic-wind before (lambda () 2) after))
(define (g x) (list (f list list) (f list x)))
(list (g 1))
