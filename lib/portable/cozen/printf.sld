;;; printf and fprintf of Chez Scheme, over the format of SRFI 48.

(define-library (cozen printf)
  (export printf fprintf)
  (import (scheme base) (scheme write) (srfi 48))
  (begin

    (define (printf template . objects)
      (write-string (apply format template objects))
      (if #f #f))

    (define (fprintf port template . objects)
      (write-string (apply format template objects) port)
      (if #f #f))))
