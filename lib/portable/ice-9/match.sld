;;; The name by which programs for other implementations import (cozen match).

(define-library (ice-9 match)
  (export match match-lambda match-lambda* match-let match-let* match-letrec)
  (import (cozen match)))
