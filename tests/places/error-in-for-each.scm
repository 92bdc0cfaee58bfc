;;; An error in the procedure that for-each calls.

(import (scheme base))
(define (f l)
  (for-each (lambda (x) (string-length x) (if #f #f)) l))
(define (g) (f '("a" 2)) 1)
(list (g))
