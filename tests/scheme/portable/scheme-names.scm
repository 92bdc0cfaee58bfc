;;; The libraries of R7RS-large that are SRFIs under other names.

(import (scheme base) (scheme write) (scheme process-context)
        (prefix (scheme list-queue) a:) (prefix (scheme lseq) a:) (prefix (scheme stream) a:)
        (prefix (scheme generator) a:) (prefix (scheme charset) a:) (prefix (scheme set) a:)
        (prefix (scheme sort) a:) (prefix (scheme ideque) a:) (prefix (scheme mapping) a:)
        (prefix (scheme mapping hash) b:) (prefix (scheme regex) a:) (prefix (scheme text) a:)
        (only (srfi 128) make-default-comparator)
        (prefix (only (srfi 117) list-queue) c:) (prefix (only (srfi 113) set) c:))
(include "../prelude.scm")

(define any (make-default-comparator))
(test '(1 2) (a:list-queue-list (a:list-queue 1 2)))
(test '(1 3) (a:lseq-realize (a:lseq-filter odd? '(1 2 3))))
(test '(0 1) (a:stream->list 2 (a:stream-from 0)))
(test '(1 2) (a:generator->list (a:generator 1 2)))
(test 2 (a:char-set-size (a:char-set #\a #\b)))
(test 2 (a:set-size (a:set any 1 2 1)))
(test '(1 2 3) (a:list-sort < '(3 1 2)))
(test '(1 2) (a:ideque->list (a:ideque 1 2)))
(test '((a . 1)) (a:mapping->alist (a:mapping any 'a 1)))
(test '((a . 1)) (b:hashmap->alist (b:hashmap any 'a 1)))
(test #t (a:regexp-matches? '(+ num) "12"))
(test "ab" (a:textual->string (a:textual-append "a" (a:text #\b))))
;; the same procedures, not copies
(test '(#t #t) (list (eq? a:list-queue c:list-queue) (eq? a:set c:set)))

(finish "R7RS-large names")
