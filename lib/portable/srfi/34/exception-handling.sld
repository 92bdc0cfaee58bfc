;;; SRFI 34 by its name of SRFI 97.

(define-library (srfi 34 exception-handling)
  (export with-exception-handler guard raise)
  (import (srfi 34)))
