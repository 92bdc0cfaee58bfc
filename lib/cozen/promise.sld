;;; Promises: delay, delay-force, force (R7RS 4.2.5).

(define-library (cozen promise)
  (export delay delay-force make-promise promise? force)
  (import (cozen core) (cozen primitives))
  (begin

    ;; Promises in a chain of delay-force share one state: a pair of what is known and that. It is #f
    ;; and the thunk that answers a promise, #t and the value, or 'values and the list of values, if
    ;; there are none or several.
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
         (delay-force (receive results expression (promise-of-values results))))))

    (define (promise-of-values results)
      (promise-of
       (if (and (pair? results) (null? (cdr results)))
           (cons #t (car results))
           (cons 'values results))))

    (define (make-promise object)
      (if (promise? object)
          object
          (promise-of (cons #t object))))

    (define (force object)
      (if (promise? object)
          (force-promise object)
          object))

    (define (force-promise promise)
      (case (car (promise-state promise))
        ((#t) (cdr (promise-state promise)))
        ((values) (%apply values (cdr (promise-state promise))))
        (else
          (let ((next ((cdr (promise-state promise)))))
            (if (not (car (promise-state promise)))
                (let ((state (promise-state promise))
                      (next-state (promise-state next)))
                  (set-car! state (car next-state))
                  (set-cdr! state (cdr next-state))
                  (set-promise-state! next state)))
            (force-promise promise)))))))
