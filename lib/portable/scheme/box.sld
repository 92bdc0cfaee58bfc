;;; R7RS-large: boxes, which are those of SRFI 111.

(define-library (scheme box)
  (export box box? unbox set-box!)
  (import (srfi 111)))
