;;; A keyword that is defined again; uses before keep the first meaning.
;;; Reports: larceny#825,281,337.

(import (scheme base) (scheme write))
(define-syntax foo (syntax-rules () ((foo) 1)))
(define x (foo))
(define (f) (foo))
(define-syntax foo (syntax-rules () ((foo) 2)))
(write (list x (f) (foo)))
(newline)
(begin (define (y) 1) (define (z) 2))
(write (+ (y) (z)))
(newline)
(define foo 5)
(write foo)
(newline)
