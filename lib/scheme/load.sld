;;; R7RS (scheme load).

(define-library (scheme load)
  (export load)
  (import (cozen system)))
