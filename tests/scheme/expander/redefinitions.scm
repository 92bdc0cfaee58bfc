;;; Names that are defined anew or assigned, by whomever: what was made with them keeps what it was made with.

(import (scheme base) (scheme write) (scheme process-context) (scheme eval) (scheme repl))
(include "../prelude.scm")

;; A keyword or variable that a program defines again: the text before keeps its meaning (R7RS 5.4, 5.3.1).
(define-syntax one (syntax-rules () ((_) 1)))
(define first-one (one))
(define (use-one) (one))
(define-syntax one (syntax-rules () ((_) 2)))
(test '(1 1 2) (list first-one (use-one) (one)))
(define one 3)
(define (one-again) one)
(define-syntax one (syntax-rules () ((_) 4)))
(test '(1 1 3 4) (list first-one (use-one) (one-again) (one)))

(define variable 5)
(define variable-before variable)
(define-syntax variable (syntax-rules () ((_) 6)))
(test '(5 6) (list variable-before (variable)))

(define-syntax call-helper (syntax-rules () ((_) (helper))))
(define (helper) 'procedure)
(define helped (call-helper))
(define-syntax helper (syntax-rules () ((_) 'keyword)))
(test '(procedure keyword) (list helped (call-helper)))

(define (later) (defined-later))
(define-syntax one (syntax-rules () ((_) 7)))
(define (defined-later) (one))
(test 7 (later))

;; The name of a record type.
(define-record-type point (make-point x) point? (x point-x set-point-x!))
(define first-point (make-point 1))
(define point (make-point 2))
(test '(#t 1 2) (list (point? first-point) (point-x first-point) (point-x point)))
(set! point 3)
(set-point-x! first-point 4)
(test '(4 #t 3) (list (point-x first-point) (point? (make-point 5)) point))

(define-record-type <cell> (make-cell value) cell? (value cell-value))
(define old-cell (make-cell 1))
(define old-value cell-value)
(define-record-type <cell> (make-cell value) cell? (value cell-value))
(test '(1 #f #t) (list (old-value old-cell) (cell? old-cell) (cell? (make-cell 1))))
(test-error (cell-value old-cell))

(test '(#t 7 none)
      (let ()
        (define-record-type box (make-box value) box? (value box-value))
        (define mine (make-box 7))
        (set! box 'none)
        (list (box? mine) (box-value mine) box)))

(define-syntax define-hidden
  (syntax-rules ()
    ((_ make get) (begin (define-record-type hidden (make value) hidden? (value get))))))
(define-hidden make-a a-value)
(define-hidden make-b b-value)
(define hidden 1)
(test '(1 2 1) (list (a-value (make-a 1)) (b-value (make-b 2)) hidden))
(test-error (a-value (make-b 2)))

(define (interact form) (eval form (interaction-environment)))
(interact '(define-record-type spot (make-spot x) spot? (x spot-x)))
(interact '(define a-spot (make-spot 1)))
(interact '(define spot 5))
(test '(1 5 #t) (list (interact '(spot-x a-spot)) (interact 'spot) (interact '(spot? a-spot))))

;; Names that macros make cannot be written.
(interact '(define-syntax define-getter
             (syntax-rules ()
               ((_ get value) (begin (define tmp value) (define (get) tmp))))))
(interact '(define-getter get-one 1))
(do ((number 0 (+ number 1)))
    ((= number 3000))
  (if (< number 3) (interact '(define-getter get-two 2)))
  (let ((mark (number->string number)))
    (when (or (< number 100) (> number 2900))
      (interact (list 'define (string->symbol (string-append "tmp~" mark)) ''mine))
      (interact (list 'define (string->symbol (string-append "tmp\x1;" mark)) ''mine))
      (interact (list 'define (string->symbol (string-append "~" mark ":tmp")) ''mine)))))
(test '(1 2) (interact '(list (get-one) (get-two))))

(finish "redefinitions")
