;;; Tests that a test above has decided: what is left of them, and what comes behind them.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define seen '())
(define (note x) (set! seen (cons x seen)))

;; The arm that is never taken tells nothing of what comes behind it.
(define-syntax define-repeated
  (syntax-rules ()
    ((_ name (test x))
     (define (name x)
       (set! seen '())
       (if test
           (begin
             (if test (note 1) (note 2))
             (if test (note 3) (if test (note 4) (note 5)))
             (if test (reverse seen) 'wrong))
           (begin
             (if test (note 1) (note 2))
             (if test (if test (note 3) (note 4)) (note 5))
             (if test 'wrong (reverse seen))))))))

(define-repeated by-pair ((pair? x) x))
(define-repeated by-null ((null? x) x))
(define-repeated by-vector ((vector? x) x))
(define-repeated by-truth (x x))
(define-repeated by-number ((number? x) x))
(define-repeated by-identity ((eq? x 7) x))
(define-repeated by-symbol ((eq? x 'a) x))
(define-repeated by-order ((and (number? x) (< x 10)) x))
(define-repeated by-equality ((and (number? x) (= x 7)) x))

(for-each
 (lambda (name)
   (for-each
    (lambda (x)
      (test #t (pair? (member (name x) '((1 3) (2 5))))))
    (list '(1) '() #(1) #f #t 7 7.0 11 'a 'b "s" #\a)))
 (list by-pair by-null by-vector by-truth by-number by-identity by-symbol by-order by-equality))
(test '(1 3) (by-pair '(1)))
(test '(2 5) (by-pair 1))
(test '(1 3) (by-identity 7))
(test '(2 5) (by-symbol 'b))

;; In loops, where the same test decides each turn.
(define (loop x n)
  (let again ((n n) (found '()))
    (if (= n 0)
        found
        (if (pair? x)
            (begin
              (if (pair? x) (note n) (note 'no))
              (again (- n 1) (cons (if (pair? x) 'right 'wrong) found)))
            (again (- n 1) (cons (if (pair? x) 'wrong 'right) found))))))
(test '(right right right) (loop '(1) 3))
(test '(right right right) (loop 1 3))

(finish "repeated tests")
