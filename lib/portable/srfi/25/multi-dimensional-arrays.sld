;;; SRFI 25 by its name of SRFI 97.

(define-library (srfi 25 multi-dimensional-arrays)
  (export array? make-array shape array array-rank array-start array-end array-ref array-set!
          share-array)
  (import (srfi 25)))
