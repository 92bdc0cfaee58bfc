;;; SRFI 211: syntactic closures.

(define-library (srfi 211 syntactic-closures)
  (export sc-macro-transformer rsc-macro-transformer
          make-syntactic-closure close-syntax identifier? identifier=?)
  (import (cozen syntax)))
