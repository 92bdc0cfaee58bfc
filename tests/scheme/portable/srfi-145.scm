;;; SRFI 145: assumptions.

(import (scheme base) (scheme write) (scheme process-context) (srfi 145))
(include "../prelude.scm")

(test '(1 (2)) (list (assume 1 "never") (assume (list 2))))
(test-error (assume #f))
(test '((= 1 2) "no" 3) (guard (problem (#t (error-object-irritants problem))) (assume (= 1 2) "no" 3)))
(test 1 (let ((count 0)) (assume (begin (set! count (+ count 1)) #t)) count))

(finish "SRFI 145")
