;;; Loops whose frames change tiers at the end of a turn, with values of every sort. See `cli/tests/tiers.rs`.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context))
(include "../prelude.scm")

;; Tagged values, old and young.
(define (count-up n)
  (let loop ((i 0) (sum 0) (last '()))
    (if (< i n) (loop (+ i 1) (+ sum i) (list (vector i) last)) (list sum (vector-ref (car last) 0)))))
(test '(124750 499) (count-up 500))

;; Raw doubles, and a list of them.
(define (roots n)
  (let loop ((i 0) (sum 0.0) (all '()))
    (if (< i n) (loop (+ i 1) (+ sum (sqrt (inexact i))) (cons sum all)) (list sum (length all)))))
(test (list (let sum ((i 0) (s 0.0)) (if (= i 300) s (sum (+ i 1) (+ s (sqrt (inexact i)))))) 300) (roots 300))

;; A known procedure that returns a double, and jumps to another one at the end of its loop.
(define (half x n) (if (= n 0) (* x 0.5) (half (+ x 1.0) (- n 1))))
(define (grow n) (let loop ((i 0) (x 1.0)) (if (< i n) (loop (+ i 1) (+ x 0.25)) (half x 3))))
(test 64.5 (grow 500))

;; Loops in loops, at the top level too.
(define rows (make-vector 20 '()))
(do ((i 0 (+ i 1))) ((= i 20))
  (do ((j 0 (+ j 1))) ((= j i))
    (vector-set! rows i (cons (* 1.5 j) (vector-ref rows i)))))
(test 190 (apply + (map length (vector->list rows))))
(test '(27.0 25.5 24.0) (map (lambda (place) (list-ref (vector-ref rows 19) place)) '(0 1 2)))

;; A continuation enters a loop again, in frames of either tier.
(define enter #f)
(define entered 0)
(define (walk n)
  (let loop ((i 0) (all '()))
    (if (< i n)
        (let ((x (call/cc (lambda (k) (if (= i 50) (set! enter k)) i))))
          (loop (+ i 1) (cons x all)))
        (apply + all))))
(define sums '())
(set! sums (cons (walk 100) sums))
(set! entered (+ entered 1))
(if (< entered 4) (enter (* 1000 entered)))
(test '(7900 6900 5900 4950) sums)

;; Errors from inside are handled inside, and end the loop from outside.
(define (odd-or-raised n)
  (let loop ((i 0) (caught '()))
    (if (< i n)
        (loop (+ i 1) (guard (e (#t (cons i caught))) (if (odd? i) (raise i) caught)))
        (length caught))))
(test 100 (odd-or-raised 200))
(test-error (let loop ((i 0)) (if (< i 200) (loop (+ i (if (= i 150) (car i) 1))) i)))

;; Tail calls out of a loop take no stack: each turn of the outer procedure has a loop of its own.
(define (turns n) (let loop ((i 0)) (if (< i 3) (loop (+ i 1)) (if (= n 0) 'done (turns (- n 1))))))
(test 'done (turns 20000))

(finish "loops")
