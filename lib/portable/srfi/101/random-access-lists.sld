;;; SRFI 101 by its name of SRFI 97.

(define-library (srfi 101 random-access-lists)
  (export quote pair? cons car cdr caar cadr cdar cddr caaar caadr cadar caddr cdaar cdadr cddar
          cdddr caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr cdaaar cdaadr
          cdadar cdaddr cddaar cddadr cdddar cddddr null? list? list make-list length
          length<=? append reverse list-tail list-ref list-set list-ref/update map
          for-each equal? random-access-list->linear-access-list
          linear-access-list->random-access-list)
  (import (srfi 101)))
