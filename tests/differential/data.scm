(import (scheme base) (scheme write) (scheme char))
;; Lists, strings, characters, vectors.

(define (show . items)
  (for-each (lambda (item) (write item) (display " ")) items)
  (newline))

(show (append '(1) '(2 3) '() '(4 . 5)) (reverse '(1 2 3)) (list-tail '(1 2 3 4) 2) (length '(1 2 3)))
(show (assq 'b '((a 1) (b 2))) (assoc 2.0 '((1 one) (2 two))) (member "b" '("a" "b" "c")) (memv 3 '(1 2)))
(show (map + '(1 2 3) '(10 20 30)) (apply + 1 2 '(3 4)) (list-copy '(1 2 3)))
(show (string-append "foo" "bar") (substring "hello" 1 3) (string-length "λx") (string->list "abc"))
(show (string<? "abc" "abd") (string=? "a" "a" "a") (string->symbol "hello") (symbol->string 'abc))
(show (char-upcase #\a) (char->integer #\A) (integer->char 955) #\space #\newline #\x)
(show (string-upcase "abc") (string->number "12") (number->string 12) "a\"b\\c")
(show (vector-map (lambda (x) (* x x)) '#(1 2 3)) (vector->list '#(1 2 3)) (make-vector 2 'x))
(let ((v (vector 5 3 1))) (vector-set! v 0 'changed) (show v (vector-length v)))
(let-values (((a b) (values 1 2)) ((c) (values 3))) (show a b c))
(show `(1 ,(+ 1 1) ,@(list 3 4)) `(1 . ,2))
(show (let loop ((i 0) (l '())) (if (= i 5) l (loop (+ i 1) (cons i l)))))
(show (do ((i 0 (+ i 1)) (s 0 (+ s i))) ((= i 10) s)))
(show (case 3 ((1 2) 'low) ((3 4) 'mid) (else 'high)) (cond ((assv 2 '((1 a) (2 b))) => cadr) (else 'no)))
(show (equal? '(1 #(2 "x")) (list 1 (vector 2 (string #\x)))) (eq? 'a 'a))

(define-syntax swap!
  (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(let ((tmp 1) (other 2)) (swap! tmp other) (show tmp other))
(define-syntax my-or
  (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))
(let ((t 5)) (show (my-or #f t)))
(define-syntax while
  (syntax-rules () ((_ test body ...) (let loop () (if test (begin body ... (loop)) #f)))))
(let ((n 3)) (while (> n 0) (display n) (set! n (- n 1))) (newline))
