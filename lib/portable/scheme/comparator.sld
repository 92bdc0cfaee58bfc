;;; R7RS-large: comparators, which are those of SRFI 128.

(define-library (scheme comparator)
  (export make-comparator comparator? comparator-ordered? comparator-hashable?
          make-eq-comparator make-eqv-comparator make-equal-comparator make-pair-comparator
          make-list-comparator make-vector-comparator make-default-comparator default-hash
          comparator-register-default! hash-bound hash-salt boolean-hash char-hash
          char-ci-hash string-hash string-ci-hash symbol-hash number-hash
          comparator-type-test-predicate comparator-equality-predicate
          comparator-ordering-predicate comparator-hash-function comparator-test-type
          comparator-check-type comparator-hash =? <? >? <=? >=? comparator-if<=>
          comparator-max comparator-min comparator-max-in-list comparator-min-in-list
          default-comparator boolean-comparator real-comparator char-comparator
          char-ci-comparator string-comparator string-ci-comparator pair-comparator
          list-comparator vector-comparator eq-comparator eqv-comparator equal-comparator)
  (import (srfi 128)))
