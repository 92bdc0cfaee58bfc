(import (scheme base) (scheme write))

(define (products list)
  (let loop ((rest list) (product 1) (done '()))
    (if (null? rest)
        (reverse done)
        (let ((next (* product (car rest))))
          (loop (cdr rest) next (cons next done))))))

(define (classify x)
  (case x ((a b) 'c) ((c) 'd) ((d e) 'f) ((f) 'g) (else (if (not (symbol? x)) x 'z))))

(define (depth tree)
  (define (deeper tree so-far) (if (pair? tree) (both tree (+ so-far 1)) so-far))
  (define (both tree so-far) (max (deeper (car tree) so-far) (deeper (cdr tree) so-far)))
  (deeper tree 0))

(define (counter)
  (let ((count 0))
    (lambda () (set! count (+ count 1)) count)))

(define (rotated x y z)
  (call-with-values (lambda () (values z x y)) (lambda (a . rest) (cons a rest))))

(write (products '(1 2 3 4)))
(write-string " ")
(write (map classify '(a c e g)))
(write-string " ")
(write (let ((next (counter))) (next) (+ (next) (depth '((1) (2 (3)) ())) -1)))
(write-string " ")
(write (rotated 1 2 3))
(newline)
