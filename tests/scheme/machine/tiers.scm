;;; What frames of both tiers must survive: collections, captures, escapes, conditions, many values,
;;; calls of every kind. Small enough to be run with a collection at every poll.

(import (scheme base) (scheme write) (scheme process-context) (scheme eval) (scheme inexact))
(include "../prelude.scm")

;; Frames with tagged and raw values below them, and garbage on the way.
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (build n) (if (= n 0) '() (cons n (build (- n 1)))))
(define (sum-list list) (if (null? list) 0 (+ (car list) (sum-list (cdr list)))))
(define (sum-roots n x) (if (= n 0) x (sum-roots (- n 1) (+ x (sqrt (inexact n))))))
(define (weigh n scale) (if (= n 0) 0.0 (+ (* scale n) (weigh (- n 1) scale))))
(define (power base n) (if (= n 0) 1 (* base (power base (- n 1)))))
(test 21 (fib 8))
(test 210 (sum-list (build 20)))
(test 22.468278186204103 (sum-roots 10 0.0))
(test 27.5 (weigh 10 0.5))
(test 1000000000000000000000000000000 (power 10 30))

;; Calls: optional and rest arguments, more than there are registers, through apply, of no procedure.
(define (rest-of first . rest) (cons first rest))
(define (ten a b c d e f g h i j)
  (if (> a 0) (ten (- a 1) b c d e f g h j i) (list a b c d e f g h i j)))
(test '(1 2 3) (rest-of 1 2 3))
(test '(1) (rest-of 1))
(test '(0 2 3 4 5 6 7 8 10 9) (ten 5 2 3 4 5 6 7 8 9 10))
(test '(0 2 3 4 5 6 7 8 9 10) (apply ten 4 2 3 '(4 5 6 7 8 9 10)))
(test 5050 (apply + (build 100)))
(test-error (ten 1 2))
(test-error ((car '(1)) 2))
(test-error (apply car '(1 . 2)))

;; Tail calls over both tiers take constant stack.
(define (even-by f g n) (if (= n 0) #t (f g f (- n 1))))
(define (odd-by f g n) (if (= n 0) #f (f g f (- n 1))))
(define (by-apply f g n) (if (= n 0) 'done (apply f (list g f (- n 1)))))
(test #t (even-by odd-by even-by 200))
(test 'done (by-apply by-apply by-apply 100))

;; Values: none, one, many, more than fit the mutator.
(define (counted n) (call/cc (lambda (k) (apply k (build n)))))
(test '() (call-with-values (lambda () (values)) list))
(test '(3 2 1) (call-with-values (lambda () (counted 3)) list))
(test 100 (call-with-values (lambda () (counted 100)) (lambda all (length all))))
(test '(1 2 (3)) (let-values (((a b . c) (values 1 2 3))) (list a b c)))
(test '(2 1 ()) (let-values (((a b . c) (counted 2))) (list a b c)))
(test '(100 98) (let-values (((a . b) (counted 100))) (list a (length (cdr b)))))
(test-error (let-values (((a b) (counted 3))) a))

;; Conditions: raised in slow paths, caught above and below other frames.
(define (first-of x) (+ 1 (car x)))
(define (guarded thunk) (guard (problem (#t 'caught)) (+ 1 (thunk))))
(test 'caught (guarded (lambda () (first-of 5))))
(test 'caught (guarded (lambda () (vector-ref (vector 1 2) 2))))
(test 'caught (guarded (lambda () (guarded-twice (lambda () (raise 'x))))))
(define (guarded-twice thunk) (guard (problem ((string? problem) problem)) (+ 1 (thunk))))
(test 12 (with-exception-handler (lambda (problem) 10) (lambda () (+ 2 (raise-continuable 'x)))))

;; Continuations: escapes, generators, re-entry with raw values, at other depths.
(define trace '())
(define (note what) (set! trace (cons what trace)))
(test '(out in)
      (begin
        (call/cc (lambda (k) (dynamic-wind (lambda () (note 'in)) (lambda () (k 1)) (lambda () (note 'out)))))
        trace))
(define (find-first wanted? list)
  (call/cc (lambda (return) (for-each (lambda (x) (if (wanted? x) (return x))) list) #f)))
(test 4 (find-first even? '(1 3 4 5)))
(define (generator-of list)
  (define return #f)
  (define (next)
    (for-each (lambda (x) (call/cc (lambda (k) (set! next (lambda () (k #f))) (return x)))) list)
    (return 'done))
  (lambda () (call/cc (lambda (r) (set! return r) (next)))))
(test '(1 2 3 done)
      (let* ((next (generator-of '(1 2 3))) (a (next)) (b (next)) (c (next)) (d (next)))
        (list a b c d)))
(define saved #f)
(define (deeper n x) (if (= n 0) (+ x (call/cc (lambda (k) (set! saved k) 1))) (+ n (deeper (- n 1) x))))
(define (deeper-raw n x)
  (if (= n 0) (begin (call/cc (lambda (k) (set! saved k))) x) (+ (* 0.5 n) (deeper-raw (- n 1) (* x 2.0)))))
(define (again n) (if (= n 0) (saved 1) (+ 1 (again (- n 1)))))
(define (entered-again start)
  (let* ((count 0) (result (start)))
    (set! count (+ count 1))
    (if (< count 5) (again (* 7 count)) (list count result))))
(test '(5 66.5) (entered-again (lambda () (deeper 10 10.5))))
(test '(5 282.0) (entered-again (lambda () (deeper-raw 8 1.03125))))
(define (ctak x y z) (call/cc (lambda (k) (ctak-in k x y z))))
(define (ctak-in k x y z)
  (if (not (< y x))
      (k z)
      (call/cc
       (lambda (k)
         (ctak-in k
                  (call/cc (lambda (k) (ctak-in k (- x 1) y z)))
                  (call/cc (lambda (k) (ctak-in k (- y 1) z x)))
                  (call/cc (lambda (k) (ctak-in k (- z 1) x y))))))))
(test 2 (ctak 3 2 1))

;; Host procedures: Scheme inside Scheme, and out of it.
(test 7 (eval '(let loop ((i 0)) (if (= i 7) i (loop (+ i 1)))) (environment '(scheme base))))
(test 'out (call/cc (lambda (k) (eval (list k ''out) (environment '(scheme base))))))

(finish "frames of both tiers")
