;;; SRFI 131: define-record-type with single inheritance.

(define-library (srfi 131)
  (export define-record-type)
  (import (srfi 99 records syntactic)))
