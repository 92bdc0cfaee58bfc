;; expect: 524287 66759344
;; Binary trees of depth 18: a long-lived tree, and many short-lived ones.
(import (scheme base) (scheme write))

(define (make depth)
  (if (= depth 0)
      (cons '() '())
      (cons (make (- depth 1)) (make (- depth 1)))))

(define (check tree)
  (if (null? (car tree))
      1
      (+ 1 (check (car tree)) (check (cdr tree)))))

(define depth-max 18)

(define (trees depth)
  (let ((iterations (expt 2 (+ (- depth-max depth) 4))))
    (let loop ((i 0) (total 0))
      (if (= i iterations)
          total
          (loop (+ i 1) (+ total (check (make depth))))))))

(let* ((long-lived (make depth-max))
       (total (let loop ((depth 4) (total 0))
                (if (> depth depth-max)
                    total
                    (loop (+ depth 2) (+ total (trees depth)))))))
  (write (check long-lived))
  (display " ")
  (write total)
  (newline))
