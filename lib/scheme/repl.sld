;;; R7RS (scheme repl).

(define-library (scheme repl)
  (export interaction-environment)
  (import (cozen system)))
