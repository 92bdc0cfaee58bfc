;;; Young objects of every size, stored in old ones and known from there alone, outlive collections.

(import (scheme base) (scheme write) (scheme process-context) (cozen memory))
(include "../../prelude.scm")

;; Fills the nursery twice, in few turns.
(define (allocate-much)
  (let turn ((turns 300) (made '()))
    (if (> turns 0) (turn (- turns 1) (make-vector 4000 turns)) (vector-ref made 0))))

(define-record-type cell (make-cell value) cell? (value cell-value set-cell-value!))
(define (make-counter n) (lambda () (set! n (+ n 1)) n))

;; What is stored, and whether it is still the same.
(define (all-are? x sequence-length sequence-ref)
  (lambda (sequence)
    (let loop ((i (- (sequence-length sequence) 1)))
      (or (< i 0) (and (eqv? (sequence-ref sequence i) x) (loop (- i 1)))))))
(define (equal-to y) (lambda (x) (equal? x y)))
(define kinds
  (list (cons (lambda () (list 1 2)) (equal-to '(1 2)))
        (cons (lambda () (make-vector 3 'short)) (equal-to '#(short short short)))
        (cons (lambda () (make-vector 1500 'page)) (all-are? 'page vector-length vector-ref))
        (cons (lambda () (make-vector 40000 'large)) (all-are? 'large vector-length vector-ref))
        (cons (lambda () (make-string 300000 #\a)) (all-are? #\a string-length string-ref))
        (cons (lambda () (make-bytevector 300000 7)) (all-are? 7 bytevector-length bytevector-u8-ref))
        (cons (lambda () (list->string (list #\x #\λ))) (equal-to "xλ"))
        (cons (lambda () (/ (string->number "5e-300") 2)) (equal-to 25e-301))
        (cons (lambda () (expt 7 100)) (lambda (x) (= x (* (expt 7 50) (expt 7 50)))))
        (cons (lambda () (make-cell (list 'field))) (lambda (x) (equal? (cell-value x) '(field))))
        (cons (lambda () (make-counter 4)) (lambda (x) (= (x) 5)))))

;; `make` makes a place, which is old when `put` is called; one for each kind of what is stored.
(define (test-places title make put get)
  (let ((places (map (lambda (kind) (make)) kinds)))
    (collect-garbage)
    (for-each (lambda (place kind) (put place ((car kind)))) places kinds)
    (allocate-much)
    (let ((filler (make-vector 40000 'other)))
      (allocate-much)
      (test (cons title (map (lambda (kind) #t) kinds))
            (cons title (map (lambda (place kind) ((cdr kind) (get place))) places kinds)))
      (test 'other (vector-ref filler 39999)))))

(test-places 'car (lambda () (list 1)) (lambda (p x) (set-car! p x)) car)
(test-places 'cdr (lambda () (list 1)) (lambda (p x) (set-cdr! p x)) cdr)
(test-places 'vector (lambda () (make-vector 2 #f)) (lambda (p x) (vector-set! p 1 x)) (lambda (p) (vector-ref p 1)))
(test-places 'large-vector (lambda () (make-vector 40000 #f)) (lambda (p x) (vector-set! p 39999 x))
             (lambda (p) (vector-ref p 39999)))
(test-places 'filled-vector (lambda () (make-vector 3 #f)) (lambda (p x) (vector-fill! p x 1 2))
             (lambda (p) (vector-ref p 1)))
(test-places 'copied-vector (lambda () (make-vector 3 #f)) (lambda (p x) (vector-copy! p 2 (vector x)))
             (lambda (p) (vector-ref p 2)))
(test-places 'record (lambda () (make-cell #f)) set-cell-value! cell-value)
(test-places 'variable
             (lambda () (let ((x #f)) (cons (lambda (y) (set! x y)) (lambda () x))))
             (lambda (p x) ((car p) x))
             (lambda (p) ((cdr p))))
(define global #f)
(define (test-global kind)
  (collect-garbage)
  (set! global ((car kind)))
  (allocate-much)
  (test '(global #t) (list 'global ((cdr kind) global))))
(test-global (car kinds))
(test-global (list-ref kinds 3))

(finish "old objects")
