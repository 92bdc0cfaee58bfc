;;; Deep recursion through handlers and captured continuations.

(import (scheme base) (scheme write) (scheme process-context))
(include "../../prelude.scm")

;; Handlers that return from `raise`, one after the other: the message does not grow, and the time is linear.
(define (returning depth)
  (if (= depth 0)
      (raise 'boom)
      (with-exception-handler (lambda (e) e) (lambda () (+ 1 (returning (- depth 1)))))))
(test '("the exception handler returned from: uncaught object: boom" #t)
      (let* ((messages '())
             (message
              (guard (e (#t (error-object-message e)))
                (with-exception-handler
                 (lambda (e) (set! messages (cons (error-object-message e) messages)))
                 (lambda () (returning 30000))))))
        (list message (equal? messages (list message)))))

;; Captured frames count as frames on the stack; so do these, which are few enough.
(define (deep-captures n) (if (= n 0) 0 (+ 1 (call/cc (lambda (k) (deep-captures (- n 1)))))))
(define (deep-guards n) (if (= n 0) (raise 'boom) (+ 1 (guard (e (#f 1)) (deep-guards (- n 1))))))
(test 100000 (deep-captures 100000))
(test 'boom (guard (e (#t e)) (deep-guards 20000)))

(finish "deep handlers and continuations")
