;;; SRFI 121: generators. `srfi-158.scm` checks what they do.

(import (scheme base) (scheme write) (scheme process-context) (srfi 121))
(include "../prelude.scm")

(test '(#t)
      (list (let loop ((rest (list generator make-iota-generator make-range-generator make-coroutine-generator
                                   list->generator vector->generator
                                   reverse-vector->generator string->generator bytevector->generator
                                   make-for-each-generator make-unfold-generator
                                   gcons* gappend gcombine gfilter gremove gtake gdrop gtake-while gdrop-while gdelete
                                   gdelete-neighbor-dups gindex gselect
                                   generator->list generator->reverse-list generator->vector generator->vector!
                                   generator->string generator-fold
                                   generator-for-each generator-find generator-count generator-any generator-every
                                   generator-unfold)))
              (or (null? rest) (and (procedure? (car rest)) (loop (cdr rest)))))))
(test '(2 4) (generator->list (gfilter even? (make-range-generator 1 6))))

(finish "SRFI 121")
