;; expect: 4599 5736
;; Factorials and Fibonacci numbers of thousands of digits.
(import (scheme base) (scheme write))

(define (factorial n)
  (let loop ((i 1) (product 1))
    (if (> i n) product (loop (+ i 1) (* i product)))))

(define (digit-sum n)
  (let loop ((n n) (sum 0))
    (if (= n 0) sum (loop (quotient n 10) (+ sum (remainder n 10))))))

(define (fibonacci n)
  (let loop ((a 0) (b 1) (i 0))
    (if (= i n) a (loop b (+ a b) (+ i 1)))))

(write (digit-sum (quotient (factorial 500) 1)))
(display " ")
(write (string-length (number->string (factorial 2000))))
(newline)
