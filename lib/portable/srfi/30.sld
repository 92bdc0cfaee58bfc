;;; SRFI 30: nested comments. They belong to the reader: nothing is exported.

(define-library (srfi 30)
  (import))
