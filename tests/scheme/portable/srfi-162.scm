;;; SRFI 162 as a library of its own: what (srfi 128) has, and two comparators more.

(import (scheme base) (scheme write) (scheme process-context) (srfi 162)
        (prefix (srfi 128) c:))
(include "../prelude.scm")

(test '(#t #t) (list (eq? default-comparator c:default-comparator) (eq? comparator-max c:comparator-max)))
(test '(#t #f #t #f) (list (c:<? symbol-comparator 'a 'b) (c:<? symbol-comparator 'b 'a) (c:=? symbol-comparator 'a 'a)
                           (c:comparator-test-type symbol-comparator "a")))
(test '(#t #t #f #t) (list (c:<? number-comparator 1 3/2 2.) (c:=? number-comparator 1 1.)
                           (c:comparator-test-type number-comparator 'a)
                           (= (c:comparator-hash number-comparator 1) (c:comparator-hash number-comparator 1.))))
(test '(a 3) (list (comparator-min symbol-comparator 'b 'a) (comparator-max number-comparator 1 3 2)))

(finish "SRFI 162")
