;; expect: 500000500000
;; Streams of closures with assigned variables.
(import (scheme base) (scheme write))

(define (make-counter)
  (let ((count 0))
    (lambda () (set! count (+ count 1)) count)))

(define (compose . procedures)
  (if (null? procedures)
      (lambda (x) x)
      (let ((rest (apply compose (cdr procedures))))
        (lambda (x) ((car procedures) (rest x))))))

(define counter (make-counter))
(define step (compose (lambda (x) (+ x 1)) (lambda (x) (- x 1))))

(write
 (let loop ((i 0) (sum 0))
   (if (= i 1000000) sum (loop (+ i 1) (+ sum (step (counter)))))))
(newline)
