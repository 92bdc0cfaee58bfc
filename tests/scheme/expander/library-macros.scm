;;; Macros of a library assign its variables, in whatever unit and however they expand; nothing else does.

(define-library (counters)
  (export bump bump-twice set-direct operate get let-set renamed nested in-cond make-setter
          given-in-binding unassigned unassigned-value)
  (import (scheme base))
  (begin
    (define counter 0)
    (define direct 0)
    (define operated 0)
    (define bound 0)
    (define other 0)
    (define deep 0)
    (define chosen 0)
    (define made 0)
    (define through 0)
    (define constant 10)
    (define-syntax set-it! (syntax-rules () ((_ v e) (set! v e))))
    (define-syntax set-any! (syntax-rules () ((_ (ignored v) e) (set-it! v e))))
    (define-syntax bump (syntax-rules () ((_) (set-it! counter (+ counter 1)))))
    (define-syntax bump-twice (syntax-rules () ((_) (begin (bump) (bump)))))
    (define-syntax set-direct (syntax-rules () ((_ e) (set! direct e))))
    (define-syntax operate (syntax-rules () ((_ o e) (o operated e))))
    (define-syntax let-set (syntax-rules () ((_ x e) (let ((x e)) (set-any! (q bound) x)))))
    (define-syntax my-set! set!)
    (define-syntax renamed (syntax-rules () ((_ e) (my-set! other e))))
    (define-syntax nested
      (syntax-rules ()
        ((_ e) (let-syntax ((put (syntax-rules () ((_ o) (o deep e))))) (put set!)))))
    (define-syntax in-cond (syntax-rules () ((_ e) (cond (#f 1) (else (set-it! chosen e))))))
    (define-syntax make-setter
      (syntax-rules ()
        ((_ name) (define-syntax name (syntax-rules () ((_ e) (set-it! made e)))))))
    (define-syntax given-in-binding
      (syntax-rules ()
        ((_ e) (let-syntax ((s set!)) (s through e)))))
    (define-syntax unassigned (syntax-rules () ((_ x) (let ((x constant)) (+ x 1)))))
    (define (unassigned-value) constant)
    (define (get) (list counter direct operated bound other deep chosen made through))))

(import (scheme base) (scheme write) (scheme process-context) (scheme eval) (counters))
(include "../prelude.scm")

;; In the program itself.
(bump)
(test '(1 0 0 0 0 0 0 0 0) (get))
(make-setter set-made)
(set-made 1)
(test '(1 0 0 0 0 0 0 1 0) (get))

;; In units that come later.
(define later (environment '(counters) '(scheme base)))
(define (try form) (eval form later) (get))
(test '(2 0 0 0 0 0 0 1 0) (try '(bump)))
(test '(4 0 0 0 0 0 0 1 0) (try '(bump-twice)))
(test '(4 5 0 0 0 0 0 1 0) (try '(set-direct 5)))
(test '(4 5 6 0 0 0 0 1 0) (try '(operate set! 6)))
(test '(4 5 6 7 0 0 0 1 0) (try '(let-set y 7)))
(test '(4 5 6 7 8 0 0 1 0) (try '(renamed 8)))
(test '(4 5 6 7 8 9 0 1 0) (try '(nested 9)))
(test '(4 5 6 7 8 9 10 1 0) (try '(in-cond 10)))
(test '(4 5 6 7 8 9 10 11 0) (try '(let () (make-setter set-later) (set-later 11))))
(test '(4 5 6 7 8 9 10 11 12) (try '(given-in-binding 12)))
(test 11 (eval '(unassigned z) later))
(test 10 (unassigned-value))

;; A name that is imported.
(test-error (eval '(set! get 1) later))

(finish "macros of libraries")
