;;; What calls and continuations do where they leave no tier: optional and rest arguments, argument lists,
;;; captures in loops, re-entry with what machine registers held, returns of many values into captured frames.

(import (scheme base) (scheme write) (scheme process-context) (scheme eval) (scheme case-lambda))
(include "../prelude.scm")

;; Every number of arguments, in registers and beyond them.
(define none (case-lambda (() '()) ((a) (list a)) ((a b) (list a b)) ((a b c . rest) (list a b c rest))))
(define (seven a b c d e f g) (list a b c d e f g))
(define many
  (case-lambda
    ((a) (list a)) ((a b) (list a b)) ((a b c) (list a b c)) ((a b c d) (list a b c d))
    ((a b c d e) (list a b c d e)) ((a b c d e f) (list a b c d e f))
    ((a b c d e f g) (seven a b c d e f g)) ((a b c d e f g h . i) (list a b c d e f g h i))))
(define (rest-after-six a b c d e f . rest) (list f rest))
(define (call-each procedure) (list (procedure 1) (procedure 1 2) (procedure 1 2 3) (procedure 1 2 3 4)))
(test '((1) (1 2) (1 2 3 ()) (1 2 3 (4))) (call-each none))
(test '() (none))
(test '((1) (1 2) (1 2 3) (1 2 3 4)) (call-each many))
(define (call-wide procedure)
  (list (procedure 1 2 3 4 5) (procedure 1 2 3 4 5 6) (procedure 1 2 3 4 5 6 7)
        (procedure 1 2 3 4 5 6 7 8) (procedure 1 2 3 4 5 6 7 8 9 10)))
(test '((1 2 3 4 5) (1 2 3 4 5 6) (1 2 3 4 5 6 7) (1 2 3 4 5 6 7 8 ()) (1 2 3 4 5 6 7 8 (9 10)))
      (call-wide many))
(test '((6 ()) (6 (7)) (6 (7 8)))
      (let ((f rest-after-six)) (list (f 1 2 3 4 5 6) (f 1 2 3 4 5 6 7) (f 1 2 3 4 5 6 7 8))))
(define (count-up n) (let loop ((n n) (list '())) (if (= n 0) list (loop (- n 1) (cons n list)))))
(define (apply-to n procedure) (apply procedure (count-up n)))
(test '(() (1) (1 2) (1 2 3 (4 5))) (list (apply-to 0 none) (apply-to 1 none) (apply-to 2 none) (apply-to 5 none)))
(test '(1 2 3 4 5 6 7 8 (9)) (apply-to 9 many))
(test '(60 62 63 64 65 200)
      (map (lambda (n) (length (apply-to n list))) '(60 62 63 64 65 200)))
(test '(62 63 64 65)
      (map (lambda (n) (apply-to n (lambda (first . rest) (+ 1 (length rest))))) '(62 63 64 65)))
(define (last-optional a . rest) (if (pair? rest) (apply last-optional rest) a))
(test 90 (apply last-optional (count-up 90)))

;; Too many and too few, and no list.
(define (message-of thunk)
  (call/cc (lambda (k) (with-exception-handler (lambda (e) (k (cons (error-object-message e) (error-object-irritants e)))) thunk))))
(define (wrong-count thunk) (car (message-of thunk)))
(define optional (case-lambda ((a) a) ((a b) (list a b))))
(test "expected 1 to 2 arguments, found 0" (wrong-count (lambda () (optional))))
(test "expected 1 to 2 arguments, found 3" (wrong-count (lambda () (optional 1 2 3))))
(test "expected 1 to 2 arguments, found 3" (wrong-count (lambda () (apply-to 3 optional))))
(test "expected at least 6 arguments, found 5" (wrong-count (lambda () (apply-to 5 rest-after-six))))
(test #t (pair? (message-of (lambda () (apply optional 1 2)))))
(test #t (pair? (message-of (lambda () (apply 5 '(1 2))))))
(test 3 (vector-length (let ((v (vector 1 2 3))) (vector-fill! v 0) (vector-fill! v 1 1) (vector-fill! v 2 2 3) v)))

;; Captures in a loop, each entered again from elsewhere, with sums and products in registers.
(define (sum-through n)
  (let loop ((i 0) (sum 0) (product 1))
    (if (= i n)
        (list sum product)
        (loop (+ i 1) (+ sum (call/cc (lambda (k) (if (odd? i) (k i) i)))) (remainder (* product 3) 1009)))))
(test '(4950 1) (let ((answer (sum-through 100))) (list (car answer) (if (< (cadr answer) 1009) 1 0))))
(define entries '())
(define results '())
(define (work a b c d)
  (let* ((x (+ a b)) (y (- c d)) (z (* a d)) (w (+ x y z))
         (n (call/cc (lambda (k) (set! entries (cons k entries)) 0))))
    (list (+ n x) (+ n y) (+ n z) (+ n w) a b c d)))
(define (nest depth) (if (= depth 0) (work 1 2 3 4) (let ((below (nest (- depth 1)))) (cons depth below))))
(define (run depth)
  (set! results (cons (nest depth) results))
  (when (and (pair? entries) (< (length results) 5))
    ((car entries) (length results))))
(run 3)
(test '((3 2 1 7 3 8 10 1 2 3 4) (3 2 1 6 2 7 9 1 2 3 4) (3 2 1 5 1 6 8 1 2 3 4) (3 2 1 4 0 5 7 1 2 3 4)
        (3 2 1 3 -1 4 6 1 2 3 4))
      results)

;; Entered again from deeper and shallower stacks, below map of the library and apply.
(define again #f)
(define (deep n thunk) (if (= n 0) (thunk) (+ 1 (deep (- n 1) thunk))))
(define (sum-with-entry)
  (apply + (map (lambda (x) (if (= x 2) (call/cc (lambda (k) (set! again k) x)) x)) '(1 2 3))))
(define (entered-from depth answer)
  (let* ((is-first #t) (found (deep 50 sum-with-entry)))
    (if is-first
        (begin (set! is-first #f) (deep depth (lambda () (again answer))))
        found)))
(test '(64 154 1054) (list (entered-from 0 10) (entered-from 200 100) (entered-from 3 1000)))
(test 64 (entered-from 0 10))

;; Many values into a captured frame, of either tier, and none.
(define (values-through k list) (apply k list))
(define (receive-from list) (call-with-values (lambda () (call/cc (lambda (k) (values-through k list)))) (lambda all all)))
(test '(() (1) (1 2) (1 2 3)) (map receive-from '(() (1) (1 2) (1 2 3))))
(test 100 (length (receive-from (count-up 100))))
(test '(1 . 2) (let-values (((a b) (call/cc (lambda (k) (+ 1 (k 1 2)))))) (cons a b)))

;; Escapes out of host procedures, and what is no continuation any more.
(test 'out (call/cc (lambda (k) (eval `(,k 'out) (environment '(scheme base))))))
(test '(before after) (let ((trace '()))
  (call/cc (lambda (k) (dynamic-wind (lambda () (set! trace (cons 'before trace))) (lambda () (k 1)) (lambda () (set! trace (cons 'after trace))))))
  (reverse trace)))

;; A million captures take no more room than one.
(define (spin n) (if (= n 0) 'done (begin (call/cc (lambda (k) (if (even? n) (k n)))) (spin (- n 1)))))
(test 'done (spin 2000))

(finish "calls and continuations of both tiers")
