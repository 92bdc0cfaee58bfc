;;; SRFI 98 by its name of SRFI 97.

(define-library (srfi 98 os-environment-variables)
  (export get-environment-variable get-environment-variables)
  (import (srfi 98)))
