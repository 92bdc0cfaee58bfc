;;; SRFIs under the names by which programs import them.

(import (scheme base) (scheme write) (scheme process-context)
        (only (srfi :1) iota)
        (only (srfi :1 lists) fold)
        (rename (srfi 133 vectors) (vector-count count))
        (only (srfi srfi-8) receive))
(include "../prelude.scm")

(test '((0 1 2) 6 2) (list (iota 3) (fold + 0 '(1 2 3)) (count even? #(1 2 4))))
(test '(1 (2)) (receive (a . b) (values 1 2) (list a b)))
(test '(yes no) (list (cond-expand ((library (srfi :133)) 'yes) (else 'no))
                      (cond-expand ((library (srfi :1000000)) 'yes) (else 'no))))
(finish "srfi-names")
