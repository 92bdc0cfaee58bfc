;;; SRFI 132: sorting.

(import (scheme base) (scheme write) (scheme process-context) (srfi 132))
(include "../prelude.scm")

(define seed 11)
(define (draw limit)
  (set! seed (modulo (+ (* seed 1103515245) 12345) 2147483648))
  (modulo (quotient seed 256) limit))
(define (random-list count limit)
  (let loop ((count count) (result '())) (if (= count 0) result (loop (- count 1) (cons (draw limit) result)))))
(define (up from to) (if (= from to) '() (cons from (up (+ from 1) to))))
(define (car< a b) (< (car a) (car b)))
(define (changed change vector . arguments)
  (let ((copy (vector-copy vector)))
    (list (apply change (append arguments (list copy))) copy)))

;; predicates
(test '(#t #t #t #f) (list (list-sorted? < '()) (list-sorted? < '(1)) (list-sorted? < '(1 1 2)) (list-sorted? < '(1 3 2))))
(test '(#t #f #t #t #t) (list (vector-sorted? < #(1 1 2)) (vector-sorted? < #(1 3 2)) (vector-sorted? < #(9 1 2) 1) (vector-sorted? < #(9 1 2 0) 1 3) (vector-sorted? < #())))

;; sorting
(define sorts (list list-sort list-stable-sort list-sort! list-stable-sort!))
(test '(((1 2 3) () (1)) ((1 2 3) () (1)) ((1 2 3) () (1)) ((1 2 3) () (1)))
      (map (lambda (sort) (list (sort < (list 3 1 2)) (sort < '()) (sort < (list 1)))) sorts))
(define pairs '((1 . a) (0 . b) (1 . c) (0 . d) (1 . e) (0 . f) (1 . g) (0 . h) (1 . i) (0 . j) (1 . k) (0 . l)))
(define sorted-pairs '((0 . b) (0 . d) (0 . f) (0 . h) (0 . j) (0 . l) (1 . a) (1 . c) (1 . e) (1 . g) (1 . i) (1 . k)))
(test (list sorted-pairs sorted-pairs) (list (list-stable-sort car< pairs) (list-stable-sort! car< (list-copy pairs))))
(test (list->vector sorted-pairs) (vector-stable-sort car< (list->vector pairs)))
(test (list->vector sorted-pairs) (let ((v (list->vector pairs))) (vector-stable-sort! car< v) v))
(test '(#(1 2 3) #(3 1 2) #(1 2) #(1) #()) (let ((v (vector 3 1 2))) (list (vector-sort < v) v (vector-sort < v 1) (vector-stable-sort < v 1 2) (vector-sort < #()))))
(test '(#(1 2 3) #(9 1 2 3) #(9 1 3 2)) (let ((a (vector 3 1 2)) (b (vector 9 3 1 2)) (c (vector 9 3 1 2))) (vector-sort! < a) (vector-sort! < b 1) (vector-stable-sort! < c 1 3) (list a b c)))
(test #t (let loop ((length 0))
           (or (= length 100)
               (let* ((list (random-list length 20)) (sorted (list-sort < list)))
                 (and (list-sorted? < sorted) (= (apply + list) (apply + sorted)) (loop (+ length 1)))))))

;; merging
(test '((1 2 3 4) (1) (1) ((1 . a) (1 . b))) (list (list-merge < '(1 3) '(2 4)) (list-merge < '(1) '()) (list-merge < '() '(1)) (list-merge car< '((1 . a)) '((1 . b)))))
(test '((1 2 3 4) (1) (1) ((1 . a) (1 . b))) (list (list-merge! < (list 1 3) (list 2 4)) (list-merge! < (list 1) '()) (list-merge! < '() (list 1)) (list-merge! car< (list '(1 . a)) (list '(1 . b)))))
(test '(#(1 2 3 4) #(2 3 4) #(2 4) #(3 4) #(2 3)) (list (vector-merge < #(1 3) #(2 4)) (vector-merge < #(1 3) #(2 4) 1) (vector-merge < #(1 3) #(2 4) 1 1) (vector-merge < #(1 3) #(2 4) 1 2 1)
                                       (vector-merge < #(1 3) #(2 4) 1 2 0 1)))
(define (merged . range) (let ((to (make-vector 5 'x))) (apply vector-merge! < to #(1 3) #(2 4) range) to))
(test '(#(1 2 3 4 x) #(x 1 2 3 4) #(x 2 3 4 x) #(x 2 4 x x) #(x 3 4 x x) #(x 2 3 x x)) (list (merged) (merged 1) (merged 1 1) (merged 1 1 1) (merged 1 1 2 1) (merged 1 1 2 0 1)))

;; duplicate neighbours
(test '((1 2 7 0 -2) () (1)) (list (list-delete-neighbor-dups = '(1 1 2 7 7 7 0 -2 -2)) (list-delete-neighbor-dups = '()) (list-delete-neighbor-dups = '(1 1))))
(test '((1 2 7 0 -2) () (1)) (list (list-delete-neighbor-dups! = (list 1 1 2 7 7 7 0 -2 -2)) (list-delete-neighbor-dups! = '()) (list-delete-neighbor-dups! = (list 1 1))))
(test '(#(1 2 7 0 -2) #(7 0) #()) (list (vector-delete-neighbor-dups = #(1 1 2 7 7 7 0 -2 -2)) (vector-delete-neighbor-dups = #(1 1 2 7 7 7 0 -2 -2) 3 7) (vector-delete-neighbor-dups = #())))
(test '(9 #(0 0 0 1 2 3 4 5 6 4 4 5 5 6 6)) (let ((v (vector 0 0 0 1 1 2 2 3 3 4 4 5 5 6 6))) (list (vector-delete-neighbor-dups! = v 3) v)))

;; median and selection
(test '(none 2 5/2 (2 3) c) (list (vector-find-median < #() 'none) (vector-find-median < #(3 1 2) 'none) (vector-find-median < #(4 1 2 3) 'none) (vector-find-median < #(4 1 2 3) 'none list)
                                (vector-find-median (lambda (a b) (string<? (symbol->string a) (symbol->string b))) #(c e a d b) 'none)))
(test '((none #()) (2 #(1 2 3)) (5/2 #(1 2 3 4))) (map (lambda (v) (let ((copy (vector-copy v))) (list (vector-find-median! < copy 'none) copy))) (list #() #(3 1 2) #(4 1 2 3))))
(test '(2 3) (let ((v (vector 4 1 2 3))) (vector-find-median! < v 'none list)))
(test '(1 3 2 4) (map (lambda (rank) (vector-select! < (vector 4 1 2 3) rank)) '(0 2 1 3)))
(test '(2 1) (list (vector-select! < (vector 0 4 1 2 3) 1 1) (vector-select! < (vector 0 4 1 2 3) 0 1 4)))
(test #t (let loop ((tries 0))
           (or (= tries 200)
               (let* ((list (random-list (+ 1 (draw 60)) 30)) (rank (draw (length list))) (v (list->vector list)) (found (vector-select! < v rank)))
                 (and (= found (list-ref (list-sort < list) rank)) (equal? (vector->list (vector-sort < v)) (list-sort < list)) (loop (+ tries 1)))))))
(test #t (let loop ((tries 0))
           (or (= tries 200)
               (let* ((list (random-list (+ 1 (draw 60)) 30)) (count (draw (+ 1 (length list)))) (v (list->vector list)))
                 (vector-separate! < v count)
                 (and (equal? (list-sort < (vector->list v 0 count)) (vector->list (vector-sort < (list->vector list)) 0 count)) (loop (+ tries 1)))))))
(test '(9 1 2) (let ((v (vector 9 4 2 1 3))) (vector-separate! < v 2 1) (cons (vector-ref v 0) (list-sort < (vector->list v 1 3)))))

(for-each (lambda (thunk) (test-error (thunk)))
          (list (lambda () (list-sort '(1) <)) (lambda () (list-sort < '(1 . 2))) (lambda () (list-sort < #(1))) (lambda () (vector-sort #(1) <)) (lambda () (vector-sort < '(1)))
                (lambda () (vector-sort < #(1 2) 2 1)) (lambda () (vector-sort! < (vector 1 2) 0 3)) (lambda () (vector-merge! < (vector 1) #(1) #(2))) (lambda () (list-merge < '(1) 2))
                (lambda () (vector-select! < (vector 1 2) 2)) (lambda () (vector-select! < (vector) 0)) (lambda () (vector-separate! < (vector 1) 2)) (lambda () (vector-find-median < '() 0))
                (lambda () (list-delete-neighbor-dups '() =)) (lambda () (vector-delete-neighbor-dups = '(1)))))

;; large
(define large (random-list 200000 1000000))
(test #t (list-sorted? < (list-sort < large)))
(test 200000 (length (list-merge! < (list-sort < large) '())))
(test #t (equal? (up 0 100000) (list-sort < (reverse (up 0 100000)))))
(define (median-of list) (vector-find-median < (list->vector list) 0))
(test '(99999/2 49999 1) (list (median-of (up 0 100000)) (median-of (reverse (up 0 99999))) (median-of (map (lambda (x) 1) large))))
(test 100000 (let ((count 0)) (list-sort (lambda (a b) (set! count (+ count 1)) (< a b)) (up 0 50001)) (if (< count 100000) 100000 count)))

(finish "SRFI 132")
