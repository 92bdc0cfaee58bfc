;;; syntax-rules of SRFI 46 and SRFI 149: ellipses of choice, patterns behind ellipses, more ellipses than a variable
;;; has.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define-syntax turned
  (syntax-rules ::: () ((_ a ::: z) '(z a ::: ...))))
(test '(3 1 2 ...) (turned 1 2 3))

(define-syntax middle
  (syntax-rules () ((_ a b ... y z) '(a (b ...) y z))))
(test '((1 (2 3) 4 5) (1 () 2 3)) (list (middle 1 2 3 4 5) (middle 1 2 3)))

(define-syntax dotted
  (syntax-rules () ((_ a ... y . z) '((a ...) y z))))
(test '(((1 2) 3 4) (() 1 ())) (list (dotted 1 2 3 . 4) (dotted 1)))

(define-syntax in-vector
  (syntax-rules () ((_ #(a ... z)) '(z a ...))))
(test '(3 1 2) (in-vector #(1 2 3)))

;; SRFI 149: an ellipsis more than the variable has. The inner ones walk the variable, as in Chez Scheme and Guile.
(define-syntax rows
  (syntax-rules () ((_ (a b ...) ...) '(((a b) ...) ...))))
(test '(((1 2) (4 3)) ((1 5) (4 6))) (rows (1 2 3) (4 5 6)))

(define-syntax each-with
  (syntax-rules () ((_ a (b ...) ...) '((a b ...) ...))))
(test '((0 1 2) (0 3)) (each-with 0 (1 2) (3)))

(define-syntax flat
  (syntax-rules () ((_ ((a ...) ...) ...) '(a ... ... ...))))
(test '(1 2 3 4) (flat ((1 2) (3)) ((4))))

;; An ellipsis that is escaped, and one that a macro makes a literal.
(define-syntax make-list-macro
  (syntax-rules ()
    ((_ name) (define-syntax name (syntax-rules () ((_ a (... ...)) '(a (... ...))))))))
(make-list-macro listed)
(test '(1 2) (listed 1 2))
(define-syntax literal-ellipsis
  (syntax-rules (...) ((_ ...) 'literal) ((_ a) 'other)))
(test '(literal other) (list (literal-ellipsis ...) (literal-ellipsis 1)))

(finish "ellipses")
