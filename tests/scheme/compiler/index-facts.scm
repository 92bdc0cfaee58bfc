;;; What is known of an index says nothing of another object, of the next turn, of words that wrap around,
;;; or of a value that a continuation brings back.

(import (scheme base) (scheme write) (scheme process-context) (cozen bitwise))
(include "../prelude.scm")

;; An access that went well, and then another object.
(define (either c v w i) (let* ((a (vector-ref v i)) (u (if c v w))) (vector-ref u i)))
(test 3 (either #t (vector 1 2 3) (vector) 2))
(test-error (either #f (vector 1 2 3) (vector) 2))
(define (turns v w n)
  (let loop ((i 0) (u v) (acc '())) (if (= i n) acc (loop (+ i 1) w (cons (vector-ref u 2) acc)))))
(test-error (turns (vector 1 2 3) (vector 1) 3))
(test '(6 6 3) (turns (vector 1 2 3) (vector 4 5 6 7) 3))
(define (together v w)
  (let ((n (vector-length v)))
    (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s (vector-ref v i) (vector-ref w i)))))))
(test 12 (together (vector 1 2 3) (vector 1 2 3)))
(test-error (together (vector 1 2 3) (vector 1 2)))

;; Steps that are not one, starts that are not zero.
(define (skip v n)
  (let loop ((i 0) (acc '()))
    (if (< i (vector-length v)) (let ((j (+ i n))) (loop j (cons (vector-ref v i) acc))) acc)))
(test '(5 3 1) (skip (vector 1 2 3 4 5) 2))
(test-error (skip (vector 1 2 3) -1))
(define (from start v)
  (let loop ((i start)) (if (= i (vector-length v)) 'end (begin (vector-ref v i) (loop (+ i 1))))))
(test 'end (from 0 (vector 1 2)))
(test-error (from 2 (vector 1)))
(test-error (from -1 (vector 1)))
(define (jump v)
  (let loop ((i 0)) (if (= i (vector-length v)) 'end (begin (vector-ref v i) (loop (if (= i 1) 5 (+ i 1)))))))
(test-error (jump (vector 1 2 3)))
(define (two-steps v)
  (let loop ((i 0))
    (if (= i (vector-length v))
        'end
        (let ((j (+ i 1))) (vector-ref v i) (if (= j 2) (loop (+ j 1)) (loop j))))))
(test 'end (two-steps (vector 1 2 3)))
(test-error (two-steps (vector 1 2)))

;; Words that wrap around.
(define (below v k)
  (let ((i (bitwise-and (+ k 18446744073709551615) 18446744073709551615)))
    (if (< i (vector-length v)) (vector-ref v i) 'out)))
(test '(a out b out) (list (below (vector 'a 'b) 1) (below (vector 'a 'b) 0) (below (vector 'a 'b) 2)
                           (below (vector 'a) 18446744073709551616)))
(define (down-around v)
  (let loop ((i (- (vector-length v) 1)) (n 0))
    (if (= n 3)
        'end
        (begin (vector-ref v i) (loop (bitwise-and (- i 1) 18446744073709551615) (+ n 1))))))
(test 'end (down-around (vector 1 2 3)))
(test-error (down-around (vector 1 2)))
(test-error (down-around (vector)))

;; What a continuation brings back is of any type.
(define saved #f)
(define (capture) (call/cc (lambda (k) (set! saved k) 1)))
(define (kind-of-captured) (let ((r (capture))) (list (exact-integer? r) (string? r) r)))
(define (thrice)
  (let* ((out '()) (n 0) (r (kind-of-captured)))
    (set! out (cons r out))
    (set! n (+ n 1))
    (cond ((= n 1) (saved "text")) ((= n 2) (saved 2.5)) (else (reverse out)))))
(test '((#t #f 1) (#f #t "text") (#f #f 2.5)) (thrice))

;; Closures hold numbers that were raw when they were made.
(define (closures n seed)
  (let loop ((i 0) (word (bitwise-and seed 18446744073709551615)) (x (* 1.5 (inexact seed))) (acc '()))
    (if (= i n)
        (map (lambda (each) (each)) acc)
        (let ((word (bitwise-and (+ (* word 6364136223846793005) 1442695040888963407) 18446744073709551615))
              (x (* x 1e200 1e-190)))
          (loop (+ i 1) word x (cons (lambda () (list i word x)) acc))))))
(test '((1 2587011477941047999 7.5e20) (0 14816632086413376816 7.5e10)) 
      (closures 2 5))

;; Not-a-number is neither less nor not less.
(define (compare x) (if (< x 1.0) 'less (if (>= x 1.0) 'not-less (list 'neither (exact-integer? x)))))
(test '((neither #f) less not-less) (map compare (list +nan.0 0.5 2)))

;; An index that is at most the length is no index.
(define (sum-at-most v) (let loop ((i 0) (s 0)) (if (<= i (vector-length v)) (loop (+ i 1) (+ s (vector-ref v i))) s)))
(define (sum-not-greater v)
  (let loop ((i 0) (s 0)) (if (> i (vector-length v)) s (loop (+ i 1) (+ s (vector-ref v i))))))
(define (sum-from-length v)
  (let loop ((i (vector-length v)) (s 0)) (if (>= i 0) (loop (- i 1) (+ s (vector-ref v i))) s)))
(test-error (sum-at-most (vector 1 2 3)))
(test-error (sum-not-greater (vector 1 2 3)))
(test-error (sum-from-length (vector 1 2 3)))

(finish "facts about indices")
