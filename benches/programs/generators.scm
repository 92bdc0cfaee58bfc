;; expect: 499999500000
;; A generator made of continuations, stepped half a million times.
(import (scheme base) (scheme write))

(define (make-generator procedure)
  (define return #f)
  (define (resume)
    (procedure
     (lambda (value)
       (call/cc
        (lambda (continue)
          (set! resume (lambda () (continue #f)))
          (return value)))))
    (return 'done))
  (lambda ()
    (call/cc (lambda (k) (set! return k) (resume)))))

(define numbers
  (make-generator
   (lambda (yield)
     (let loop ((i 0))
       (when (< i 1000000)
         (yield i)
         (loop (+ i 1)))))))

(let loop ((sum 0))
  (let ((next (numbers)))
    (if (eq? next 'done)
        (begin (write sum) (newline))
        (loop (+ sum next)))))
