;;; (srfi 27): streams that do not meet, and values without preference.

(import (scheme base) (scheme write) (scheme process-context) (srfi 27))
(include "../prelude.scm")

(define (source i j)
  (let ((source (make-random-source)))
    (random-source-pseudo-randomize! source i j)
    source))
(define (draws source bound count)
  (let ((draw (random-source-make-integers source)))
    (let loop ((count count) (values '()))
      (if (= count 0) values (loop (- count 1) (cons (draw bound) values))))))

;; The states of Gambit's implementation, of which each recurrence lists the latest value first.
(define (state i j) (cdr (random-source-state-ref (source i j))))
(test '(342112271 2961816100 1062452522 3542344109 3321940838 2854655037)
      (cdr (random-source-state-ref (make-random-source))))
(test '(342112271 2961816100 1062452522 3542344109 3321940838 2854655037) (state 0 0))
(test '(2197944884 1089534031 2201928127 1428003421 1546348754 614974692) (state 0 1))
(test '(942712179 1784590529 3366385689 3577622090 1448622337 1004147354) (state 1 0))

;; Pairs of indices that a sum would confuse have streams of their own.
(define indices
  '((0 0) (0 1) (1 0) (1 1) (0 69069) (362437 0) (69069 362437) (362437 69069) (0 4294967296) (4294967296 0)))
(define starts (map (lambda (pair) (draws (source (car pair) (cadr pair)) 1000000007 4)) indices))
(test 10 (let loop ((starts starts) (distinct 0))
           (cond ((null? starts) distinct)
                 ((member (car starts) (cdr starts)) (loop (cdr starts) distinct))
                 (else (loop (cdr starts) (+ distinct 1))))))

;; A state can be kept and taken up again.
(define kept (source 5 6))
(draws kept 10 5)
(define state-of-kept (random-source-state-ref kept))
(define after (draws kept (expt 10 40) 20))
(random-source-state-set! kept state-of-kept)
(test #t (equal? after (draws kept (expt 10 40) 20)))
(test-error (random-source-state-set! kept '(mrg32k3a 1 2 3 4 5)))
(test-error (random-source-state-set! kept '(mrg32k3a 0 0 0 4 5 6)))
(test-error (random-source-state-set! kept '(mrg32k3a 1 2 3 4 5 -6)))
(test-error (random-source-state-set! kept '(mrg32k3a 1 2 3 4 5 4294944443)))
(test-error (random-source-state-set! kept '(mrg32k3a 1 2 3 4 5 1.5)))
(test-error (random-source-pseudo-randomize! kept -1 0))
(test-error (random-source-pseudo-randomize! kept 0 'a))
(test-error (random-integer 0))
(test-error (random-integer 1.5))

;; Sources that time decides differ from one another.
(define (by-time)
  (let ((source (make-random-source)))
    (random-source-randomize! source)
    (draws source 1000000007 4)))
(test #f (equal? (by-time) (by-time)))

;; Chi-squared over 64 equal parts of the range: 63 degrees of freedom. The value is below 30 or above 114
;; for one stream in 10,000 each.
(define parts 64)
(define (chi-squared count part-of-draw)
  (let ((counts (make-vector parts 0)))
    (do ((index 0 (+ index 1))) ((= index count))
      (let ((part (part-of-draw)))
        (vector-set! counts part (+ 1 (vector-ref counts part)))))
    (let ((expected (/ count parts)))
      (let loop ((part 0) (sum 0))
        (if (= part parts)
            (inexact sum)
            (loop (+ part 1)
                  (+ sum (/ (square (- (vector-ref counts part) expected)) expected))))))))
(define (even-parts? bound i)
  (let ((draw (random-source-make-integers (source i 1))))
    (< 30 (chi-squared 6400 (lambda () (quotient (* parts (draw bound)) bound))) 114)))
(test '(#t #t #t #t #t #t #t)
      (map even-parts? (list 64 1000000 (expt 2 30) (expt 2 32) (expt 2 53) (expt 10 20) (expt 7 60))
           '(1 2 3 4 5 6 7)))
(define (even-low-digits? bound i)
  (let ((draw (random-source-make-integers (source i 2))))
    (< 30 (chi-squared 6400 (lambda () (modulo (draw bound) parts))) 114)))
(test '(#t #t #t) (map even-low-digits? (list (expt 2 30) (expt 2 60) (expt 2 200)) '(1 2 3)))
(define (even-reals? i)
  (let ((draw (random-source-make-reals (source i 3))))
    (< 30 (chi-squared 6400 (lambda () (exact (floor (* parts (draw)))))) 114)))
(test '(#t #t #t) (map even-reals? '(1 2 3)))

;; Pairs of neighbours fill a square of 8 times 8 parts.
(test #t (let ((draw (random-source-make-integers (source 4 4))))
           (< 30 (chi-squared 6400 (lambda () (+ (* 8 (draw 8)) (draw 8)))) 114)))

;; The last values of a range come too: the next value of this state is 3 * 2^30 - 1, which makes the largest
;; number below 2^30.
(define last-of-range (make-random-source))
(random-source-state-set! last-of-range '(mrg32k3a 0 3808388210 1 0 1 0))
(test '(1073741823) (draws last-of-range (expt 2 30) 1))
(define (comes? bound value)
  (let ((draw (random-source-make-integers (source 9 9))))
    (let loop ((turns 1000))
      (and (> turns 0) (or (= (draw bound) value) (loop (- turns 1)))))))
(test '(#t #t #t #t #t #t #t) (map (lambda (value) (comes? 7 value)) '(0 1 2 3 4 5 6)))
(test #t (let ((draw (random-source-make-reals (source 2 2) 1/1000)))
           (let loop ((turns 1000))
             (or (= turns 0) (and (< 0 (draw) 1) (loop (- turns 1)))))))

(finish "srfi 27")
