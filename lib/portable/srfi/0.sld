;;; SRFI 0: feature-based conditional expansion, as R7RS has it.

(define-library (srfi 0)
  (export cond-expand)
  (import (only (scheme base) cond-expand)))
