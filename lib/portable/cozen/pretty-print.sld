;;; pretty-print, over SRFI 166.

(define-library (cozen pretty-print)
  (export pretty-print)
  (import (scheme base) (scheme case-lambda) (only (srfi 166 base) show) (srfi 166 pretty))
  (begin

    (define pretty-print
      (case-lambda
        ((object) (pretty-print object (current-output-port)))
        ((object port) (show port (pretty object)) (if #f #f))))))
