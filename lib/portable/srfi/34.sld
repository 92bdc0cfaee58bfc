;;; SRFI 34: exception handling for programs, as R7RS has it.

(define-library (srfi 34)
  (export with-exception-handler guard raise)
  (import (only (scheme base) with-exception-handler guard raise)))
