;;; SRFI 5, 34, 38, 45, 61, 71 and 98: small ones, most of them syntax.

(import (scheme base) (scheme write) (scheme process-context)
        (prefix (srfi 5) signature-) (prefix (srfi 34) srfi-34:) (srfi 38) (prefix (srfi 45) srfi-45:)
        (rename (srfi 61) (cond general-cond)) (prefix (srfi 71) multiple:)
        (prefix (srfi 98) srfi-98:))
(include "../prelude.scm")

;; SRFI 5
(test 3 (signature-let ((a 1) (b 2)) (+ a b)))
(test 'empty (signature-let () 'empty))
(test '(3 2 1) (signature-let loop ((i 1) (result '())) (if (> i 3) result (loop (+ i 1) (cons i result)))))
(test '(3 2 1) (signature-let (loop (i 1) (result '())) (if (> i 3) result (loop (+ i 1) (cons i result)))))
(test '(1 (2 3)) (signature-let ((a 1) . (rest 2 3)) (list a rest)))
(test '(1 2) (signature-let (rest 1 2) rest))
(test '((1 2) (8 9)) (signature-let loop ((a 1) . (rest 8 9)) (if (number? a) (loop (list a 2) 8 9) (list a rest))))
(test '(done 1 2 3) (signature-let (loop (a 3) . (rest)) (if (= a 0) (cons 'done rest) (apply loop (- a 1) a rest))))
(test '(1 2 3) (signature-let loop (all 1 2 3) all))
(test 'once (signature-let (loop) 'once))

;; SRFI 34
(test '(caught 42) (srfi-34:guard (x (#t (list 'caught x))) (srfi-34:raise 42)))
(test 'else (srfi-34:guard (x ((symbol? x) 'symbol) (else 'else)) (srfi-34:raise 1)))
(test '(23) (srfi-34:guard (c ((assq 'a c) => cdr) ((assq 'b c))) (srfi-34:raise (list '(a 23)))))
(test 'k (call-with-current-continuation
          (lambda (k) (srfi-34:with-exception-handler (lambda (e) (k 'k)) (lambda () (srfi-34:raise 'oops))))))

;; SRFI 38
(define (written f . arguments)
  (let ((port (open-output-string))) (apply f (append arguments (list port))) (get-output-string port)))
(test "#0=(1 . #0#)" (let ((l (list 1))) (set-cdr! l l) (written write/ss l)))
(test "(#0=(a) #0#)" (let ((l (list 'a))) (written write-with-shared-structure (list l l))))
(test "1" (let ((port (open-output-string))) (write/ss 1 port 'option) (get-output-string port)))
(test #t (let ((l (read-with-shared-structure (open-input-string "#1=(x . #1#)")))) (eq? l (cdr l))))
(test #t (let ((l (read/ss (open-input-string "(#1=(x) #1#)")))) (eq? (car l) (cadr l))))

;; SRFI 45
(define (stream-from n) (srfi-45:delay (cons n (stream-from (+ n 1)))))
(define (stream-ref s n)
  (if (= n 0) (car (srfi-45:force s)) (stream-ref (cdr (srfi-45:force s)) (- n 1))))
(test 5 (stream-ref (stream-from 0) 5))
(define (count-down n) (srfi-45:lazy (if (= n 0) (srfi-45:delay 'done) (count-down (- n 1)))))
(test 'done (srfi-45:force (count-down 100000)))
(test '(1 1) (let* ((count 0) (p (srfi-45:delay (begin (set! count (+ count 1)) count))) (a (srfi-45:force p)))
               (list a (srfi-45:force p))))
(test 3 (srfi-45:force (srfi-45:eager 3)))
(test 4 (srfi-45:force (srfi-45:force (srfi-45:eager (srfi-45:eager 4)))))

;; SRFI 61
(test '(1 2) (general-cond ((values 1 2) (lambda (a b) (< a b)) => list) (else 'no)))
(test 'no (general-cond ((values 2 1) < => list) (else 'no)))
(test '(#\a #\b) (let ((port (open-input-string "ab")))
                   (let loop () (general-cond ((read-char port) char? => (lambda (c) (cons c (loop)))) (else '())))))
(test '(2 3 yes 5 6)
      (list (general-cond (#f 1) (#t 2)) (general-cond (3)) (general-cond ((memv 1 '(1)) => (lambda (x) 'yes)))
            (general-cond (#f) (5)) (general-cond (#f) (else 5 6))))

;; SRFI 71
(test '(1 2 3 (4 5)) (multiple:let ((a 1) (b c (values 2 3)) ((values . d) (values 4 5))) (list a b c d)))
(test '(2 1) (let ((a 1) (b 2)) (multiple:let ((a b) (b a)) (list a b))))
(test '(1 (2 3)) (multiple:let (((values a . b) (values 1 2 3))) (list a b)))
(test 'none (multiple:let (((values) (values))) 'none))
(test 10 (multiple:let loop ((i 0) (sum 0)) (if (= i 5) sum (loop (+ i 1) (+ sum i)))))
(test '(1 2 3) (multiple:let* ((a 1) (b c (values (+ a 1) (+ a 2)))) (list a b c)))
(test 'body (multiple:let* () 'body))
(test '(#t #f) (multiple:letrec ((my-even? my-odd? (values (lambda (n) (or (= n 0) (my-odd? (- n 1))))
                                                         (lambda (n) (and (> n 0) (my-even? (- n 1)))))))
                 (list (my-even? 10) (my-odd? 10))))
(test '(1 (2)) (multiple:letrec (((values a . b) (values 1 2))) (list a b)))
(test '(1 (2 3)) (multiple:uncons '(1 2 3)))
(test '(1 2 (3)) (multiple:uncons-2 '(1 2 3)))
(test '(1 2 3 ()) (multiple:uncons-3 '(1 2 3)))
(test '(1 2 3 4 (5)) (multiple:uncons-4 '(1 2 3 4 5)))
(test '(a 1 ((b . 2))) (multiple:uncons-cons '((a . 1) (b . 2))))
(test '(1 2) (multiple:unlist '(1 2)))
(test '(1 2) (multiple:unvector #(1 2)))
(test '((1 2) #(1 2)) (list (multiple:values->list (values 1 2)) (multiple:values->vector (values 1 2))))
(test-error (multiple:uncons 1))
(test-error (multiple:let ((a b (values 1 2 3))) a))

;; SRFI 98
(test '(#t #f)
      (list (string? (srfi-98:get-environment-variable "PATH")) (srfi-98:get-environment-variable "no such variable")))
(test #t (and (assoc "PATH" (srfi-98:get-environment-variables)) #t))
(finish "SRFI 5, 34, 38, 45, 61, 71 and 98")
