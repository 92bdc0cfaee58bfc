;;; What raises first does so on every level.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define-syntax message
  (syntax-rules ()
    ((_ expression) (guard (e ((error-object? e) (error-object-message e)) (#t 'other)) expression))))

(define (add-message) (message (+ (car (list 'a)) 1)))
(define wants-number (add-message))

;; The next value of `x` raises before the element is looked for.
(define (index-second x p n)
  (let loop ((x x) (n n) (acc 0))
    (if (= n 0) (list x acc) (let* ((x2 (+ x 1)) (b (vector-ref p x))) (loop x2 (- n 1) (+ acc b))))))
(test wants-number (message (index-second 'a 'b 2)))
(test '(2 3) (index-second 0 (vector 1 2) 2))

(define (car-second x p n)
  (let loop ((x x) (n n) (acc 0))
    (if (= n 0) acc (let* ((x2 (+ x 1)) (b (car x))) (loop x2 (- n 1) b)))))
(test wants-number (message (car-second 'a 'b 2)))
(define wants-pair (message (car (vector-ref (vector 1) 0))))
(test wants-pair (message (car-second 1 'b 2)))

(define (add-second x p n)
  (let loop ((x x) (n n) (acc 0))
    (if (= n 0) (list x acc) (let* ((x2 (car x)) (b (cons (cdr x) (+ x 1)))) (loop x2 (- n 1) b)))))
(test wants-pair (message (add-second 1 'b 2)))
(test wants-number (message (add-second '(1) 'b 2)))

;; What needs no order is still as fast as it was; here it is only right.
(define (sums n) (let loop ((i 0) (a 0) (b '())) (if (= i n) (list a b) (loop (+ i 1) (+ a i) (cons i b)))))
(test '(6 (3 2 1 0)) (sums 4))

(finish "order of errors")
