;;; (cozen optional): Guile's procedures with optional and keyword arguments.

(import (scheme base) (scheme write) (scheme process-context) (cozen optional))
(include "../prelude.scm")

(define* (f a #:optional (b 10) c) (list a b c))
(test '((1 10 #f) (1 2 #f) (1 2 3)) (list (f 1) (f 1 2) (f 1 2 3)))
(test-error (f))
(test-error (f 1 2 3 4))

(define* (g #:optional (a 1) (b (+ a 1)) #:rest more) (list a b more))
(test '((1 2 ()) (5 6 ()) (5 7 (8 9))) (list (g) (g 5) (g 5 7 8 9)))
(define* (g2 #:optional (a 1) . more) (list a more))
(test '((1 ()) (2 (3))) (list (g2) (g2 2 3)))

(define* (h a #:key (b 2) (c (* a b)) d) (list a b c d))
(test '((1 2 2 #f) (1 5 5 #f) (1 2 9 8)) (list (h 1) (h 1 #:b 5) (h 1 #:d 8 #:c 9)))
(test-error (h 1 #:e 5))
(test-error (h 1 #:b))
(test-error (h 1 7))

(define* (k #:optional o #:key (x 1) #:allow-other-keys #:rest rest) (list o x rest))
(test '((#f 1 ()) (5 2 (#:x 2)) (#f 3 (#:y 1 #:x 3))) (list (k) (k 5 #:x 2) (k #:y 1 #:x 3)))

(define* (renamed #:key (value 1 #:val)) value)
(test '(1 2) (list (renamed) (renamed #:val 2)))
(test '(3 4) ((lambda* (a #:optional (b 4)) (list a b)) 3))

(define c
  (case-lambda*
    ((a) (list 'one a))
    ((a b #:optional (c 'c)) (list 'two a b c))
    ((a b c d . rest) (list 'many rest))))
(test '((one 1) (two 1 2 c) (two 1 2 3) (many (5))) (list (c 1) (c 1 2) (c 1 2 3) (c 1 2 3 4 5)))

(test '(1 5) (let-optionals '(1) ((a 0) (b 5)) (list a b)))
(test '(1 2) (let-optionals* '(1) ((a 0) (b (+ a 1))) (list a b)))
(test '(1 (2 3)) (let-optionals* '(1 2 3) ((a 0) . rest) (list a rest)))
(test '(7 2) (let-keywords '(#:a 7) #f ((a 1) (b 2)) (list a b)))

(test '(#t #f key #:key) (list (keyword? #:key) (keyword? 'key) (keyword->symbol #:key)
                               (symbol->keyword 'key)))
(test #t (eq? #:key '#:key))

#!keyword-suffix
(test '(#t (1 9)) (list (eq? key: #:key) (let ((r (h 1 b: 9))) (list (car r) (cadr r)))))
#!no-keyword-suffix

(test '(1 #f) ((lambda (a #!optional b) (list a (if (eq? b #!default) #f b))) 1))
(test '(1 2 (3)) ((lambda (a #!optional b #!rest c) (list a b c)) 1 2 3))

(finish "optional")
