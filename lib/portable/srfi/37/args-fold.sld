;;; SRFI 37 by its name of SRFI 97.

(define-library (srfi 37 args-fold)
  (export args-fold option option-names option-required-arg? option-optional-arg? option-processor)
  (import (srfi 37)))
