;; expect: 10000000 10000001
;; Recursion ten million deep that conses garbage on the way down and on the way back.
(import (scheme base) (scheme write))

(define (descend depth)
  (if (= depth 0)
      0
      (let ((garbage (list depth depth)))
        (+ 1 (descend (- depth 1))))))

(define (build depth)
  (if (= depth 0)
      (list 0)
      (let ((below (build (- depth 1))))
        (vector depth)
        (list (+ 1 (car below)) 'kept))))

(write (descend 10000000))
(display " ")
(write (+ 1 (car (build 10000000))))
(newline)
