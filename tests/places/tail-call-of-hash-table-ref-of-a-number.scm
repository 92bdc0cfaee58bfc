;;; A tail call of hash-table-ref with what is no table.

(import (scheme base) (srfi 69))
(define (f table)
  (hash-table-ref table 'a (lambda () 1)))
(define (g) (list (f 5)))
(list (g))
