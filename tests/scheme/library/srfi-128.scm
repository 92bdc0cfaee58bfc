;;; (srfi 128): the default comparator is an order, and its hash agrees with it.

(import (scheme base) (scheme write) (scheme process-context) (scheme complex) (scheme inexact) (srfi 128))
(include "../prelude.scm")

(define-record-type point (make-point x y) point? (x point-x) (y point-y))
(define-record-type stranger (make-stranger) stranger?)
(define-record-type other (make-other n) other? (n other-n))

(define default (make-default-comparator))

(comparator-register-default!
 (make-comparator point?
                  (lambda (a b) (= (point-x a) (point-x b)))
                  (lambda (a b) (< (point-x a) (point-x b)))
                  (lambda (point) (number-hash (point-x point)))))
(comparator-register-default!
 (make-comparator other?
                  (lambda (a b) (= (other-n a) (other-n b)))
                  (lambda (a b) (> (other-n a) (other-n b)))
                  (lambda (other) 7)))
(test-error (comparator-register-default! car))

;; In ascending order; what stands in one list is the same.
(define classes
  (list (list '())
        (list '(()))
        (list '(() . 1) '(() . 1.0))
        (list '(#f))
        (list '(1) '(1.0) (list (sqrt 1)))
        (list '(1 (2 #(3 4))) '(1 (2.0 #(3.0 4))))
        (list '(1 (2 #(3 5))))
        (list '(1 2) '(1.0 2) '(1 2.0))
        (list #f)
        (list #t)
        (list #\a)
        (list #\b)
        (list "" (string))
        (list "a" (string #\a))
        (list "ab")
        (list "b")
        (list 'a)
        (list 'b)
        (list +nan.0 (- +nan.0))
        (list (make-rectangular +nan.0 1.0))
        (list -inf.0)
        (list -1 -1.0)
        (list (make-rectangular -1 1) (make-rectangular -1.0 1.0))
        (list 0 0.0 -0.0)
        (list 1/2 0.5)
        (list (make-rectangular 1 +nan.0))
        (list (make-rectangular 1 -2) (make-rectangular 1.0 -2.0))
        (list 1 1.0)
        (list (make-rectangular 1 2) (make-rectangular 1.0 2.0))
        (list (expt 2 70) (inexact (expt 2 70)))
        (list +inf.0)
        (list #())
        (list #(5))
        (list #(1 1) #(1.0 1))
        (list #(1 2))
        (list #u8())
        (list #u8(7))
        (list #u8(1 2))
        (list (make-point 1 2) (make-point 1.0 3))
        (list (make-point 2 1))
        (list (make-other 5))
        (list (make-other 4) (make-other 4.0))
        (list (make-stranger))))

(define (in-order? a b)
  (and (<? default a b) (not (<? default b a)) (>? default b a) (not (>? default a b))
       (<=? default a b) (not (<=? default b a)) (not (=? default a b)) (not (=? default b a))))
(define (same-class? a b)
  (and (=? default a b) (=? default b a) (not (<? default a b)) (not (>? default a b))
       (<=? default a b) (>=? default a b)
       (= (comparator-hash default a) (comparator-hash default b))))

(define (all-pairs holds? xs ys)
  (let outer ((xs xs) (failed '()))
    (if (null? xs)
        failed
        (let inner ((rest ys) (failed failed))
          (cond ((null? rest) (outer (cdr xs) failed))
                ((holds? (car xs) (car rest)) (inner (cdr rest) failed))
                (else (inner (cdr rest) (cons (list (car xs) (car rest)) failed))))))))

(test '()
      (let loop ((classes classes) (failed '()))
        (if (null? classes)
            failed
            (loop (cdr classes)
                  (append (all-pairs same-class? (car classes) (car classes))
                          (let later ((rest (cdr classes)) (failed failed))
                            (if (null? rest)
                                failed
                                (later (cdr rest)
                                       (append (all-pairs in-order? (car classes) (car rest))
                                               failed)))))))))

;; A stranger is the same as itself only, and has no order.
(define stranger (make-stranger))
(test '(#t #f #f) (list (=? default stranger stranger) (=? default stranger (make-stranger))
                        (<? default stranger (make-stranger))))

(test #t (< -1 (hash-salt) (+ (hash-bound) 1)))
(test #t (let ((bound (hash-bound)))
           (let loop ((classes classes))
             (or (null? classes)
                 (and (<= 0 (comparator-hash default (car (car classes))) bound)
                      (loop (cdr classes)))))))

(finish "srfi 128")
