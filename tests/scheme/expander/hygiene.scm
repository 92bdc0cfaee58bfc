;;; Hygiene: the classics, run.

(import (scheme base) (scheme case-lambda) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define-syntax swap!
  (syntax-rules ()
    ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(test '(2 1) (let ((tmp 1) (other 2)) (swap! tmp other) (list tmp other)))

(define-syntax my-or
  (syntax-rules ()
    ((_) #f)
    ((_ e) e)
    ((_ e r ...) (let ((t e)) (if t t (my-or r ...))))))
(test 5 (let ((t 5) (if list)) (my-or #f t)))

(define-syntax loop-until
  (syntax-rules ()
    ((_ break body ...)
     (call-with-current-continuation
      (lambda (break) (let repeat () body ... (repeat)))))))
(test 10 (let ((i 0)) (loop-until stop (set! i (+ i 1)) (if (= i 10) (stop i)))))

(define-syntax while
  (syntax-rules ()
    ((_ condition body ...) (let loop () (when condition body ... (loop))))))
(test '(3 2 1)
      (let ((loop 0) (collected '()))
        (while (< loop 3)
          (set! loop (+ loop 1))
          (set! collected (cons loop collected)))
        collected))

(test 1 (let ((else #f)) (cond (#f 2) (else 3) (#t 1))))
(test 'ok (let ((=> #f)) (cond (#t => 'ok))))
(test '(1 2 3) (let ((if list)) (if 1 2 3)))
(test '(2 3 4) (let () (define (begin . all) (map (lambda (x) (+ x 1)) all)) (begin 1 2 3)))

(define-syntax define-counter
  (syntax-rules ()
    ((_ next) (begin (define count 0) (define (next) (set! count (+ count 1)) count)))))
(define count 'mine)
(define-counter first-counter)
(define-counter second-counter)
(first-counter)
(first-counter)
(test '(3 1 mine) (let* ((first (first-counter)) (second (second-counter))) (list first second count)))

(define-syntax jabberwocky
  (syntax-rules ()
    ((_ hatter)
     (begin
       (define march-hare 42)
       (define-syntax hatter (syntax-rules () ((_) march-hare)))))))
(jabberwocky mad-hatter)
(test 42 (mad-hatter))

(define-syntax kons (syntax-rules () ((_ a b) (cons a b))))
(test '(1 . 2) (let ((cons list)) (kons 1 2)))

(define-syntax my-let*
  (syntax-rules ()
    ((_ () body ...) (let () body ...))
    ((_ ((x v) rest ...) body ...) (let ((x v)) (my-let* (rest ...) body ...)))))
(test 6 (my-let* ((a 1) (a (+ a 1)) (b (* a 3))) b))

(let-syntax ((given (syntax-rules () ((_ x) (let ((y 1)) (+ x y))))))
  (test 11 (let ((y 10)) (given y))))

(test '(outer inner)
      (let-syntax ((m (syntax-rules () ((_) 'outer))))
        (list (let-syntax ((m (syntax-rules () ((_) 'inner))) (n (syntax-rules () ((_) (m))))) (n))
              (letrec-syntax ((m (syntax-rules () ((_) 'inner))) (n (syntax-rules () ((_) (m)))))
                (n)))))

(define-syntax my-if
  (syntax-rules (then else)
    ((_ c then a else b) (cond (c a) (else b)))))
(test '(yes no) (list (my-if #t then 'yes else 'no) (my-if #f then 'yes else 'no)))

;; A macro that sorts at expansion time leaves no trace of its own names.
(define-syntax reverse-list
  (syntax-rules ()
    ((_ (done ...)) (list done ...))
    ((_ (done ...) x rest ...) (reverse-list (x done ...) rest ...))))
(test '(3 2 1) (reverse-list () 1 2 3))

(test '(5 (1 2) 3)
      (let ()
        (define-values (a b . c) (values 1 2 3 4))
        (define-record-type thing (make-thing size) thing? (size thing-size set-thing-size!))
        (define it (make-thing 3))
        (set-thing-size! it 5)
        (list (thing-size it) (list a b) (car c))))

(define choose
  (case-lambda
    (() 'none)
    ((a) (list 'one a))
    ((a b) (list 'two a b))
    ((a b c . rest) (list 'many a b c rest))))
(test '(none (one 1) (two 1 2) (many 1 2 3 ()) (many 1 2 3 (4 5)))
      (list (choose) (choose 1) (choose 1 2) (choose 1 2 3) (choose 1 2 3 4 5)))

(test 'refused
      (guard (condition (#t 'refused))
        ((case-lambda (() 0) ((a b) 2)) 1)))

(finish "expander: hygiene")
