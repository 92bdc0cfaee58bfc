;;; Operands that return a second time: what a frame held when it was captured is there each time, also where
;;; the frame comes back to another place on the stack.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

;; The value of `thunk`, then each of `others`, and then a list of how often it returned and of the last.
(define (again first . others)
  (let ((k #f) (left others) (count 0))
    (let ((value (call/cc (lambda (captured) (set! k captured) first))))
      (set! count (+ count 1))
      (if (pair? left)
          (let ((next (car left))) (set! left (cdr left)) (k next))
          (list count value)))))

(define-syntax again-here
  (syntax-rules ()
    ((_ first other)
     (let ((c #f) (z 0))
       (let ((t (call/cc (lambda (k) (set! c k) first))))
         (set! z (+ z 1))
         (if (< z 3) (c other) (cons t 'end)))))))

;; A test of a parameter behind an operand that returned thrice.
(define (tested a p) (vector a (again-here a 5) (if (pair? p) ((car (list list)) #f) a)))
(test '#(2 (5 . end) (#f)) (tested 2 '(1)))
(test '#(2 (5 . end) 2) (tested 2 1))
(define (tested-both a b)
  (let ((p (again-here a a)))
    (vector a (again-here a b) (if (pair? p) (if (pair? b) 'end ((car (list tested-both)) #f (list 1))) a))))
(test '#(2 (5 . end) #(#f ((1) . end) end)) (tested-both 2 5))
(test '#(2 (5 . end) #(#f ((1) . end) end)) (tested-both 2 5))

;; The capture is deeper or less deep than the frame stood when it was first called.
(define (deep n thunk) (if (= n 0) (thunk) (let ((result (deep (- n 1) thunk))) (list result))))
(define (flat nested) (if (and (pair? nested) (null? (cdr nested))) (flat (car nested)) nested))
(define saved #f)
(define turns 0)
(define (kept a b c d e f g h)
  (let ((r (call/cc (lambda (k) (set! saved k) 0))))
    (list (if (null? a) 'null a) (if (eq? b 'b) 'yes b) (+ r c) (vector-ref d r) (string-length e)
          (if (pair? f) (car f) f) (* g 2) (if h 1 2) r)))
(define (turn)
  (let ((result (kept '() 'b 1 (vector 1 2 3 4) "abc" '(x) 1.5 #f)))
    (set! turns (+ turns 1))
    (if (< turns 4) (deep (* 50 turns) (lambda () (saved turns))) result)))
(test '(null yes 4 4 3 x 3.0 2 3) (flat (deep 100 turn)))

;; Raw numbers live across the call.
(define (raw x y n)
  (let* ((s (+ x (* 0.5 y))) (i (* n 3)) (a (again s 1 2)) (j (+ i 1)))
    (list (* s 2.0) i j (car a) (cadr a))))
(test '(4.0 12 13 3 2) (raw 1.0 2.0 4))

;; Arguments, rest arguments, values and bindings that return again.
(define (many a b c d e f g h i j) (list a b c d e f g h i j))
(test '(1 2 3 4 5 6 7 8 (2 b) 10) (many 1 2 3 4 5 6 7 8 (again 'a 'b) 10))
(test '(1 (3 c) (2 y)) (let* ((a 1) (b (again 'a 'b 'c)) (c (again 'x 'y))) (list a b c)))
(test '(1 (2 b) 3) (call-with-values (lambda () (values 1 (again 'a 'b) 3)) list))
(test '((1 . 2) ((2 b)) #((3 z) 1))
      (let ((p (cons 1 2))) (list p (list (again 'a 'b)) (vector (again 'x 'y 'z) (car p)))))
(test '(8 (2 2))
      (let loop ((i 0) (sum 0)) (if (= i 4) (list sum (again 1 2)) (loop (+ i 1) (+ sum (car (again i i)))))))

(finish "re-entered frames")
