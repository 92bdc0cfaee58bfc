;;; An error behind more frames of the library than a backtrace holds.

(import (scheme base) (srfi 1))
(define (f l)
  (list (fold-right + 0 l)))
(f (append (make-list 300 1) '(a)))
