;;; SRFI 62: comments of one datum. They belong to the reader: nothing is exported.

(define-library (srfi 62)
  (import))
