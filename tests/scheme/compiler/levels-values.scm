;;; A binding takes the first value of its init, at every level: `let` never hands more values on.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define (several) (values 1 2))
(define (none) (values))
(define-syntax all (syntax-rules () ((_ body ...) (call-with-values (lambda () body ...) list))))

(test '(1) (all (let ((x (values 1 2))) x)))
(test '(1) (all (let ((x (several))) x)))
(test '(1) (all (let* ((x (several)) (y x)) y)))
(test '(1) (all (define x (several)) x))
(test '(1) (all (let ((x (if (several) (several) 0))) x)))
(test '(1) (all (let ((x (begin (several) (several)))) x)))
(test '(1) (all (letrec ((x (several))) x)))
(test '(1) (all ((lambda (x) x) (several))))
(test '(1) (all (let ((r (let loop ((i 0)) (if (< i 3) (loop (+ i 1)) (several))))) r)))
(test '(1) (all (let ((r (apply values '(1 2)))) r)))
(test '(1) (all (let ((r (call/cc (lambda (k) (k 1 2))))) r)))
(test 1 (length (all (let ((x (none))) x))))
;; the body itself may have any number
(test '(1 2) (all (let ((x 1)) (several))))
(test '(1 2) (all (let ((x (several))) (values x (+ x 1)))))

(finish "values of bindings")
