;;; Closures and records whose objects are larger than what one step of allocation takes, or lie among large objects.

(import (scheme base) (scheme write) (scheme eval) (scheme process-context))
(include "../../prelude.scm")

(define (numbered prefix n)
  (let loop ((i (- n 1)) (all '()))
    (if (< i 0) all (loop (- i 1) (cons (string->symbol (string-append prefix (number->string i))) all)))))

(define (run expression) (eval expression (environment '(scheme base))))

;; Makes garbage until what is young has become old.
(define (collect) (let loop ((i 0)) (if (< i 400) (begin (make-vector 4000 i) (loop (+ i 1))))))

(define (make-of-fields n)
  (let ((names (numbered "f" n)))
    (run `(let ()
            (define-record-type wide (make-wide ,@names) wide?
              (,(car names) first set-first!)
              ,@(map list (cdr (reverse (cdr (reverse names)))))
              (,(list-ref names (- n 1)) last))
            (list (lambda (x) (make-wide ,@(map (lambda (name) '(list x)) names))) first set-first! last)))))

(define (check-record n)
  (let* ((parts (make-of-fields n)) (make (car parts)) (a (make 1)) (b (make 2)))
    (collect)
    ((list-ref parts 2) a (list 'new))
    (collect)
    (list ((cadr parts) a) ((list-ref parts 3) a) ((cadr parts) b) ((list-ref parts 3) b))))

(test '((new) (1) (2) (2)) (check-record 509))
(test '((new) (1) (2) (2)) (check-record 510))
(test '((new) (1) (2) (2)) (check-record 511))
(test '((new) (1) (2) (2)) (check-record 5000))

;; A procedure that holds `n` variables.
(define (holding n)
  (let ((names (numbered "v" n)))
    (run `(lambda (x)
            (let ,(map (lambda (name) `(,name (list x))) names)
              (lambda (k) (if (= k 0) (list ,(car names) ,(list-ref names (- n 1))) (list ,@names))))))))

(define (check-closure n)
  (let* ((make (holding n)) (f (make 1)) (g (make 2)))
    (collect)
    (list (f 0) (length (f 1)) (g 0))))

(test '(((1) (1)) 508 ((2) (2))) (check-closure 508))
(test '(((1) (1)) 510 ((2) (2))) (check-closure 510))
(test '(((1) (1)) 511 ((2) (2))) (check-closure 511))
(test '(((1) (1)) 4200 ((2) (2))) (check-closure 4200))

(finish "large objects")
