;;; Argument lists and values that are more than any frame has slots for.

(import (scheme base) (scheme write) (scheme process-context) (scheme eval))
(include "../prelude.scm")

(define (up-to n)
  (let loop ((n n) (list '())) (if (= n 0) list (loop (- n 1) (cons n list)))))
(define (count-all . all) (length all))
(define (pick first second . rest) (list first second (length rest) (list-ref rest 65000)))
(define (three a b c) (list a b c))

(test '(65533 65534 65535 65536 70000)
      (map (lambda (n) (apply count-all (up-to n))) '(65533 65534 65535 65536 70000)))
(test '(1 2 69998 65003) (apply pick (up-to 70000)))
(test '(1 2 69998 65003) (call-with-values (lambda () (apply values (up-to 70000))) pick))
(test 70000 (call-with-values (lambda () (apply values (up-to 70000))) count-all))
(test 2450035000 (apply + (up-to 70000)))
(test 70000 (vector-length (apply vector (up-to 70000))))
(test-error (apply three (up-to 70000)))
(test-error (apply three (up-to 65533)))
(test-error (apply three (up-to 65534)))
(test-error (apply three (up-to 65535)))
(test-error (apply three (up-to 65536)))

;; Literal calls.
(define here (environment '(scheme base)))
(define (call-of procedure count) (eval (cons procedure (up-to count)) here))
(test '(4095 4096 4097 4098) (map (lambda (n) (length (call-of 'list n))) '(4095 4096 4097 4098)))
(test (up-to 66000) (call-of 'list 66000))
(test 5000 (vector-length (call-of 'vector 5000)))
(test 12502500 (call-of '+ 5000))
(test 5000 (call-of count-all 5000))
(test '(1 2 65998 65003) (call-of pick 66000))
(test-error (call-of three 5000))
(test 10000
      (string-length (eval (cons 'string-append (map (lambda (n) "ab") (up-to 5000))) here)))
(test 5000
      (eval `(call-with-values (lambda () (values ,@(up-to 5000))) ,count-all) here))
;; The operator first, then the operands in their order, each once.
(test '(operator 1 2 3)
      (let ((log '()))
        (define (note x) (set! log (cons x log)) x)
        (eval `((begin (,note 'operator) list) ,@(map (lambda (n) (list note n)) (up-to 5000))) here)
        (let ((order (reverse log)))
          (list (car order) (cadr order) (list-ref order 2) (list-ref order 3)))))
;; An operand that returns again leaves the other arguments alone.
(test '((5000 1 2 3) (5000 1 20 3) (5000 1 2 3))
      (let ((again #f) (results '()))
        (define (second) (call/cc (lambda (k) (set! again k) 2)))
        (define (note . all)
          (set! results (cons (list (length all) (car all) (cadr all) (list-ref all 2)) results))
          all)
        (let ((first (eval `(,note 1 (,second) ,@(cddr (up-to 5000))) here)))
          (if (= (length results) 1)
              (again 20)
              (begin
                (set! results (cons (list (length first) (car first) 2 (list-ref first 2)) results))
                (reverse results))))))

(finish "long argument lists")
