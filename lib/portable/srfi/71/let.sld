;;; SRFI 71 by its name of SRFI 97.

(define-library (srfi 71 let)
  (export let let* letrec uncons uncons-2 uncons-3 uncons-4 uncons-cons unlist unvector
          values->list values->vector)
  (import (srfi 71)))
