;;; Tail calls of procedures whose first step keeps the frame of the caller: what they return, and that the last call
;;; is a tail call where R7RS or SRFI 1 demand it.

(import (scheme base) (scheme write) (scheme eval) (scheme lazy) (scheme process-context)
        (srfi 1) (srfi 69) (only (srfi 133) vector-partition) (only (rnrs hashtables) hashtable-entries)
        (only (srfi 125) hash-table-entries hash-table-find hash-table-pop!))
(include "../../prelude.scm")

;; As deep as a stack of a few megabytes is not.
(define depth 300000)

(define environment-of-base (environment '(scheme base)))
(define table (make-hash-table))
(hash-table-set! table 'a 1)

(define-syntax test-loop
  (syntax-rules ()
    ((_ (loop count) call)
     (test 'done
           (let ()
             (define (loop count) (if (= count 0) 'done call))
             (loop depth))))))

(test-loop (loop count) (any (lambda (count) (loop (- count 1))) (list count)))
(test-loop (loop count) (any (lambda (count x) (loop (- count 1))) (list count) '(1)))
(test-loop (loop count) (every (lambda (count) (loop (- count 1))) (list count)))
(test-loop (loop count) (every (lambda (x count) (loop (- count 1))) '(1) (list count)))
(test-loop (loop count) (hash-table-ref table 'b (lambda () (loop (- count 1)))))
(test-loop (loop count) (hash-table-ref table 'a (lambda () 1) (lambda (x) (loop (- count 1)))))
(test 'done
      (let ()
        (define (loop count)
          (if (= count 0)
              'done
              ((eval '(lambda (f x) (f x)) environment-of-base) loop (- count 1))))
        (loop 300)))

(define (values-of thunk) (call-with-values thunk list))

;; Each body is a tail call.
(define-syntax test-values
  (syntax-rules ()
    ((_ values call) (test 'values (values-of (lambda () call))))))

(test-values ((1 3) (2)) (partition odd? '(1 2 3)))
(test-values ((1 3) (2)) (partition! odd? (list 1 2 3)))
(test-values ((1) (2 3)) (break even? '(1 2 3)))
(test-values ((1) (2 3)) (break! even? (list 1 2 3)))
(test-values ((1) (2 3)) (span! odd? (list 1 2 3)))
(test-values ((1) (2 3)) (split-at! (list 1 2 3) 1))
(test-values ((1) (2)) (lset-diff+intersection eq? '(1 2) '(2 3)))
(test-values ((1) (2)) (lset-diff+intersection! eq? (list 1 2) (list 2 3)))
(test-values ((1) (2) (3)) (unzip3 '((1 2 3))))
(test-values ((1) (2) (3) (4)) (unzip4 '((1 2 3 4))))
(test-values (-3 -1) (truncate/ -10 3))
(test-values (#(1 3 2) 2) (vector-partition odd? #(1 2 3)))
(test-values ((a) (1)) (hash-table-entries table))
(test-values (#(a) #(1)) (hashtable-entries table))
(test-values (a 1) (hash-table-pop! (hash-table-copy table)))
(test-values ((a . 1)) (hash-table-find cons table (lambda () 2)))
(test-values (2 3) (hash-table-find (lambda (key value) #f) table (lambda () (values 2 3))))
(test-values ((1) (2 3)) (span odd? '(1 2 3)))
(test-values ((1) (2 3)) (split-at '(1 2 3) 1))
(test-values (1 (2)) (car+cdr '(1 2)))
(test-values ((1 3) (2 4)) (unzip2 '((1 2) (3 4))))
(test-values ((1) (2) (3) (4) (5)) (unzip5 '((1 2 3 4 5))))
(test-values (3 1) (floor/ 10 3))
(test-values (3 1) (exact-integer-sqrt 10))
(test-values (#t) (any odd? '(2 4 5)))
(test-values (#f) (any odd? '()))
(test-values (#f) (any odd? '(2)))
(test-values (6) (any (lambda (x y) (and (odd? x) (+ x y))) '(2 5) '(3 1 9)))
(test-values (1 2) (any (lambda (x) (values 1 2)) '(2)))
(test-values (#t) (every odd? '()))
(test-values (#f) (every odd? '(1 2 3)))
(test-values (4) (every (lambda (x y) (+ x y)) '(2 3) '(3 1 9)))
(test-values (1) (hash-table-ref table 'a))
(test-values (1) (hash-table-ref table 'a (lambda () 2)))
(test-values (2 3) (hash-table-ref table 'b (lambda () (values 2 3))))
(test-values (1 1) (hash-table-ref table 'a (lambda () 2) (lambda (x) (values x x))))
(test-values (1 2) (eval '(values 1 2) environment-of-base))
(test-values (1) (force (delay 1)))
(test-values (1 2) (force (delay (values 1 2))))
(test-values () (force (delay (values))))
(test-values (5) (force 5))
(test-values (1) (force (delay-force (delay-force (delay 1)))))

;; A chain of promises takes no stack.
(define (chain count) (delay-force (if (= count 0) (delay 'end) (chain (- count 1)))))
(test-values (end) (force (chain depth)))

(finish "tail calls")
