;;; Cond-expand around imports, exports and definitions; a library named rename.
;;; Reports: cyclone#291,154,412,394; kaappi#1661; sagittarius#9; larceny#740,773.

(define-library (grid a)
  (cond-expand (cozen (export mk) (begin (define (mk) 'mk))) (else (export nothing)))
  (export rows (rename put! set))
  (import (scheme base))
  (cond-expand ((library (srfi 1)) (import (only (srfi 1) iota first)) (begin (define foo (first (iota 3)))))
    (else (begin (define foo 2))))
  (cond-expand ((and full-unicode (not nosuch)) (begin (define bar 'uni))) (else))
  (begin (define (rows) (list foo bar)) (define (put! x) (list 'put x))))
(define-library (rename) (export rename) (import (except (scheme base) map))
   (begin (define rename 'a) (define (map) 1)))
(define-library (only) (export (rename x only)) (import (scheme base)) (begin (define x 'o)))
(cond-expand (else (import (scheme base) (scheme write) (prefix (only (rename (grid a) (rows rws)) rws mk set) g:))
   (define early 'yes)))
(import (rename) (only))
(cond-expand ((not (library (no such lib))) (define zz 1)) (else (error "no")))
(cond-expand ((or nope r7rs) (begin (display (list early zz (g:rws) (g:mk) (g:set 3) rename only)) (newline))))
