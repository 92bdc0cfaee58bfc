;;; SRFI 9: records, as R7RS has it.

(define-library (srfi 9)
  (export define-record-type)
  (import (scheme base)))
