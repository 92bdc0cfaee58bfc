;;; An error in the procedure that string-for-each calls.

(import (scheme base))
(define (f s)
  (string-for-each (lambda (c) (+ c 1) (if #f #f)) s))
(define (g) (f "ab") 1)
(list (g))
