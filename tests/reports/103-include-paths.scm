;;; Include finds files beside the including file; include-ci folds; several files splice.
;;; Reports: chibi; larceny; R7RS 4.1.7.

(import (scheme base) (scheme write))
(include "included/one.scm" "included/empty.scm")
(include-ci "included/ci.scm")
(write (list from-one from-two from-ci (let () (include "included/body.scm") (* in-body 2))
   (include "included/expr.scm")))
(newline)
