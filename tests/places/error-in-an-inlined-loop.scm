;;; An error in a named let whose procedure is inlined.

(import (scheme base))
(define (sum v)
  (let loop ((i 0) (total 0))
    (if (= i 10) total
      (loop (+ i 1) (+ total (vector-ref v i))))))
(define (twice v) (* 2 (sum v)))
(define (g) (list (twice (vector 1 2 3))))
(list (g))
