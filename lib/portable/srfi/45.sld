;;; SRFI 45: primitives for iterative lazy algorithms.

(define-library (srfi 45)
  (export delay (rename delay-force lazy) force eager)
  (import (scheme base) (scheme lazy))
  (begin

    ;; Not make-promise, which would answer a promise itself.
    (define (eager value)
      (if (promise? value)
          (delay value)
          (make-promise value)))))
