;;; SRFI 162: more procedures for comparators, and comparators. (srfi 128) has them too.
;;;
;;; Two comparators of SRFI 114 that the SRFI leaves out are here as well: schemepunk takes them from this library.

(define-library (srfi 162)
  (export comparator-max comparator-min comparator-max-in-list comparator-min-in-list
          default-comparator boolean-comparator real-comparator char-comparator
          char-ci-comparator string-comparator string-ci-comparator pair-comparator
          list-comparator vector-comparator eq-comparator eqv-comparator equal-comparator
          symbol-comparator number-comparator)
  (import (scheme base) (srfi 128))
  (begin

    ;; In the order of the default comparator.
    (define (before? a b) (<? default-comparator a b))

    (define symbol-comparator (make-comparator symbol? symbol=? before? symbol-hash))
    (define number-comparator (make-comparator number? = before? number-hash))))
