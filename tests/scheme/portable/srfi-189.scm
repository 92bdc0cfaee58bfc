;;; SRFI 189: Maybe and Either.

(import (scheme base) (scheme write) (scheme process-context) (srfi 189))
(include "../prelude.scm")

(define-syntax all (syntax-rules () ((_ expression) (call-with-values (lambda () expression) list))))
;; A container in words.
(define (shown object)
  (cond ((just? object) (cons 'just (maybe->list object)))
        ((nothing? object) 'nothing)
        ((right? object) (cons 'right (either->list object)))
        ((left? object) (cons 'left (either->list (either-swap object))))
        (else object)))
(define (each . objects) (map shown objects))
(define (none) 'none)
(define (never . ignored) (error "never"))

;; constructors and predicates
(test '((just 1 2) (just) nothing (right 1) (left 1 2) (just 1 2) (left 1) (right)) (each (just 1 2) (just) (nothing) (right 1) (left 1 2) (list->just '(1 2)) (list->left '(1)) (list->right '())))
(test '((right 1 2) (left 3) (just 1) nothing (left 1) (right 1)) (each (maybe->either (just 1 2) 3) (maybe->either (nothing) 3) (either->maybe (right 1)) (either->maybe (left 1)) (either-swap (right 1)) (either-swap (left 1))))
(test '((#t #f #f #f) (#f #t #f #f) (#f #f #t #f) (#f #f #f #t) (#t #t #f #f) (#f #f #t #t))
      (map (lambda (kind?) (map kind? (list (just 1) (nothing) (right 1) (left 1)))) (list just? nothing? right? left? maybe? either?)))
(test '(#t #t #f #f #f #t #t #f #f #t) (list (maybe= = (just 1 2) (just 1 2) (just 1 2)) (maybe= = (nothing) (nothing)) (maybe= = (just 1) (just 2)) (maybe= = (just 1) (nothing)) (maybe= = (just 1) (just 1 2)) (maybe= = (just 1))
                                       (either= = (right 1) (right 1)) (either= = (right 1) (left 1)) (either= = (left 1) (left 2)) (either= = (left) (left))))
(test #t (eq? (nothing) (nothing)))

;; accessors
(test '((1 2) (none) (3) (1) (2 x) (3) (1 2) (7 8) (1) (7)) (list (all (maybe-ref (just 1 2) none)) (all (maybe-ref (nothing) none)) (all (maybe-ref (just 1 2) never +)) (all (either-ref (right 1) never)) (all (either-ref (left 2) (lambda (x) (values x 'x))))
                                              (all (either-ref (right 1 2) never +)) (all (maybe-ref/default (just 1 2) 7)) (all (maybe-ref/default (nothing) 7 8)) (all (either-ref/default (right 1) 7)) (all (either-ref/default (left 1) 7))))
(test-error (maybe-ref 1 none))
(test-error (either-ref (just 1) none))

;; join and bind
(test '((just 1) nothing nothing (right 1) (left 2) (left 3)) (each (maybe-join (just (just 1))) (maybe-join (just (nothing))) (maybe-join (nothing)) (either-join (right (right 1))) (either-join (right (left 2))) (either-join (left 3))))
(test-error (maybe-join (just 1)))
(test-error (maybe-join (just (just 1) 2)))
(define (half n) (if (even? n) (just (quotient n 2)) (nothing)))
(define (half-or n) (if (even? n) (right (quotient n 2)) (left n)))
(test '((just 2) nothing (right 2) (left 3) (just 2) nothing nothing (just 8) (right 2) (left 'x) (left 1))
      (each ((maybe-compose half half) 8) ((maybe-compose half half half) 6) ((either-compose half-or half-or) 8) ((either-compose half-or half-or) 6) (maybe-bind (just 8) half half) (maybe-bind (nothing) half) (maybe-bind (just 1) half half) (maybe-bind (just 8))
            (either-bind (right 8) half-or half-or) (either-bind (left ''x) half-or) (either-bind (right 1) half-or half-or)))

;; sequences
(test '(1 0 1 0) (list (maybe-length (just 1 2)) (maybe-length (nothing)) (either-length (right)) (either-length (left 1))))
(test '((just 2) nothing nothing nothing (just 1) (right 2) (left x) (left y) (left x) (right 1))
      (each (maybe-filter even? (just 2)) (maybe-filter even? (just 1)) (maybe-filter even? (nothing)) (maybe-remove even? (just 2)) (maybe-remove even? (just 1)) (either-filter even? (right 2) 'x) (either-filter even? (right 1) 'x)
            (either-filter even? (left 1) 'y) (either-remove even? (right 2) 'x) (either-remove even? (right 1) 'x)))
(test '((just ((1) (2 3))) nothing (just #(1 2)) (right (3)) (left e))
      (each (maybe-sequence (list (just 1) (just 2 3)) map) (maybe-sequence (list (just 1) (nothing)) map) (maybe-sequence (vector (just 1) (just 2)) vector-map (lambda (x) x)) (either-sequence (list (right 1 2)) map +)
            (either-sequence (list (right 1) (left 'e) (left 'f)) map)))

;; protocols
(test '((1 2) () (1) () (just 1) nothing (right 1) (left e)) (each (maybe->list (just 1 2)) (maybe->list (nothing)) (either->list (right 1)) (either->list (left 1)) (list->maybe '(1)) (list->maybe '()) (list->either '(1) 'e) (list->either '() 'e)))
(test '(1 #f 1 #f (just 1) nothing (right 1) (left e)) (each (maybe->truth (just 1)) (maybe->truth (nothing)) (either->truth (right 1)) (either->truth (left 1)) (truth->maybe 1) (truth->maybe #f) (truth->either 1 'e) (truth->either #f 'e)))
(test '((1 2) #f () #f (just) nothing (right 1) (left e)) (each (maybe->list-truth (just 1 2)) (maybe->list-truth (nothing)) (either->list-truth (right)) (either->list-truth (left 1)) (list-truth->maybe '()) (list-truth->maybe #f) (list-truth->either '(1) 'e)
                                                          (list-truth->either #f 'e)))
(test '(1 #t 1 #t (just 1) nothing (right 1) (left e)) (each (maybe->generation (just 1)) (eof-object? (maybe->generation (nothing))) (either->generation (right 1)) (eof-object? (either->generation (left 1))) (generation->maybe 1) (generation->maybe (eof-object))
                                                         (generation->either 1 'e) (generation->either (eof-object) 'e)))
(test '((1 2) () (1) () (just 1 2) nothing (right 1) (left e)) (each (all (maybe->values (just 1 2))) (all (maybe->values (nothing))) (all (either->values (right 1))) (all (either->values (left 1))) (values->maybe (lambda () (values 1 2))) (values->maybe values)
                                                              (values->either (lambda () 1) 'e) (values->either values 'e)))
(test '((1 #t) (#f #f) (just 1) nothing) (each (all (maybe->two-values (just 1))) (all (maybe->two-values (nothing))) (two-values->maybe (lambda () (values 1 #t))) (two-values->maybe (lambda () (values #f #f)))))
(test '((left x) (right 1 2)) (each (exception->either symbol? (lambda () (raise 'x))) (exception->either symbol? (lambda () (values 1 2)))))
(test 'outer (guard (problem ((string? problem) 'outer)) (exception->either symbol? (lambda () (raise "x")))))
(for-each (lambda (thunk) (test-error (thunk)))
          (list (lambda () (maybe->truth (just 1 2))) (lambda () (either->truth (right))) (lambda () (maybe->generation (just))) (lambda () (maybe->two-values (just 1 2))) (lambda () (maybe->list 1)) (lambda () (either->list (just 1)))))

;; map, fold and unfold
(test '((just 2 3) nothing (right 2) (left 1)) (each (maybe-map (lambda (x) (values (+ x 1) (+ x 2))) (just 1)) (maybe-map never (nothing)) (either-map - (right -2)) (either-map never (left 1))))
(test '(1 2) (let ((seen '())) (maybe-for-each (lambda (x) (set! seen (cons x seen))) (just 2)) (either-for-each (lambda (x) (set! seen (cons x seen))) (right 1)) (maybe-for-each never (nothing)) (either-for-each never (left 1)) seen))
(test '((1 2 . z) z (1 . z) z) (list (maybe-fold (lambda (a b z) (cons a (cons b z))) 'z (just 1 2)) (maybe-fold never 'z (nothing)) (either-fold cons 'z (right 1)) (either-fold never 'z (left 1))))
(define (large? n) (> n 2))
(define (next n) (+ n 1))
(test '((just 20) nothing (right 20) (left 5)) (each (maybe-unfold large? (lambda (n) (* 10 n)) next 2) (maybe-unfold large? never next 5) (either-unfold large? (lambda (n) (* 10 n)) next 2) (either-unfold large? never next 5)))
(test-error (maybe-unfold large? - next 0))

;; syntax
(test '(yes no) (list (maybe-if (just #f) 'yes 'no) (maybe-if (nothing) 'yes 'no)))
(test '((just 2) nothing #t (right 2) (left 1) #t) (each (maybe-and (just 1) (just 2)) (maybe-and (just 1) (nothing) (never)) (just? (maybe-and)) (either-and (right 1) (right 2)) (either-and (left 1) (never)) (right? (either-and))))
(test '((just 1) nothing nothing (right 1) (left 2) #t) (each (maybe-or (nothing) (just 1) (never)) (maybe-or (nothing) (nothing)) (maybe-or) (either-or (right 1) (never)) (either-or (left 1) (left 2)) (left? (either-or))))
(define x (just 5))
(define y (right 5))
(test '((just 3) (just 1 2) nothing (just 6) (just 5) (just))
      (each (maybe-let* ((a (just 1)) (b (just (+ a 1)))) (+ a b)) (maybe-let* () (define a 1) (values a 2)) (maybe-let* ((a (just 1)) ((nothing)) (b (never))) b) (maybe-let* (x ((just 1)) (a (just 6))) a) (maybe-let* ((a x))) (maybe-let* ())))
(test '((right 3) (left e) (right 5)) (each (either-let* ((a (right 1)) (b (right (+ a 1)))) (+ a b)) (either-let* ((a (left 'e))) (never)) (either-let* (y))))
(test '((just 3) nothing (just (1 2)) (right 6) (left e) (just (2 3))) 
      (each (maybe-let*-values (((a b) (just 1 2))) (+ a b)) (maybe-let*-values (((a) (nothing))) a) (maybe-let*-values ((all (just 1 2))) all) (either-let*-values (((a . b) (right 1 2)) (y) ((c) (right 3))) (+ a (car b) c)) (either-let*-values (((left 'e))) 1)
            (maybe-let*-values ((a (just 1)) ((b . c) (just 2 3))) (cons b c))))
(test '((left x) (right 1 2)) (each (either-guard symbol? (raise 'x)) (either-guard symbol? (values 1 2))))
(for-each (lambda (thunk) (test-error (thunk)))
          (list (lambda () (maybe-if 1 2 3)) (lambda () (maybe-and 1)) (lambda () (either-and (just 1))) (lambda () (maybe-or #f)) (lambda () (either-or 1)) (lambda () (maybe-let* ((a 1)) a)) (lambda () (maybe-let* ((a (just 1 2))) a)) (lambda () (either-let* ((a (just 1))) a))))

;; trivalent logic
(define t (just 1))
(define f (just #f))
(define n (nothing))
(test '((just #f) (just #t) nothing (just #t) (just #t) (just #f) (just #f) (just #f)) (each (tri-not t) (tri-not f) (tri-not n) (tri=? t t) (tri=? f f f) (tri=? t f) (tri=? n n) (tri=? t n)))
(test '((just #t) (just #f) nothing (just #t) (just #f) (just 1) nothing (just #f) (just 1) (just #f) nothing nothing)
      (each (tri-and t t) (tri-and t f n) (tri-and t n f) (tri-and) (tri-or f f) (tri-or f t) (tri-or f n t) (tri-or) (tri-merge n t f) (tri-merge n f) (tri-merge n n) (tri-merge)))
(test-error (tri-and t 1))
(test-error (tri-not (just 1 2)))

(finish "SRFI 189")
