;;; Data of ephemerons that are only reached through ephemerons; keys old and young.
;;; Reports: ocaml/ocaml#9391,22,13643.

(import (scheme base) (scheme write) (cozen memory))
(define (p x) (write x) (newline))
(define keys (let loop ((i 0) (l '())) (if (= i 500) l (loop (+ i 1) (cons (list i) l)))))
(define ephs (map (lambda (k) (make-ephemeron k (vector (car k) (list 'datum (car k))))) keys))
(define (check) (let loop ((k keys) (e ephs) (ok #t)) (if (null? k) ok
   (loop (cdr k) (cdr e) (and ok (eq? (car k) (ephemeron-key (car e)))
     (equal? (ephemeron-value (car e)) (vector (caar k) (list 'datum (caar k)))))))))
(do ((i 0 (+ i 1))) ((= i 5)) (collect-garbage) (make-vector 10000 (list i)))
(p (check))
;; reversed chain: value of ephemeron i holds key i+1; only key 0 live
(define k0 (list 0))
(define chain (let loop ((i 0) (k k0) (acc '())) (if (= i 300) acc
   (let ((n (list (+ i 1)))) (loop (+ i 1) n (cons (make-ephemeron k n) acc))))))
(collect-garbage)
(collect-garbage)
(p (let loop ((c chain) (n 0)) (if (null? c) n (loop (cdr c) (if (pair? (ephemeron-value (car c))) (+ n 1) n)))))
(set! k0 #f)
(collect-garbage)
(collect-garbage)
(p (let loop ((c chain) (n 0)) (if (null? c) n (loop (cdr c) (if (pair? (ephemeron-value (car c))) (+ n 1) n)))))
;; ephemeron as key of ephemeron
(define e1 (make-ephemeron ephs 'x))
(define e2 (make-ephemeron e1 e1))
(define e3 (make-ephemeron (list 1) e2))
(collect-garbage)
(p (list (ephemeron-value e1) (eq? e1 (ephemeron-value e2)) (pair? (ephemeron-key e3)) (length ephs)))
(p (ephemeron-value (make-ephemeron 5 6)))
