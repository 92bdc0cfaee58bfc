;;; SRFI 97: the SRFIs by their names. Here the import is the check.

(import (scheme base) (scheme write) (scheme process-context)
        (only (srfi 4 numeric-vectors)) (only (srfi 5 let)) (only (srfi 17 generalized-set!))
        (only (srfi 19 time)) (only (srfi 25 multi-dimensional-arrays)) (only (srfi 28 basic-format-
        strings)) (only (srfi 34 exception-handling)) (only (srfi 35 conditions))
        (only (srfi 37 args-fold)) (only (srfi 38 with-shared-structure)) (only (srfi 42 eager-
        comprehensions)) (only (srfi 45 lazy)) (only (srfi 46 syntax-rules))
        (only (srfi 48 intermediate-format-strings)) (only (srfi 60 integer-bits))
        (only (srfi 61 cond)) (only (srfi 63 arrays)) (only (srfi 66 octet-vectors))
        (only (srfi 67 compare-procedures)) (only (srfi 71 let)) (only (srfi 74 blobs))
        (only (srfi 78 lightweight-testing)) (only (srfi 98 os-environment-variables))
        (only (srfi 101 random-access-lists))
        (only (srfi 99 records) make-rtd)
        (only (srfi 48 intermediate-format-strings) format)
        (only (srfi 19 time) date->string make-date))
(include "../prelude.scm")

(test "x 1" (format "~a ~s" 'x 1))
(test "2000" (date->string (make-date 0 0 0 0 1 1 2000 0) "~Y"))
(finish "SRFI 97's names")
