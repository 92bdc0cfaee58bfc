;;; SRFI 43: vectors.

(import (except (scheme base) vector-copy vector-map vector-for-each) (scheme write) (scheme process-context) (srfi 43))
(include "../prelude.scm")

;; constructors
(test '(#(3 3) #(0 1 2) #(0 -1 -2 -3) #(0 1 2) #(2 1 0) #()) (list (make-vector 2 3) (vector 0 1 2) (vector-unfold (lambda (i x) (values x (- x 1))) 4 0)
                                                  (vector-unfold values 3) (vector-unfold-right (lambda (i x) (values x (+ x 1))) 3 0) (vector-unfold values 0)))
(define letters #(a b c d e f g h i))
(test '(#(a b c d e f g h i) #(g h i) #(d e f) #(g h i x x x) #() #(x)) (list (vector-copy letters) (vector-copy letters 6) (vector-copy letters 3 6) (vector-copy letters 6 12 'x)
                                                        (vector-copy letters 9) (vector-copy #() 0 1 'x)))
(test 12 (vector-length (vector-copy letters 0 12)))
(test-error (vector-copy letters 10 12 'x))
(test-error (vector-copy letters 3 2))
(test-error (vector-copy letters -1))
(test '(#(1 2 3 4) #(2 1) #(b a) #(x y) #() #(a b c d)) (list (vector-reverse-copy #(5 4 3 2 1 0) 1 5) (vector-reverse-copy #(0 1 2) 1) (vector-reverse-copy #(a b))
                                                          (vector-append #(x) #(y)) (vector-concatenate '()) (vector-concatenate '(#(a b) #(c d)))))
(test-error (vector-reverse-copy #(1 2 3) 2 1))
(test-error (vector-reverse-copy #(1 2 3) 0 4))

;; predicates and selectors
(test '(#t #f #f #t #f) (list (vector? #()) (vector? '()) (vector-empty? #(a)) (vector-empty? #()) (vector-empty? #(#()))))
(test '(#t #f #f #t #t #t #f) (list (vector= eq? #(a b) #(a b)) (vector= eq? #(a b) #(b a)) (vector= = #(1 2) #(1 2 3)) (vector= eq?) (vector= eq? #(a))
                                 (vector= equal? (vector (vector 'a)) (vector (vector 'a))) (vector= = #(1) #(1) #(2))))
(test '(c 4) (list (vector-ref #(a b c) 2) (vector-length #(a b c d))))
(test-error (vector-ref #(a) 1))

;; iteration: the index comes first
(test '((c b a) 6 (a b c d) ((1 b y) (0 a x)) ((0 a x) (1 b y)))
      (list (vector-fold (lambda (index tail element) (cons element tail)) '() #(a b c))
            (vector-fold (lambda (index sum element) (+ sum (* index element))) 0 #(9 2 2))
            (vector-fold-right (lambda (index tail element) (cons element tail)) '() #(a b c d))
            (vector-fold (lambda (index tail a b) (cons (list index a b) tail)) '() #(a b c) #(x y))
            (vector-fold-right (lambda (index tail a b) (cons (list index a b) tail)) '() #(a b c) #(x y))))
(test '(#(1 4 9) #(5 8 9) #(1 3 5 7) #()) (list (vector-map (lambda (i x) (* x x)) #(1 2 3)) (vector-map (lambda (i x y) (* x y)) #(1 2 3 4) #(5 4 3))
                                             (vector-map (lambda (i x) (+ i x)) #(1 2 3 4)) (vector-map list #())))
(test '(#(1 3 5) #(11 23 3)) (let ((a (vector 1 2 3)) (b (vector 1 2 3)))
                           (vector-map! + a)
                           (vector-map! + b #(10 20))
                           (list a b)))
(test '(((1 b) (0 a)) ((0 a x))) (let ((seen '()) (pairs '()))
                                   (vector-for-each (lambda (i x) (set! seen (cons (list i x) seen))) #(a b))
                                   (vector-for-each (lambda (i x y) (set! pairs (cons (list i x y) pairs))) #(a b) #(x))
                                   (list seen pairs)))
(test '(2 1) (list (vector-count (lambda (i x) (even? x)) #(1 2 4)) (vector-count (lambda (i x y) (< i x y)) #(1 2 4) #(2 2 3))))

;; searching
(test '(2 #f 1 3 #f) (list (vector-index even? #(3 1 4 1 6)) (vector-index < #(3 1) #(1 1)) (vector-index < #(3 1) #(1 2)) (vector-index-right even? #(1 2 3 4 5))
                           (vector-index-right even? #())))
(test '(2 0) (list (vector-skip number? #(1 2 a b 3)) (vector-skip-right number? #(a 1 2))))
(define (compare a b) (- a b))
(test '(2 #f #f) (list (vector-binary-search #(1 3 5 7) 5 compare) (vector-binary-search #(1 3 5 7) 4 compare) (vector-binary-search #() 1 compare)))
(test '(b #f #t 3 #f) (list (vector-any (lambda (x) (and (symbol? x) x)) #(1 b c)) (vector-any even? #()) (vector-every even? #()) (vector-every (lambda (x) x) #(1 2 3))
                         (vector-every < #(1 3) #(2 3))))

;; mutators
(define (changed change vector . arguments)
  (let ((copy (vector-copy vector)))
    (apply change copy arguments)
    copy))
(test '(#(a x c) #(c b a) #(x x x) #(a x c) #(a c b) #(b a c))
      (list (changed vector-set! #(a b c) 1 'x) (changed vector-swap! #(a b c) 0 2) (changed vector-fill! #(a b c) 'x) (changed vector-fill! #(a b c) 'x 1 2)
            (changed vector-reverse! #(a b c) 1) (changed vector-reverse! #(a b c) 0 2)))
(test '(#(c b a) #(a x y) #(a y c) #(y x c)) (list (changed vector-reverse! #(a b c)) (changed vector-copy! #(a b c) 1 #(x y)) (changed vector-copy! #(a b c) 1 #(x y) 1)
                                        (changed vector-reverse-copy! #(a b c) 0 #(x y))))
(test-error (vector-reverse! (vector 1 2 3) 2 1))
(test-error (vector-reverse! (vector 1 2 3) 0 4))
(test-error (vector-copy! (vector 1) 0 #(1 2)))
(test-error (vector-swap! (vector 1) 0 1))

;; conversion
(test '((b c) (c b a) (b) #(a b) #(b a)) (list (vector->list #(a b c) 1) (reverse-vector->list #(a b c)) (reverse-vector->list #(a b c) 1 2) (list->vector '(a b))
                                              (reverse-list->vector '(a b))))

(test 4999950000 (vector-fold (lambda (i sum x) (+ sum x)) 0 (vector-map (lambda (i x) i) (make-vector 100000))))

(finish "SRFI 43")
