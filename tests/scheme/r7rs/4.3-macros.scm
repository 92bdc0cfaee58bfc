;;; R7RS 4.3: macros.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

;; 4.3.1 binding constructs
(test 'now
      (let-syntax ((given-that (syntax-rules () ((_ test stmt1 stmt2 ...)
                                                 (if test (begin stmt1 stmt2 ...))))))
        (let ((if #t)) (given-that if (set! if 'now)) if)))
(test 'outer
      (let ((x 'outer))
        (let-syntax ((m (syntax-rules () ((m) x))))
          (let ((x 'inner)) (m)))))
(test 7
      (letrec-syntax
          ((my-or (syntax-rules ()
                    ((my-or) #f)
                    ((my-or e) e)
                    ((my-or e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...)))))))
        (let ((x #f) (y 7) (temp 8) (let odd?) (if even?))
          (my-or x (let temp) (if y) y))))

;; 4.3.2 patterns
(define-syntax be-like-begin
  (syntax-rules ()
    ((be-like-begin name)
     (define-syntax name
       (syntax-rules () ((name expr (... ...)) (begin expr (... ...))))))))
(be-like-begin sequence)
(test 4 (sequence 1 2 3 4))
(test 'ok (let ((=> #f)) (cond (#t => 'ok))))
(define-syntax my-let*
  (syntax-rules ()
    ((_ () body ...) (let () body ...))
    ((_ ((name value) more ...) body ...)
     (let ((name value)) (my-let* (more ...) body ...)))))
(test 3 (my-let* ((a 1) (b (+ a 1))) (+ a b)))
(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(test '(2 1) (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other)))
(define-syntax last-of
  (syntax-rules () ((_ first ... last) 'last)))
(test 'c (last-of a b c))
(define-syntax middle
  (syntax-rules () ((_ a b ... y z) '(b ...))))
(test '(2 3) (middle 1 2 3 4 5))
(define-syntax tail-pattern
  (syntax-rules () ((_ a ... . rest) '((a ...) rest))))
(test '((1 2) ()) (tail-pattern 1 2))
(test '((1 2) 3) (tail-pattern 1 2 . 3))
(define-syntax vector-pattern
  (syntax-rules () ((_ #(a b ...)) '(a (b ...)))))
(test '(1 (2 3)) (vector-pattern #(1 2 3)))
(define-syntax nested
  (syntax-rules () ((_ (name value ...) ...) '((name ...) (value ... ...)))))
(test '((a b c) (1 2 3)) (nested (a 1 2) (b) (c 3)))
(define-syntax literal-arrow
  (syntax-rules (=>) ((_ a => b) '(arrow a b)) ((_ a b c) '(plain a b c))))
(test '(arrow 1 2) (literal-arrow 1 => 2))
(test '(plain 1 2 3) (literal-arrow 1 2 3))
(test '(plain 1 => 2) (let ((=> 0)) (literal-arrow 1 => 2)))
(define-syntax underscore
  (syntax-rules () ((_ _ _ x) 'x)))
(test 'c (underscore a b c))
(define-syntax other-ellipsis
  (syntax-rules ::: () ((_ (a b :::) :::) '((b ::: a) :::))))
(test '((2 3 1) (5 4)) (other-ellipsis (1 2 3) (4 5)))
(define-syntax strings
  (syntax-rules () ((_ "on" x) '(on x)) ((_ 1 x) '(one x)) ((_ #\c x) '(c x))))
(test '(on a) (strings "on" a))
(test '(one a) (strings 1 a))
(test '(c a) (strings #\c a))
(define-syntax quoted-template
  (syntax-rules () ((_ x ...) '(x ... (... ...) #(x ...) . end))))
(test '(1 2 ... #(1 2) . end) (quoted-template 1 2))

;; hygiene of free identifiers and of definitions
(define-syntax while
  (syntax-rules ()
    ((_ condition body ...) (let loop () (when condition body ... (loop))))))
(test 10 (let ((i 0) (loop 'mine)) (while (< i 10) (set! i (+ i 1))) i))
(define (helper x) (list 'helped x))
(define-syntax call-helper (syntax-rules () ((_ x) (helper x))))
(test '(helped 1) (let ((helper list)) (call-helper 1)))
(define-syntax define-twice
  (syntax-rules () ((_ name value) (begin (define temporary value) (define name (* 2 temporary))))))
(define temporary 100)
(define-twice doubled 21)
(test 42 doubled)
(test 100 temporary)
(test 6 (let () (define-syntax six (syntax-rules () ((_) 6))) (define x (six)) x))
(define-syntax my-define (syntax-rules () ((_ name value) (define name value))))
(test 3 (let () (my-define a 1) (my-define b 2) (+ a b)))
(define-syntax count-arguments
  (syntax-rules () ((_) 0) ((_ first rest ...) (+ 1 (count-arguments rest ...)))))
(test 5 (count-arguments a b c d e))
(define-syntax my-if
  (syntax-rules () ((_ c t e) (cond (c t) (else e)))))
(test 'then (let ((else #f)) (my-if #t 'then 'other)))
(test 'other (let ((else #f)) (my-if #f 'then 'other)))

(finish "4.3 macros")
