;;; SRFI 78 by its name of SRFI 97.

(define-library (srfi 78 lightweight-testing)
  (export check check-ec check-report check-set-mode! check-reset! check-passed?)
  (import (srfi 78)))
