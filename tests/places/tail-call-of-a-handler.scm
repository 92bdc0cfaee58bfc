;;; A tail call of with-exception-handler with what is no thunk.

(import (scheme base))
(define (f handler thunk)
  (with-exception-handler handler thunk))
(define (g x) (list (f list list) (f list x)))
(list (g 1))
