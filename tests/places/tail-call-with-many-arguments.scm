;;; A tail call with more arguments than there are registers.

(import (scheme base))
(define (f a b c d e g h) (a b c d e g h 9))
(define (g x) (list (f x 1 2 3 4 5 6)))
(list (g 5))
