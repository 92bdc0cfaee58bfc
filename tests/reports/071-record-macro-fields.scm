;;; A field name that a macro introduces; references to later definitions of a library.
;;; Reports: shirok/Gauche#532; chibi#399.

(define-library (lib71) (export quux) (import (scheme base))
  (begin (define-syntax foo (syntax-rules () ((foo) (bar)))) (define (quux) (foo)) (define (bar) 42)))
(import (scheme base) (scheme write) (lib71))
(define (p x) (write x) (newline))
(define-syntax abc (syntax-rules () ((_ n make ((field get put) ...))
   (define-record-type n (make field ... %props) state? (field get put) ... (%props get-props set-props!)))))
(abc foo mk ((port env-port env-port-set!) (output env-output env-output-set!)))
(p (let ((r (mk 1 2 3))) (env-port-set! r 9) (list (env-port r) (env-output r))))
(p (quux))
(define-syntax foo2 (syntax-rules () ((_ b) (begin (define (b) (baz)) (define (baz) 42)))))
(define (baz) 43)
(foo2 quux2)
(p (list (quux2) (baz)))
