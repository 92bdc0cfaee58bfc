;;; A macro's argument that stands in several places of what the macro makes, each of which means another
;;; thing: levels of quasiquotation, depths of ellipses.

(import (scheme base) (scheme write) (scheme process-context) (scheme eval))
(include "../prelude.scm")

;; Levels of quasiquotation, the outer one first and last.
(define-syntax twice (syntax-rules () ((_ x) `(`x (((x)))))))
(test '(`,(+ 1 2) (((3)))) (twice ,(+ 1 2)))
(test '(`(foo ,(+ 1 2)) ((((foo 3))))) (twice (foo ,(+ 1 2))))
(test '(`#(,(+ 1 2)) (((#(3))))) (twice #(,(+ 1 2))))
(test '(`(1 unquote (+ 1 2)) ((((1 . 3))))) (twice (1 . ,(+ 1 2))))
(define-syntax inner-last (syntax-rules () ((_ x) `(x `x))))
(test '(3 `,(+ 1 2)) (inner-last ,(+ 1 2)))
(define-syntax spliced (syntax-rules () ((_ x) `(`(x) ((((x))))))))
(test '(`(,@(list 1 2)) ((((1 2))))) (spliced ,@(list 1 2)))
(define-syntax unquoted-inside (syntax-rules () ((_ x) `(`,(a x) (((((x)))))))))
(test '(`,(a 3) (((((3)))))) (unquoted-inside ,(+ 1 2)))
(test '(`,(a (foo 3)) ((((((foo 3))))))) (unquoted-inside (foo ,(+ 1 2))))
(define-syntax three (syntax-rules () ((_ x) `(``x (`x) ((x)) #(x `x)))))
(test '(``,(+ 1 2) (`,(+ 1 2)) ((3)) #(3 `,(+ 1 2))) (three ,(+ 1 2)))
(define-syntax as-tail (syntax-rules () ((_ x) `(`(1 . x) ((((2 . x))))))))
(test '(`(1 . ,(+ 1 2)) ((((2 . 3))))) (as-tail ,(+ 1 2)))

;; One level: a part that is met in a shallow place first.
(define-syntax shallow (syntax-rules () ((_ x) `(x (((x)))))))
(test '((foo 3) ((((foo 3))))) (shallow (foo ,(+ 1 2))))
(test '((foo (bar 3)) ((((foo (bar 3)))))) (shallow (foo (bar ,(+ 1 2)))))
(define-syntax deep (syntax-rules () ((_ x) `((((x))) x))))
(test '(((((foo 3)))) (foo 3)) (deep (foo ,(+ 1 2))))
(test '((#(3)) ((((#(3)))))) (shallow (#(,(+ 1 2)))))

;; Shared by labels, in data that eval gets.
(define part (list 'foo (list 'unquote '(+ 1 2))))
(test '((foo 3) (((foo 3))))
      (eval (list 'quasiquote (list part (list (list part)))) (environment '(scheme base))))
(test (list '(foo 3) (list 'quasiquote part))
      (eval (list 'quasiquote (list part (list 'quasiquote part))) (environment '(scheme base))))

;; Depths of ellipses.
(define-syntax with-heads
  (syntax-rules () ((_ (x y ...) ...) '((x (y x) ...) ...))))
(test '((1 (2 1) (3 4)) (4 (5 1) (6 4))) (with-heads (1 2 3) (4 5 6)))
(define-syntax heads-last
  (syntax-rules () ((_ (x y ...) ...) '(((y x) ... x) ...))))
(test '(((2 1) (3 4) 1) ((5 1) (6 4) 4)) (heads-last (1 2 3) (4 5 6)))
(define-syntax heads-twice
  (syntax-rules () ((_ (x y ...) ...) '((x (y x) ... x) ... (x ...)))))
(test '((1 (2 1) (3 4) 1) (4 (5 1) (6 4) 4) (1 4)) (heads-twice (1 2 3) (4 5 6)))
(define-syntax all-each
  (syntax-rules () ((_ (x ...) (y ...)) '((y x ...) ...))))
(test-error (eval '(let-syntax ((m (syntax-rules () ((_ (x ...)) '((x ...) ...))))) (m (1 2)))
                  (environment '(scheme base))))
(define-syntax in-vectors
  (syntax-rules () ((_ (x y ...) ...) '(#(x #(y x) ...) ...))))
(test '(#(1 #(2 1) #(3 4)) #(4 #(5 1) #(6 4))) (in-vectors (1 2 3) (4 5 6)))
(define-syntax constant-deep (syntax-rules () ((_ k (y ...) ...) '((k (y k) ...) ...))))
(test '((0 (1 0) (2 0)) (0 (3 0))) (constant-deep 0 (1 2) (3)))

(finish "shared syntax")
