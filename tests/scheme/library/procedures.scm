;;; (cozen procedure): what a program learns of its procedures.

(import (scheme base) (scheme case-lambda) (scheme write) (scheme process-context) (cozen procedure))
(include "../prelude.scm")

(define (documented a b)
  "Adds two numbers.\nλ"
  (+ a b))

(define (undocumented a . rest)
  (cons a rest))

(define (only-a-string)
  "the value")

(define documented-twice
  (case-lambda
    ((a) (list a))
    ((a b) "Of two." (list a b))
    ((a b c d . e) "Of many." (list a b c d e))))

(define (make-adder n)
  (lambda (m) "Adds what was given before." (+ n m)))

(define (with-definition x)
  "Has a definition inside."
  (define y (* x x))
  (+ x y))

(test 'documented (procedure-name documented))
(test #f (procedure-name (lambda (x) x)))
(test 'car (procedure-name car))
(test 'map (procedure-name map))

(test "Adds two numbers.\nλ" (procedure-documentation documented))
(test #f (procedure-documentation undocumented))
(test #f (procedure-documentation only-a-string))
(test "the value" (only-a-string))
(test "Of two." (procedure-documentation documented-twice))
(test "Adds what was given before." (procedure-documentation (make-adder 1)))
(test "Has a definition inside." (procedure-documentation with-definition))
(test 12 (with-definition 3))
(test #f (procedure-documentation car))

(test 2 (procedure-arity documented))
(test '(1 . #f) (procedure-arity undocumented))
(test 0 (procedure-arity only-a-string))
(test '((1 . 2) (4 . #f)) (procedure-arity documented-twice))
(test '() (procedure-arity (case-lambda)))
(test '(1 3) (procedure-arity (case-lambda ((a) a) ((a b c) a))))
(test '(1 . 2) (procedure-arity (case-lambda ((a) a) ((a b) a))))
(test 1 (procedure-arity car))
(test '(0 . #f) (procedure-arity +))

(test '(#f #t #t #f #t #t)
      (map (lambda (count) (procedure-arity-includes? documented-twice count)) '(0 1 2 3 4 100)))
(test #f (procedure-arity-includes? (case-lambda) 0))
(test-error (procedure-arity-includes? car -1))
(test-error (procedure-arity-includes? car 'one))

(test '(a b) (procedure-parameters documented))
(test '(a rest) (procedure-parameters undocumented))
(test '() (procedure-parameters only-a-string))
(test '(m) (procedure-parameters (make-adder 1)))

(let ((place (procedure-source-location documented)))
  (test 6 (list-ref place 1))
  (test 1 (list-ref place 2))
  (test "procedures.scm" (let* ((file (car place)) (end (string-length file)))
                           (string-copy file (- end 14) end))))

(test '((name . documented) (documentation . "Adds two numbers.\nλ")) (procedure-properties documented))
(test '() (procedure-properties (lambda () 1)))
(set-procedure-property! documented 'author "Ada")
(set-procedure-property! documented 'documentation "Adds.")
(set-procedure-property! undocumented 'author "Grace")
(test "Ada" (procedure-property documented 'author))
(test "Grace" (procedure-property undocumented 'author))
(test "Adds." (procedure-documentation documented))
(test #f (procedure-property documented-twice 'author))
(test '((name . documented) (documentation . "Adds.") (author . "Ada")) (procedure-properties documented))
(set-procedure-property! documented 'author "Bob")
(test "Bob" (procedure-property documented 'author))

(test-error (procedure-name 'car))
(test-error (procedure-arity 1))
(test-error (procedure-documentation "x"))
(test-error (procedure-properties '()))
(test-error (set-procedure-property! 'x 'author 1))

(finish "procedures")
