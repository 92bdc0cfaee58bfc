;;; Procedural macros of libraries: what they use of other libraries, and what they insert of their own.

(define-library (test helpers)
  (export make-sum next-number! listed)
  (import (scheme base) (cozen syntax))
  (begin
    (define count 0)
    (define (next-number!) (set! count (+ count 1)) count)
    (define (base) 100)
    ;; A template in a procedure means the names of the procedure's library.
    (define (make-sum a b) #`(+ #,a #,b (base)))
    (define (listed identifiers) (map syntax->datum identifiers))))

(define-library (test macros)
  (export sum numbered bump! bumps names define-pair)
  (import (scheme base) (cozen syntax) (test helpers))
  (begin
    (define total 0)
    (define (bumps) total)
    (define (add! n) (set! total (+ total n)) total)
    (define-syntax sum
      (lambda (form) (syntax-case form () ((_ a b) (make-sum #'a #'b)))))
    (define-syntax numbered
      (lambda (form) (datum->syntax #'here (next-number!))))
    (define-syntax bump!
      (lambda (form) (syntax-case form () ((_) #'(add! 1)) ((_ n) #'(begin (set! total (+ total n)) total)))))
    (define-syntax names
      (lambda (form)
        (syntax-case form ()
          ((_ name ...) (with-syntax ((all (datum->syntax #'here (listed #'(name ...))))) #''all)))))
    (define-for-syntax (caddr list) (car (cddr list)))
    (define-syntax define-pair
      (er-macro-transformer
       (lambda (form rename compare)
         `(,(rename 'define) ,(cadr form) (,(rename 'cons) ,(caddr form) ,(rename 'total))))))))

(import (scheme base) (scheme write) (scheme process-context) (test macros) (test helpers))
(include "../prelude.scm")

(test 103 (sum 1 2))
(test 103 (let ((base (lambda () 0)) (+ *)) (sum 1 2)))
;; The library has two lives: one while macros are expanded, one in the program.
(test '(1 2 1) (list (numbered) (numbered) (next-number!)))
(test '(1 11 11) (let* ((a (bump!)) (b (bump! 10))) (list a b (bumps))))
(test '(a b) (names a b))
(define-pair pair 1)
(test '(1 . 11) pair)

(finish "procedural macros of libraries")
