;;; R7RS 6.11: exceptions.

(import (scheme base) (scheme file) (scheme read) (scheme write)
        (scheme process-context))
(include "../prelude.scm")

(test '(caught an-error)
      (call/cc (lambda (k)
                 (with-exception-handler (lambda (e) (k (list 'caught e))) (lambda () (+ 1 (raise 'an-error)))))))
(test 65 (with-exception-handler (lambda (e) 42) (lambda () (+ (raise-continuable 'should-be-a-number) 23))))
(test '(1 2)
      (with-exception-handler (lambda (e) (values 1 2))
        (lambda () (call-with-values (lambda () (raise-continuable 'x)) list))))
;; A handler that returns from raise: a second exception, in the outer handler.
(test '(outer #t)
      (call/cc
       (lambda (k)
         (with-exception-handler
          (lambda (e) (k (list 'outer (error-object? e))))
          (lambda () (with-exception-handler (lambda (e) 'returned) (lambda () (raise 'oops))))))))
;; A handler runs with the outer handler installed.
(test '(outer (inner oops))
      (call/cc
       (lambda (k)
         (with-exception-handler
          (lambda (e) (k (list 'outer e)))
          (lambda ()
            (with-exception-handler
             (lambda (e) (raise (list 'inner e)))
             (lambda () (raise 'oops))))))))
(test '(handled 1 then 2)
      (with-exception-handler
       (lambda (e) (list 'handled e))
       (lambda () (let* ((a (raise-continuable 1)) (b (raise-continuable 2))) (append a (list 'then (cadr b)))))))

(test '("message" (1 "two" three))
      (guard (e ((error-object? e) (list (error-object-message e) (error-object-irritants e))))
        (error "message" 1 "two" 'three)))
(test #f (error-object? 'no))
(test #t (guard (e (#t (error-object? e))) (car 5)))
(test #t
      (guard (e (#t (and (string? (error-object-message e)) (list? (error-object-irritants e))))) (vector-ref #(1) 1)))
(test #t (guard (e (#t (error-object? e))) ("not a procedure")))
(test #t (guard (e (#t (error-object? e))) ((lambda (x) x))))

;; guard
(test 'symbol (guard (e ((symbol? e) 'symbol) ((string? e) 'string)) (raise 'boom)))
(test 'string (guard (e ((symbol? e) 'symbol) ((string? e) 'string)) (raise "boom")))
(test '(again 5) (guard (e (#t (list 'again e))) (guard (e ((symbol? e) 'symbol)) (raise 5))))
(test 'value (guard (e (#f 'never)) 'value))
(test '(1 2) (call-with-values (lambda () (guard (e (#t #f)) (values 1 2))) list))
(test 3 (guard (e ((memv e '(1 2 3)) => car)) (raise 3)))
(test '() (guard (e ((null? e) e)) (raise '())))
(test #f (guard (e ((not e) e)) (raise #f)))
(test 'one (guard (e ((eqv? e 1) 'one) (else 'other)) (raise 1)))
;; Without a matching clause the object is raised again where it was raised first, continuably.
(test 42
      (with-exception-handler
       (lambda (e) 42)
       (lambda () (guard (e ((string? e) 'string)) (raise-continuable 'symbol)))))
(test '(in out in out 5)
      (let ((trace '()))
        (define (note x) (set! trace (cons x trace)))
        (guard (e (#t (note e)))
          (guard (e ((string? e) 'string))
            (dynamic-wind (lambda () (note 'in)) (lambda () (raise 5)) (lambda () (note 'out)))))
        (reverse trace)))
(test '(body 1) (let ((x 1)) (guard (e (#t 'caught)) (define y x) (list 'body y))))
(test 'done (let loop ((n 10000)) (if (= n 0) 'done (loop (guard (e (#t (- n 1))) (raise 'x))))))
(define (nested n) (if (= n 0) (raise 'deep) (guard (e ((string? e) 'no)) (nested (- n 1)))))
(test 'deep (guard (e (#t e)) (nested 50)))

;; errors of the system
(test #t (guard (e ((file-error? e) #t) (else e)) (open-input-file "/no/such/file")))
(test #t (guard (e ((read-error? e) #t) (else e)) (read (open-input-string "(1 . "))))
(test #t (guard (e ((read-error? e) #t) (else e)) (read (open-input-string ")"))))
(test '(#f #f) (guard (e (#t (list (file-error? e) (read-error? e)))) (car 1)))
(test 'recovered
      (let ((p (make-parameter 0)))
        (guard (e (#t (if (= (p) 0) 'recovered 'parameter-lost)))
          (parameterize ((p 1)) (car '())))))

(finish "6.11 exceptions")
