(import (scheme base) (scheme write))
;; Continuations: escapes, generators, winding.

(define (find-first ok? items)
  (call-with-current-continuation
    (lambda (return)
      (for-each (lambda (item) (if (ok? item) (return item))) items)
      'none)))
(write (find-first even? '(1 3 4 5 6))) (newline)
(write (find-first even? '(1 3 5))) (newline)

(define trace '())
(define (note x) (set! trace (cons x trace)))
(call-with-current-continuation
  (lambda (leave)
    (dynamic-wind
      (lambda () (note 'in))
      (lambda () (dynamic-wind
                   (lambda () (note 'deep-in))
                   (lambda () (leave 'left))
                   (lambda () (note 'deep-out))))
      (lambda () (note 'out)))))
(write (reverse trace)) (newline)

(define (tree-walk tree)
  (define resume #f)
  (define return #f)
  (define (visit node)
    (cond ((pair? node) (visit (car node)) (visit (cdr node)))
          ((null? node) #f)
          (else (call-with-current-continuation
                  (lambda (k) (set! resume k) (return node))))))
  (lambda ()
    (call-with-current-continuation
      (lambda (k)
        (set! return k)
        (if resume (resume #f) (begin (visit tree) (return 'done)))))))
(define next (tree-walk '((1 2) (3 (4)) 5)))
(let loop ((found '()) (left 5))
  (if (= left 0)
      (begin (write (reverse found)) (newline))
      (loop (cons (next) found) (- left 1))))

(call-with-values (lambda () (values 1 2 3))
  (lambda (a . rest) (write (list a rest)) (newline)))
(define parameter (make-parameter 10))
(write (list (parameter) (parameterize ((parameter 20)) (parameter)) (parameter))) (newline)
(write (guard (e ((symbol? e) (list 'caught e))) (raise 'oops))) (newline)
(write (guard (e (#f 'never)) (guard (e2 ((number? e2) (* 2 e2))) (raise 21)))) (newline)
