;;; Dispatch on one value: what becomes a switch, held against a search in a list that does not.

(import (scheme base) (scheme char) (scheme write) (scheme process-context))
(include "../prelude.scm")

;; Values of every kind, near the keys below and far from them.
(define values-to-try
  (list 0 1 2 3 4 5 6 7 8 9 10 11 12 -1 -2 -3 99 100 101 1000 100000 33554432 -33554432 268435455
        268435456 -268435456 1152921504606846975 -1152921504606846976 1152921504606846976
        4294967296 34359738368 0.0 -0.0 1.0 2.5 4.0 1/2 4+2i
        #\a #\b #\c #\z #\A #\0 #\9 #\space #\newline #\λ #\x10ffff #\null
        #t #f '() (eof-object) 'a 'b 'c 'd 'e 'quote 'lambda 'if 'set! 'begin 'define 'let 'other
        (string->symbol "if") (string->symbol "") (string->symbol "A") (string->symbol "λ")
        "a" "if" "" (string #\a) (string) '(a) (vector) car))

;; The list is not literal, so that it is searched.
(define (found-in table key default)
  (let loop ((table table))
    (cond ((null? table) default)
          ((memv key (caar table)) (cdar table))
          (else (loop (cdr table))))))

(define-syntax test-case
  (syntax-rules ()
    ((_ name (keys result) ...)
     (begin
       (define (name key) (case key (keys result) ... (else 'none)))
       (for-each
        (lambda (key)
          (test (found-in (list (cons (list-copy 'keys) result) ...) key 'none) (name key)))
        values-to-try)))))

(test-case dense ((0) 'zero) ((1) 'one) ((2 3) 'two-three) ((5) 'five) ((-1) 'less) ((7 8 9) 'many))
(test-case sparse ((0) 'zero) ((100) 'hundred) ((1000) 'thousand) ((100000) 'more)
  ((33554432) 'bits) ((-33554432) 'minus) ((268435455) 'last) ((-268435456) 'first))
(test-case wide ((4294967296) 'a) ((1152921504606846975) 'b) ((-1152921504606846976) 'c)
  ((34359738368) 'd) ((268435456) 'e) ((1) 'f) ((2) 'g) ((3) 'h) ((4) 'i))
(test-case characters ((#\a #\b #\c) 'letter) ((#\0 #\9) 'digit) ((#\space #\newline) 'white)
  ((#\λ) 'greek) ((#\x10ffff) 'last) ((#\null) 'first))
(test-case symbols ((quote) 1) ((lambda) 2) ((if) 3) ((set!) 4) ((begin) 5) ((define let) 6)
  ((|| |λ|) 7))
(test-case same-twice ((a b) 1) ((b c) 2) ((a c d) 3) ((e a) 4))
(test-case mixed ((a) 1) ((0) 2) ((b #\a) 3) ((1 c) 4) ((#t) 5) ((#f ()) 6) ((d 2) 7) ((e #\z) 8))
(test-case with-numbers ((0.0) 1) ((1) 2) ((2) 3) ((3) 4) ((4) 5) ((2.5) 6) ((1/2) 7) ((a) 8)
  ((1152921504606846976) 9) ((5) 10) ((6) 11) ((7) 12) ((4+2i) 13))
(test-case few ((a) 1) ((2) 2))
(test-case many ((a 0 1 2 3 4 5 6 7 8 9 10 11 #\a) 1) ((b 12 #\b 99 c) 2) (("a" d) 3))

;; Receivers, and keys that are computed once.
(define calls 0)
(define (next!) (set! calls (+ calls 1)) calls)
(test '(2 . 1) (case (next!) ((0) 'zero) ((1) => (lambda (x) (cons (+ x x) x))) ((2) 2) ((3) 3)
                 (else => list)))
(test '(2) (case (next!) ((0) 'zero) ((1) 'one) ((3) 2) ((4) 3) (else => list)))
(test 2 calls)

;; Numbers by `=`: inexact ones are equal too, others raise.
(define (by-number x)
  (cond ((= x 0) 'zero) ((= x 1) 'one) ((= x 2) 'two) ((= x 3) 'three) ((= 4 x) 'four) (else 'none)))
(for-each
 (lambda (x)
   (if (number? x)
       (test (let loop ((numbers '(0 1 2 3 4)) (names '(zero one two three four)))
               (cond ((null? numbers) 'none)
                     ((= (car numbers) x) (car names))
                     (else (loop (cdr numbers) (cdr names)))))
             (by-number x))
       (test-error (by-number x))))
 values-to-try)

(define (by-character c)
  (cond ((char=? c #\a) 'a) ((char=? c #\b) 'b) ((eqv? c #\c) 'c) ((char=? #\newline c) 'end)
        ((char=? c #\λ) 'greek) ((char=? c #\x10ffff) 'last) (else 'none)))
(for-each
 (lambda (c)
   (if (char? c)
       (test (found-in (list (list (list #\a) 'a) (list (list #\b) 'b) (list (list #\c) 'c)
                             (list (list #\newline) 'end) (list (list #\λ) 'greek)
                             (list (list #\x10ffff) 'last))
                       c '(none))
             (list (by-character c)))
       (test-error (by-character c))))
 values-to-try)

(define (by-string s)
  (cond ((string=? s "") 'empty) ((string=? s "a") 'a) ((string=? "b" s) 'b) ((string=? s "if") 'if)
        ((string=? s "lambda") 'lambda) ((string=? s "λ") 'greek) ((string=? s "a") 'never)
        (else 'none)))
(for-each
 (lambda (s name) (test name (by-string s)) (test name (by-string (string-copy s))))
 '("" "a" "b" "if" "lambda" "λ" "c" "ab" "lambdas" "fi" "LAMBDA")
 '(empty a b if lambda greek none none none none none))
(for-each (lambda (x) (if (not (string? x)) (test-error (by-string x)))) values-to-try)

;; Members of literal lists, as a test and as a value.
(define (vowel? c) (if (memv c '(#\a #\e #\i #\o #\u)) 'vowel 'other))
(test '(vowel other vowel other other) (map vowel? (list #\a #\b #\u 'a 97)))
(define (keyword-tail x) (memq x '(quote lambda if set! begin)))
(test '((if set! begin) #f) (list (keyword-tail 'if) (keyword-tail "if")))
(define (keyword? x) (and (memq x '(quote lambda if set! begin)) #t))
(test '(#t #t #f #f) (map keyword? (list 'quote 'begin 'define 0)))
(define (either? x) (if (or (memq x '(a b 1)) (eqv? x 2.5) (member x '("if" c))) 1 2))
(test '(1 1 1 1 1 1 2) (map either? (list 'a 'b 1 2.5 "if" 'c 'd)))

;; A loop whose state is a symbol.
(define (words text)
  (let loop ((characters (string->list text)) (state 'space) (count 0))
    (if (null? characters)
        count
        (let ((next (case (car characters)
                      ((#\space #\tab #\newline #\return) 'space)
                      ((#\") (if (eq? state 'string) 'space 'string))
                      (else (if (eq? state 'string) 'string 'word)))))
          (loop (cdr characters) next
                (case state
                  ((space) (case next ((word string) (+ count 1)) (else count)))
                  ((word) (case next ((string) (+ count 1)) (else count)))
                  ((string) count)
                  (else (error "no such state" state))))))))
(test 7 (words "the quick \"brown fox\" jumps  over"))

(finish "switches")
