;;; Keys that an equivalence calls the same have one hash: all kinds of keys, all equivalences.
;;;
;;; Too large for the stress run of CI, which takes the programs of the folder above.

(import (scheme base) (scheme char) (scheme complex) (scheme inexact) (scheme write)
        (scheme process-context)
        (only (srfi 1) filter append-map)
        (prefix (srfi 69) s69:)
        (prefix (srfi 125) s125:)
        (srfi 128)
        (prefix (rnrs hashtables) r6:))
(include "../../prelude.scm")

;; Nothing that is written here may be computed before the program runs.
(define (parsed text) (string->number text))
(define zero (parsed "0."))
(define minus-zero (parsed "-0."))
(define nan (/ zero zero))

(define (around exact)
  (append-map (lambda (step) (list (+ exact step) (inexact (+ exact step)))) '(-2 -1 0 1 2)))

(define reals
  (append
   (list 0 zero minus-zero 1 1. -1 -1. 1/2 .5 1/3 (/ 1. 3.) (exact (/ 1. 3.)) 3/2 1.5
         (parsed "+inf.0") (parsed "-inf.0") nan (- nan) (abs (- nan)) (sqrt (parsed "4"))
         (parsed "1e-320") (parsed "-1e-320") (exact (parsed "1e-320")) 1e300 (exact 1e300)
         (expt 10 400) (- (expt 10 400)) (/ 1 (expt 10 400)))
   (around (expt 10 15)) (around (- (expt 10 15))) (around (expt 10 16))
   (around (expt 2 53)) (around (- (expt 2 53))) (around (expt 2 60)) (around (- (expt 2 60)))
   (around (expt 2 61)) (around (expt 2 64)) (around (expt 2 200))))

(define numbers
  (append
   reals
   (append-map
    (lambda (real)
      (map (lambda (imaginary) (make-rectangular real imaginary))
           (list 0 zero minus-zero 1 1. (expt 10 16) 1e16 nan (- nan))))
    (list 0 zero minus-zero 1 1. 1/2 .5 (expt 10 16) 1e16 nan (- nan)))))

(define wide (make-string 3 #\x3bb))
(define narrowed (string-copy wide))
(string-set! narrowed 0 #\a)
(string-set! narrowed 1 #\b)
(string-set! narrowed 2 #\c)
(define hashed-before (string-copy "xyz"))
(s69:string-hash hashed-before)
(string-copy! hashed-before 0 "abc")

(define strings
  (list "" (string) "abc" (string #\a #\b #\c) narrowed hashed-before "ABC" "aBc" wide
        (string #\x3bb #\x3bb #\x3bb) (string #\x39b #\x39b #\x39b) "stra\xdf;e" "STRASSE" "strasse"
        "\x3c3;" "\x3c2;" "\x3a3;" "\x130;" "i\x307;" "i" "I" "\x131;" "k" "K" "\x212a;"
        (symbol->string 'abc) (substring "xabcx" 1 4) (string-append "a" "bc")))

(define chars
  (map integer->char
       '(#x41 #x61 #xdf #x1e9e #x3c3 #x3c2 #x3a3 #x130 #x131 #x49 #x69 #x4b #x6b #x212a #x3bb #x39b
         #x1c4 #x1c5 #x1c6 #x10ffff 0)))

(define symbols
  (list 'abc (string->symbol "abc") (string->symbol (string #\a #\b #\c)) 'ABC '|| (string->symbol "")))

(define booleans (list #t #f (null? '()) (null? '(1))))

(define-record-type thing (make-thing a) thing? (a thing-a set-thing-a!))
(define a-thing (make-thing 1))

(define (copy-of-parts value)
  (cond ((pair? value) (cons (copy-of-parts (car value)) (copy-of-parts (cdr value))))
        ((vector? value) (vector-map copy-of-parts value))
        ((string? value) (string-copy value))
        ((bytevector? value) (bytevector-copy value))
        (else value)))

(define structures
  (list '() (list 1 2) (list 1. 2) (list 1 2.) (cons 1 2) (vector) (vector 1 2) (vector 1 2.)
        (vector 1. "abc" #\a) (bytevector) (bytevector 1 2) (list nan) (list (- nan))
        (vector (list nan)) (list (expt 10 16)) (list 1e16) (list minus-zero) (list zero) (list 0)
        (list "abc" 'abc #\a #t) (make-vector 200 1) (make-vector 200 1.) (make-list 200 "x")
        (list (list (list (vector nan 1/2 1+2i)))) (vector 1.+2.i) (vector 1+2i)
        a-thing (make-thing 1) car (lambda (x) x) (eof-object) (if #f #f)))

(define anything
  (append reals strings chars symbols booleans structures (map copy-of-parts structures)))

(define missing (list 'missing))

;; The pairs of keys of `domain` that are the same, and that `hash` or a table of `make` tells apart.
(define (torn same? domain hash make set ref)
  (append-map
   (lambda (key)
     (let ((table (make)))
       (set table key 'found)
       (append-map
        (lambda (other)
          (if (and (same? key other)
                   (not (and (or (not hash) (= (hash key) (hash other)))
                             (eq? (ref table other missing) 'found))))
              (list (list key other))
              '()))
        domain)))
   domain))

(define (torn-69 same? hash domain)
  (torn same? domain hash (lambda () (s69:make-hash-table same?))
        s69:hash-table-set! s69:hash-table-ref/default))

(define (torn-125 same? hash domain)
  (torn same? domain hash (lambda () (s125:make-hash-table same?))
        s125:hash-table-set! s125:hash-table-ref/default))

(define (torn-comparator comparator domain)
  (torn (comparator-equality-predicate comparator) domain (comparator-hash-function comparator)
        (lambda () (s125:make-hash-table comparator))
        s125:hash-table-set! s125:hash-table-ref/default))

(define (torn-r6 make same? hash domain)
  (torn same? domain hash make r6:hashtable-set! r6:hashtable-ref))

;; Equivalences of the report, with the hash that goes with each.
(test '() (torn-69 eq? s69:hash-by-identity anything))
(test '() (torn-69 eqv? #f anything))
(test '() (torn-69 equal? s69:hash anything))
(test '() (torn-69 eqv? #f numbers))
(test '() (torn-69 equal? s69:hash numbers))
(test '() (torn-69 = number-hash numbers))
(test '() (torn-69 string=? s69:string-hash strings))
(test '() (torn-69 string-ci=? s69:string-ci-hash strings))
(test '() (torn-69 char=? char-hash chars))
(test '() (torn-69 char-ci=? char-ci-hash chars))
(test '() (torn-69 symbol=? symbol-hash symbols))
(test '() (torn-69 boolean=? boolean-hash booleans))

(test '() (torn-125 eq? s125:hash-by-identity anything))
(test '() (torn-125 eqv? #f anything))
(test '() (torn-125 equal? s125:hash anything))
(test '() (torn-125 = number-hash numbers))
(test '() (torn-125 string=? s125:string-hash strings))
(test '() (torn-125 string-ci=? s125:string-ci-hash strings))

(test '() (torn-r6 r6:make-eqv-hashtable eqv? r6:equal-hash numbers))
(test '() (torn-r6 r6:make-eq-hashtable eq? #f anything))
(test '() (torn-r6 (lambda () (r6:make-hashtable r6:equal-hash equal?)) equal? r6:equal-hash anything))
(test '() (torn-r6 (lambda () (r6:make-hashtable r6:string-ci-hash string-ci=?)) string-ci=? #f strings))
(test '() (torn-r6 (lambda () (r6:make-hashtable number-hash =)) = #f numbers))

;; An equivalence that nobody knows.
(define (same-length? a b) (= (string-length a) (string-length b)))
(test '() (torn-69 same-length? #f strings))
(test '() (torn-125 same-length? #f strings))

;; Comparators.
(test '() (torn-comparator (make-default-comparator) anything))
(test '() (torn-comparator (make-default-comparator) numbers))
(test '() (torn-comparator (make-eq-comparator) anything))
(test '() (torn-comparator (make-eqv-comparator) anything))
(test '() (torn-comparator (make-eqv-comparator) numbers))
(test '() (torn-comparator (make-equal-comparator) anything))
(define of-lists (make-list-comparator (make-default-comparator)))
(test '() (torn-comparator of-lists (filter list? structures)))
(define of-vectors (make-vector-comparator (make-default-comparator)))
(test '() (torn-comparator of-vectors (filter vector? structures)))
(define of-pairs (make-pair-comparator (make-default-comparator) (make-default-comparator)))
(test '() (torn-comparator of-pairs (filter pair? structures)))

;; What is the same all through: numbers are compared by `=` in structures too.
(test #t (=? (make-default-comparator) (list 1 (vector 2.)) (list 1. (vector 2))))
(test #f (=? (make-default-comparator) '(1) '(2)))

;; Identity outlives changes of what an object holds.
(define changing (list 1 2))
(define by-identity (s69:make-hash-table (lambda (a b) (eq? a b)) s69:hash-by-identity))
(s69:hash-table-set! by-identity changing 'found)
(set-car! changing "else")
(test 'found (s69:hash-table-ref/default by-identity changing 'lost))
(define by-comparator (comparator-hash-function (make-eqv-comparator)))
(define before (by-comparator changing))
(set-cdr! changing '())
(test before (by-comparator changing))

(finish "hashes of equivalences")
