;;; Fields of records: of the very type that a procedure was made for, and of no other, whatever its fields.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define-record-type wide (make-wide a b c d e) wide?
  (a wide-a) (b wide-b) (c wide-c) (d wide-d set-wide-d!) (e wide-e set-wide-e!))
(define-record-type like-wide (make-like-wide a b c d e) like-wide?
  (a like-a) (b like-b) (c like-c) (d like-d) (e like-e set-like-e!))
(define-record-type narrow (make-narrow a) narrow? (a narrow-a))

(define w (make-wide 1 2 3 4 5))
(define n (make-narrow 1))
(define (last-field r) (wide-e r))
(define (change-last! r x) (set-wide-e! r x) (wide-e r))

;; Neither another type with the same fields nor one with fewer will do.
(test '(5 6) (list (last-field w) (change-last! w 6)))
(test-error (last-field (make-like-wide 1 2 3 4 5)))
(test-error (change-last! (make-like-wide 1 2 3 4 5) 6))
(test-error (last-field n))
(test-error (change-last! n 6))
(test-error (last-field (vector wide 1 2 3 4 5)))
(test-error (last-field '(1 . 2)))
(define (sum-last list) (let loop ((l list) (s 0)) (if (null? l) s (loop (cdr l) (+ s (wide-e (car l)))))))
(test 12 (sum-last (list w w)))
(test-error (sum-last (list w (make-like-wide 1 2 3 4 5))))

;; The procedures keep the type that they were made with.
(set! wide narrow)
(test '(6 1 #t #f) (list (last-field w) (wide-a w) (wide? w) (wide? n)))
(test-error (last-field n))
(test-error (wide-a n))
(test-error (wide-b n))
(test-error (set-wide-d! n 7))
(test-error (change-last! n 7))
(test-error (sum-last (list n)))
(test 1 (narrow-a n))

(finish "record types")
