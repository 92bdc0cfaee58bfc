;;; Hash tables take equal? of any library.
;;; Reports: sagittarius#275.

(import (scheme base) (scheme write) (srfi 69) (prefix (scheme r5rs) r5:)
   (rename (only (scheme base) equal?) (equal? eq2)))
(define (p x) (write x) (newline))
(for-each (lambda (e) (let ((h (make-hash-table e))) (hash-table-set! h (list 1 "x") 'v)
   (p (hash-table-ref/default h (list 1 (string #\x)) 'none)))) (list equal? r5:equal? eq2
     (lambda (a b) (equal? a b))))
(p (eq? equal? eq2))
(p (map (lambda (f) (guard (e (#t 'error)) (f))) (list (lambda () (make-hash-table 5) 'accepted)
   (lambda () (hash-table-ref (make-hash-table) 1)) (lambda () (hash-table-ref (make-hash-table) 1
     (lambda () 'dflt))) (lambda () (hash-table-set! 5 1 1)) (lambda ()
       (hash-table-update! (make-hash-table) 1 list)) (lambda () (hash-table-update! (make-hash-table) 1 list 5))
         (lambda () (hash-table-ref/default 5 1 2)) (lambda () (alist->hash-table 5))
           (lambda () (hash-table->alist (alist->hash-table '((a . 1) (a . 2))))))))
