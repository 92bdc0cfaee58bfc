;;; Numbers at the borders of what the compiler knows: ranges that have no end, zeros with a sign.

(import (scheme base) (scheme write) (scheme process-context) (cozen bitwise))
(include "../prelude.scm")

;; Bounds beyond 2^120 say nothing of which number it is.
(define (doubled-products)
  (let* ((a (* 9223372036854775808 9223372036854775808)) (b (+ a a)) (c (+ b b)))
    (list (= b c) (< b c) (> b c) (<= c b) (= a b) (- c b b) (eqv? b c))))
(test '(#f #t #f #f #f 0 #f) (doubled-products))
(define (negative-products)
  (let* ((a (* -9223372036854775808 9223372036854775808)) (b (+ a a)) (c (+ b b)))
    (list (= b c) (< b c) (> b c) (<= c b) (- c b b))))
(test '(#f #f #t #t 0) (negative-products))
(define (shifted)
  (let* ((a (arithmetic-shift 3 119)) (b (arithmetic-shift 5 119)) (c (arithmetic-shift a 7)))
    (list (= a b) (< a b) (= c (* a 128)) (< b c) (bitwise-and c 18446744073709551615)
          (bitwise-and (+ c 7) 18446744073709551615))))
(test '(#f #t #t #t 0 7) (shifted))
(define (words-of-large x)
  (let* ((a (* 9223372036854775808 9223372036854775808)) (b (+ a a)) (c (+ b b)))
    (bitwise-and (+ (* x 3) c) 18446744073709551615)))
(test '(3 6) (list (words-of-large 1) (words-of-large 2)))
(define (past-limit n)
  (let loop ((i 0) (x 664613997892457936451903530140172288) (y 1329227995784915872903807060280344576))
    (if (= i n) (list (= x y) (< x y) (- y x)) (loop (+ i 1) (+ x x) (+ y y)))))
(test '(#f #t 10633823966279326983230456482242756608) (past-limit 4))

;; Products of words wrap around: so does what is claimed of one.
(define (product-of-one x) (let ((y (* 9223372036854775808))) (if (< x y) y 'small)))
(test '(9223372036854775808 small) (list (product-of-one 1) (product-of-one 18446744073709551616)))
(test 9223372036854775808 ((lambda (x) (+ 9223372036854775808)) 1))

;; An exact zero is taken from -0.0: that keeps its sign.
(define minus-zero (string->number "-0.0"))
(define zero (string->number "0"))
(define (less a b) (- a b))
(define (sign x) (number->string x))
(test '("-0.0" "-0.0" "-0.0" "-0.0")
      (map sign (list (- minus-zero zero) (apply - (list minus-zero 0)) (- minus-zero 0) (less minus-zero 0))))
(define (count-down x n) (let loop ((x x) (n n)) (if (= n 0) x (loop (- x 0) (- n 1)))))
(test '("-0.0" "0.0") (list (sign (count-down minus-zero 3)) (sign (count-down 0.0 3))))
(test '(5 1/2) (list (count-down 5 3) (count-down 1/2 2)))
(test-error (count-down 'a 1))

(finish "borders of numbers")
