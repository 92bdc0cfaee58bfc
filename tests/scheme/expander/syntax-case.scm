;;; Macros that are procedures: syntax-case and what belongs to it.

(import (scheme base) (scheme cxr) (scheme write) (scheme process-context) (cozen syntax))
(include "../prelude.scm")

;; The classics.

(define-syntax swap!
  (lambda (form)
    (syntax-case form ()
      ((_ a b) #'(let ((tmp a)) (set! a b) (set! b tmp))))))
(test '(2 1) (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other)))

(define-syntax my-or
  (lambda (form)
    (syntax-case form ()
      ((_) #'#f)
      ((_ e) #'e)
      ((_ e r ...) #'(let ((t e)) (if t t (my-or r ...)))))))
(test 5 (let ((t 5) (if list)) (my-or #f t)))

;; R6RS libraries 12.6: loop binds break where it is used.
(define-syntax loop
  (lambda (form)
    (syntax-case form ()
      ((k e ...)
       (with-syntax ((break (datum->syntax #'k 'break)))
         #'(call-with-current-continuation
            (lambda (break)
              (let f () e ... (f)))))))))
(test '(a a a)
      (let ((n 3) (ls '()))
        (loop
          (if (= n 0) (break ls))
          (set! ls (cons 'a ls))
          (set! n (- n 1)))))

;; A macro that inserts a use of loop: its break is not the user's.
(define-syntax loop-until
  (lambda (form)
    (syntax-case form ()
      ((_ test body ...)
       #'(loop (if test (break 'done)) body ...)))))
(test '(done 3)
      (let ((n 0) (break (lambda (x) 'wrong)))
        (let ((result (loop-until (= n 3) (set! n (+ n 1)))))
          (list result n))))

;; R6RS libraries 12.4: case with fenders.
(define-syntax my-case
  (lambda (x)
    (syntax-case x ()
      ((_ e c1 c2 ...)
       #`(let ((t e))
           #,(let f ((c1 #'c1) (cmore #'(c2 ...)))
               (if (null? cmore)
                   (syntax-case c1 (else)
                     ((else e1 e2 ...) #'(begin e1 e2 ...))
                     (((k ...) e1 e2 ...)
                      #'(if (memv t '(k ...)) (begin e1 e2 ...))))
                   (syntax-case c1 ()
                     (((k ...) e1 e2 ...)
                      #`(if (memv t '(k ...))
                            (begin e1 e2 ...)
                            #,(f (car cmore) (cdr cmore))))))))))))
(test '(small odd other)
      (map (lambda (n) (my-case n ((0 2) 'small) ((1 3) 'odd) (else 'other))) '(2 3 9)))

;; Nested ellipses, patterns behind an ellipsis, vectors.
(define-syntax my-let*-values
  (lambda (x)
    (syntax-case x ()
      ((_ () body ...) #'(let () body ...))
      ((_ (((name ...) e) more ...) body ...)
       #'(call-with-values (lambda () e)
           (lambda (name ...) (my-let*-values (more ...) body ...)))))))
(test '(1 2 3) (my-let*-values (((a b) (values 1 2)) ((c) (values (+ a b)))) (list a b c)))

(define-syntax flatten
  (lambda (x)
    (syntax-case x ()
      ((_ ((a b ...) ...)) #''((a ...) (b ... ...))))))
(test '((1 4 6) (2 3 5)) (flatten ((1 2 3) (4 5) (6))))

(define-syntax last-first
  (lambda (x)
    (syntax-case x ()
      ((_ a ... z) #''(z a ...)))))
(test '(3 1 2) (last-first 1 2 3))

(define-syntax of-vector
  (lambda (x)
    (syntax-case x ()
      ((_ #(a b ...)) #''#(b ... a)))))
(test '#(2 3 1) (of-vector #(1 2 3)))

;; Procedures work at expansion time.
(define-syntax compile-time-factorial
  (lambda (x)
    (define (factorial n) (if (= n 0) 1 (* n (factorial (- n 1)))))
    (syntax-case x ()
      ((k n) (integer? (syntax->datum #'n))
       (datum->syntax #'k (factorial (syntax->datum #'n))))
      ((_ n) #'(list 'not-constant n)))))
(test 2432902008176640000 (compile-time-factorial 20))
(test '(not-constant 5) (let ((five 5)) (compile-time-factorial five)))

;; Identifier macros and assignments.
(define-syntax five (identifier-syntax (+ 2 3)))
(test '(5 (5)) (list five (list five)))

(define cell (vector 1))
(define-syntax first-of-cell
  (identifier-syntax
   (_ (vector-ref cell 0))
   ((set! _ value) (vector-set! cell 0 value))))
(set! first-of-cell (+ first-of-cell 41))
(test '(42 #(42)) (list first-of-cell cell))

;; Identifiers.
(define-syntax same-binding?
  (lambda (x)
    (syntax-case x ()
      ((_ a b) (if (free-identifier=? #'a #'b) #''same #''different)))))
(test '(same different) (list (same-binding? car car) (let ((car 1)) (same-binding? car cdr))))

(define-syntax distinct
  (lambda (x)
    (syntax-case x ()
      ((_ a b)
       (list #'quote
             (list (identifier? #'a) (identifier? 1)
                   (bound-identifier=? #'a #'a) (bound-identifier=? #'a #'b)))))))
(test '(#t #f #t #f) (distinct p q))

(define-syntax with-temporaries
  (lambda (x)
    (syntax-case x ()
      ((_ e ...)
       (with-syntax (((t ...) (generate-temporaries #'(e ...))))
         #'(let ((t e) ...) (list t ...)))))))
(test '(1 2 3) (with-temporaries 1 2 3))

;; Macros that define macros.
(define-syntax define-constant-macro
  (lambda (x)
    (syntax-case x ()
      ((_ name value)
       #'(define-syntax name
           (lambda (y) (syntax-case y () ((_) #'value))))))))
(define-constant-macro seven 7)
(test 7 (seven))

(define-syntax define-getter
  (lambda (x)
    (syntax-case x ()
      ((_ type field)
       (with-syntax ((getter (datum->syntax
                              #'type
                              (string->symbol
                               (string-append (symbol->string (syntax->datum #'type)) "-"
                                              (symbol->string (syntax->datum #'field)))))))
         #'(define (getter alist) (cdr (assq 'field alist))))))))
(define-getter point x)
(test 3 (point-x '((x . 3))))

;; Local macros see local variables; internal definitions.
(test '(1 10)
      (let ((x 1))
        (define-syntax get-x (lambda (form) (syntax-case form () ((_) #'x))))
        (let ((y (let ((x 10)) (list (get-x) x)))) y)))

(test 6
      (let-syntax ((add (lambda (form) (syntax-case form () ((_ n ...) #'(+ n ...))))))
        (add 1 2 3)))

;; begin-for-syntax and procedures around the macro.
(define-for-syntax (double n) (* 2 n))
(begin-for-syntax
  (define table '((a . 1) (b . 2))))
(define-syntax looked-up
  (lambda (form)
    (syntax-case form ()
      ((_ name) (datum->syntax #'name (double (cdr (assq (syntax->datum #'name) table))))))))
(test '(2 4) (list (looked-up a) (looked-up b)))

(define (helper n) (if (= n 0) '() (cons n (helper (- n 1)))))
(define-syntax counted
  (lambda (form)
    (syntax-case form ()
      ((k n) (with-syntax ((list (datum->syntax #'k (helper (syntax->datum #'n))))) #''list)))))
(test '((3 2 1) (2 1)) (list (counted 3) (helper 2)))

;; quasisyntax
(define-syntax numbered
  (lambda (form)
    (syntax-case form ()
      ((_ e ...)
       (let next ((es #'(e ...)) (n 0) (done '()))
         (if (null? es)
             #`(list #,@(reverse done))
             (next (cdr es) (+ n 1) (cons #`(cons #,n #,(car es)) done))))))))
(test '((0 . a) (1 . b)) (numbered 'a 'b))

;; Literals
(define-syntax my-if
  (lambda (form)
    (syntax-case form (then else)
      ((_ c then t else e) #'(if c t e))
      ((_ c then t) #'(if c t #f)))))
(test '(1 2 #f) (list (my-if #t then 1 else 2) (my-if #f then 1 else 2) (my-if #f then 1)))

;; Syntax parameters (SRFI 139)
(define-syntax-parameter it
  (lambda (form) (syntax-violation 'it "used outside of aif" form)))
(define-syntax aif
  (syntax-rules ()
    ((_ test yes no)
     (let ((value test))
       (if value
           (syntax-parameterize ((it (identifier-syntax value))) yes)
           no)))))
(test '((2 . 3) none)
      (list (aif (assv 2 '((1 . 2) (2 . 3))) it 'none) (aif #f it 'none)))
(test '(1 2) (aif 1 (let ((outer it)) (aif 2 (list outer it) #f)) #f))

;; Explicit and implicit renaming, syntactic closures, define-macro.
(define-syntax er-swap!
  (er-macro-transformer
   (lambda (form rename compare)
     (let ((a (cadr form)) (b (caddr form)) (tmp (rename 'tmp)))
       `(,(rename 'let) ((,tmp ,a))
         (,(rename 'set!) ,a ,b)
         (,(rename 'set!) ,b ,tmp))))))
(test '(2 1) (let ((tmp 1) (let 2)) (er-swap! tmp let) (list tmp let)))

(define-syntax er-cond
  (er-macro-transformer
   (lambda (form rename compare)
     (if (compare (cadr form) (rename 'else)) (caddr form) ''no))))
(test '(yes no) (list (er-cond else 'yes) (let ((else 1)) (er-cond else 'yes))))

(define-syntax ir-swap!
  (ir-macro-transformer
   (lambda (form inject compare)
     (let ((a (cadr form)) (b (caddr form)))
       `(let ((tmp ,a)) (set! ,a ,b) (set! ,b tmp))))))
(test '(2 1) (let ((tmp 1) (other 2)) (ir-swap! tmp other) (list tmp other)))

(define-syntax ir-loop
  (ir-macro-transformer
   (lambda (form inject compare)
     `(call-with-current-continuation
       (lambda (,(inject 'exit)) (let next () ,@(cdr form) (next)))))))
(test 3 (let ((n 0)) (ir-loop (set! n (+ n 1)) (if (= n 3) (exit n)))))

(define-syntax sc-push!
  (sc-macro-transformer
   (lambda (form usage)
     (let ((item (close-syntax (cadr form) usage))
           (list (close-syntax (caddr form) usage)))
       `(set! ,list (cons ,item ,list))))))
(test '(1 2) (let ((stack '(2)) (cons list)) (sc-push! 1 stack) stack))

(define-syntax sc-loop
  (sc-macro-transformer
   (lambda (form usage)
     (let ((body (make-syntactic-closure usage '(exit) (cons 'begin (cdr form)))))
       `(call-with-current-continuation
         (lambda (exit) (let next () ,body (next))))))))
(test 4 (let ((n 0)) (sc-loop (set! n (+ n 1)) (if (= n 4) (exit n)))))

(define-syntax rsc-swap!
  (rsc-macro-transformer
   (lambda (form macro)
     (let ((a (cadr form)) (b (caddr form))
           (tmp (close-syntax 'tmp macro))
           (let-here (close-syntax 'let macro)) (set-here (close-syntax 'set! macro)))
       `(,let-here ((,tmp ,a)) (,set-here ,a ,b) (,set-here ,b ,tmp))))))
(test '(2 1) (let ((tmp 1) (other 2)) (rsc-swap! tmp other) (list tmp other)))

(define-macro (unhygienic-or a b) `(let ((t ,a)) (if t t ,b)))
(test '(#f 1) (let ((t 5)) (list (unhygienic-or #f #f) (unhygienic-or 1 t))))
(test #f (let ((t 5)) (unhygienic-or #f t)))

;; define-syntax with parameters, rules by one pattern.
(define-syntax (twice form)
  (syntax-case form () ((_ e) #'(begin e e))))
(test 2 (let ((n 0)) (twice (set! n (+ n 1))) n))
(define-syntax-rule (thrice e) (begin e e e))
(test 3 (let ((n 0)) (thrice (set! n (+ n 1))) n))

;; The phases: a macro used while another macro's procedure is expanded.
(define-syntax two-phases
  (lambda (form)
    (let-syntax ((inner (lambda (x) (syntax-case x () ((_ e) #'(list 'inner e))))))
      (with-syntax ((value (datum->syntax #'here (inner 2)))) #''value))))
(test '(inner 2) (two-phases))

(finish "syntax-case")
