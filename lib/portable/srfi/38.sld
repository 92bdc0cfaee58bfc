;;; SRFI 38: external representation of data with shared structure.

(define-library (srfi 38)
  (export write-with-shared-structure write/ss read-with-shared-structure read/ss)
  (import (scheme base) (scheme case-lambda) (scheme read) (scheme write))
  (begin

    ;; The last argument is for the implementation, which does not need it.
    (define write-with-shared-structure
      (case-lambda
        ((object) (write-shared object))
        ((object port) (write-shared object port))
        ((object port option) (write-shared object port))))

    (define read-with-shared-structure
      (case-lambda
        (() (read))
        ((port) (read port))))

    (define write/ss write-with-shared-structure)
    (define read/ss read-with-shared-structure)))
