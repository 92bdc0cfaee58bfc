(import (scheme base) (scheme write))

(define (sum limit)
  (do ((i 0 (+ i 1))
       (total 0.0 (+ total (* 0.5 (if (even? i) 1.0 3.0)))))
      ((= i limit) (+ total 0.5))))

(define (mixed bytes)
  (let loop ((i 0) (hash 17))
    (if (= i (bytevector-length bytes))
        (modulo hash 10007)
        (loop (+ i 1) (+ (* hash 31) (bytevector-u8-ref bytes i) (- i 1))))))

(define (shifted x) (* x 65536 (if (< x 3) 1024 2048)))

(define v (vector 1 2 3))
(define (last-of v)
  (let ((index (- (vector-length v) 1)))
    (cons (> index 0) (vector-ref v index))))

(write (sum 17))
(write-string " ")
(write (mixed (bytevector 1 2 3 4)))
(write-string " ")
(write (shifted 10))
(write-string " ")
(write (last-of v))
(newline)
