;; expect: 1.644934016846
;; A loop of flonum sums: no flonum is allocated.
(import (scheme base) (scheme write))

(define (inverse-squares count)
  (let loop ((i 1.0) (sum 0.0))
    (if (> i count)
        sum
        (loop (+ i 1.0) (+ sum (/ 1.0 (* i i)))))))

(write (/ (round (* 1e12 (inverse-squares 2e7))) 1e12))
(newline)
