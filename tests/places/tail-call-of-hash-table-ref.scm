;;; A tail call of hash-table-ref with a key that is not there.

(import (scheme base) (srfi 69))
(define (f table)
  (hash-table-ref table 'a))
(define (g) (list (f (make-hash-table))))
(list (g))
