;;; R7RS-large: random-access lists, which are those of SRFI 101 by names that begin with r.

(define-library (scheme rlist)
  (export rquote rpair? rcons rcar rcdr rcaar rcadr rcdar rcddr rcaaar rcaadr rcadar rcaddr rcdaar
          rcdadr rcddar rcdddr rcaaaar rcaaadr rcaadar rcaaddr rcadaar rcadadr rcaddar
          rcadddr rcdaaar rcdaadr rcdadar rcdaddr rcddaar rcddadr rcdddar rcddddr rnull?
          rlist? rlist make-rlist rlength rlength<=? rappend rreverse rlist-tail
          rlist-ref rlist-set rlist-ref/update rmap rfor-each rlist->list list->rlist)
  (import (rename (srfi 101)
                  (quote rquote) (pair? rpair?) (cons rcons) (car rcar) (cdr rcdr) (caar rcaar)
                  (cadr rcadr) (cdar rcdar) (cddr rcddr) (caaar rcaaar) (caadr rcaadr)
                  (cadar rcadar) (caddr rcaddr) (cdaar rcdaar) (cdadr rcdadr) (cddar rcddar)
                  (cdddr rcdddr) (caaaar rcaaaar) (caaadr rcaaadr) (caadar rcaadar)
                  (caaddr rcaaddr) (cadaar rcadaar) (cadadr rcadadr) (caddar rcaddar)
                  (cadddr rcadddr) (cdaaar rcdaaar) (cdaadr rcdaadr) (cdadar rcdadar)
                  (cdaddr rcdaddr) (cddaar rcddaar) (cddadr rcddadr) (cdddar rcdddar)
                  (cddddr rcddddr) (null? rnull?) (list? rlist?) (list rlist)
                  (make-list make-rlist) (length rlength) (length<=? rlength<=?)
                  (append rappend) (reverse rreverse) (list-tail rlist-tail)
                  (list-ref rlist-ref) (list-set rlist-set) (list-ref/update rlist-ref/update)
                  (map rmap) (for-each rfor-each)
                  (random-access-list->linear-access-list rlist->list)
                  (linear-access-list->random-access-list list->rlist))))
