;;; Promises: delay, delay-force, force (R7RS 4.2.5).

(define-library (cozen promise)
  (export delay delay-force make-promise promise? force %forced %value-of)
  (import (cozen core) (cozen primitives) (only (cozen condition) %check-argument))
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

    ;; In two steps, so that the first one is no tail call where `force` is one (`core::pass::keep_callers`).
    (define (force object) (%value-of (%forced object)))

    ;; The object; if it is a promise, its value is known now. In backtraces this step has the name of the whole.
    (define %forced
      (let ((force (lambda (object)
                     (if (promise? object)
                         (let loop ()
                           (if (not (car (promise-state object)))
                               (begin
                                 (run object)
                                 (loop)))))
                     object)))
        force))

    ;; Runs the thunk of a promise. Its value is known then, or it has the thunk of the promise that the thunk answered.
    (define (run promise)
      (let ((next ((cdr (promise-state promise)))))
        (%check-argument promise? next 'delay-force 1 "promise")
        (if (not (car (promise-state promise)))
            (let ((state (promise-state promise))
                  (next-state (promise-state next)))
              (set-car! state (car next-state))
              (set-cdr! state (cdr next-state))
              (set-promise-state! next state)))))

    ;; The values of a promise that was forced; any other object itself.
    (define (%value-of object)
      (cond ((not (promise? object)) object)
            ((eq? (car (promise-state object)) #t) (cdr (promise-state object)))
            (else (%apply values (cdr (promise-state object))))))))
