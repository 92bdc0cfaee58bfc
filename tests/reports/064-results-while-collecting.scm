;;; Results of callbacks are kept while later callbacks collect.
;;; Reports: kaappi#2208,2160,810,26,335.

(import (scheme base) (scheme write) (srfi 1) (srfi 133) (srfi 132) (cozen memory))
(define (p x) (write x) (newline))
(define n 0)
(define (tick) (set! n (+ n 1)) (if (= 0 (modulo n 37)) (collect-garbage)) (make-vector 30 n))
(define r (list-tabulate 2000 (lambda (j) (tick) (list j j j))))
(p (let loop ((l r) (i 0)) (if (null? l) i (if (equal? (car l) (list i i i)) (loop (cdr l) (+ i 1))
   (list 'bad i)))))
