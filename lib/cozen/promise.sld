;;; Promises: delay, delay-force, force (R7RS 4.2.5).

(define-library (cozen promise)
  (export delay delay-force make-promise promise? force)
  (import (cozen core) (cozen primitives))
  (begin

    ;; Promises in a chain of delay-force share one state: a pair of whether the value is known, and
    ;; the value, or the thunk that answers a promise.
    (define-record-type promise
      (promise-of state)
      promise?
      (state promise-state set-promise-state!))

    (define-syntax delay-force
      (syntax-rules ()
        ((_ expression)
         (promise-of (cons #f (lambda () expression))))))

    (define-syntax delay
      (syntax-rules ()
        ((_ expression)
         (delay-force (promise-of (cons #t expression))))))

    (define (make-promise object)
      (if (promise? object)
          object
          (promise-of (cons #t object))))

    (define (force object)
      (if (promise? object)
          (force-promise object)
          object))

    (define (force-promise promise)
      (if (car (promise-state promise))
          (cdr (promise-state promise))
          (let ((next ((cdr (promise-state promise)))))
            (if (not (car (promise-state promise)))
                (let ((state (promise-state promise))
                      (next-state (promise-state next)))
                  (set-car! state (car next-state))
                  (set-cdr! state (cdr next-state))
                  (set-promise-state! next state)))
            (force-promise promise))))))
