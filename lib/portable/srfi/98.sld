;;; SRFI 98: access to environment variables.

(define-library (srfi 98)
  (export get-environment-variable get-environment-variables)
  (import (only (scheme process-context) get-environment-variable get-environment-variables)))
