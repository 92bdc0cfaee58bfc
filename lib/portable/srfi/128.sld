;;; SRFI 128: comparators, with the procedures and comparators that SRFI 162 adds to it.

(define-library (srfi 128)
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
  (import (scheme base) (scheme char) (only (cozen condition) %check-argument)
          (srfi 128 kernel))
  (begin

    (define (comparator-max comparator first . more)
      (comparator-max-in-list comparator (cons first more)))

    (define (comparator-min comparator first . more)
      (comparator-min-in-list comparator (cons first more)))

    (define (comparator-max-in-list comparator list)
      (let ((less? (comparator-ordering-predicate comparator)))
        (least (lambda (a b) (less? b a)) list 'comparator-max-in-list)))

    (define (comparator-min-in-list comparator list)
      (least (comparator-ordering-predicate comparator) list 'comparator-min-in-list))

    ;; The first of several that are the least.
    (define (least less? list who)
      (%check-argument filled-list? list who 2 "list that is not empty")
      (let loop ((first (car list)) (more (cdr list)))
        (if (null? more)
            first
            (loop (if (less? (car more) first) (car more) first) (cdr more)))))

    (define (filled-list? object) (and (pair? object) (list? object)))

    (define default-comparator (make-default-comparator))

    (define boolean-comparator
      (make-comparator boolean? boolean=? (lambda (a b) (and (not a) b)) boolean-hash))
    (define real-comparator (make-comparator real? = < number-hash))
    (define char-comparator (make-comparator char? char=? char<? char-hash))
    (define char-ci-comparator (make-comparator char? char-ci=? char-ci<? char-ci-hash))
    (define string-comparator (make-comparator string? string=? string<? string-hash))
    (define string-ci-comparator
      (make-comparator string? string-ci=? string-ci<? string-ci-hash))

    (define pair-comparator (make-pair-comparator default-comparator default-comparator))
    (define list-comparator (make-list-comparator default-comparator))
    (define vector-comparator (make-vector-comparator default-comparator))

    (define eq-comparator (make-eq-comparator))
    (define eqv-comparator (make-eqv-comparator))
    (define equal-comparator (make-equal-comparator))))
