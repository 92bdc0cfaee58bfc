;;; Control: continuations, dynamic extents, parameters.
;;;
;;; The virtual machine keeps three registers for the program: the winders (a list, innermost
;;; first), the exception handlers (a list, see (cozen condition)) and the parameter bindings (an
;;; association list). A continuation keeps the latter two, and %reinstate restores them; the
;;; procedures made of continuations here see to the winders first.

(define-library (cozen control)
  (export values call-with-values
          call-with-current-continuation
          (rename call-with-current-continuation call/cc)
          dynamic-wind %rewind
          make-parameter parameterize %call-with-parameters
          procedure?)
  (import (cozen core) (cozen primitives))
  (begin

    (define (call-with-values producer consumer)
      (receive results (producer)
        (%apply consumer results)))

    ;; Winders: one vector for each dynamic extent that is active.

    (define (make-winder before after)
      (vector before after (%handlers) (%parameters)))

    (define (winder-before winder) (vector-ref winder 0))
    (define (winder-after winder) (vector-ref winder 1))

    ;; A before or after thunk runs with the handlers and parameters of its dynamic-wind.
    (define (restore-environment winder)
      (%set-handlers! (vector-ref winder 2))
      (%set-parameters! (vector-ref winder 3)))

    (define (dynamic-wind before thunk after)
      (before)
      (let ((outer (%winders)))
        (%set-winders! (cons (make-winder before after) outer))
        (receive results (thunk)
          (%set-winders! outer)
          (after)
          (%apply values results))))

    ;; The longest list that both lists end in.
    (define (common-tail a a-length b b-length)
      (cond ((eq? a b) a)
            ((> a-length b-length) (common-tail (cdr a) (- a-length 1) b b-length))
            ((< a-length b-length) (common-tail a a-length (cdr b) (- b-length 1)))
            (else (common-tail (cdr a) (- a-length 1) (cdr b) (- b-length 1)))))

    (define (leave-extents here common)
      (if (not (eq? here common))
          (let ((winder (car here)))
            (%set-winders! (cdr here))
            (restore-environment winder)
            ((winder-after winder))
            (leave-extents (cdr here) common))))

    (define (enter-extents target common)
      (if (not (eq? target common))
          (let ((winder (car target)))
            (enter-extents (cdr target) common)
            (restore-environment winder)
            ((winder-before winder))
            (%set-winders! target))))

    ;; Leaves and enters dynamic extents until `target` are the active ones.
    (define (%rewind target)
      (let ((here (%winders)))
        (if (not (eq? here target))
            (let ((common (common-tail here (length here) target (length target))))
              (leave-extents here common)
              (enter-extents target common)))))

    (define (call-with-current-continuation procedure)
      (let ((continuation (%capture))
            (winders (%winders)))
        (procedure
         (case-lambda
           ((result)
            (if (not (eq? winders (%winders)))
                (%rewind winders))
            (%reinstate-value continuation result))
           (results
            (if (not (eq? winders (%winders)))
                (%rewind winders))
            (%reinstate continuation results))))))

    ;; A parameter is a procedure that is marked as one. Given this object, it answers its outermost binding (a
    ;; pair whose cdr is the value; also the key of inner bindings) and its converter.
    (define access (list 'parameter))

    (define make-parameter
      (case-lambda
        ((value) (parameter-of value (lambda (value) value)))
        ((value converter) (parameter-of (converter value) converter))))

    (define (parameter-of value converter)
      (let ((binding (cons #f value)))
        (%mark-parameter!
         (case-lambda
           (()
            (let ((inner (%parameters)))
              (if (null? inner)
                  (cdr binding)
                  (cdr (or (assq binding inner) binding)))))
           ((request)
            (if (eq? request access)
                (cons binding converter)
                ;; A new value for the innermost binding, as in Chez, Guile and Gambit.
                (set-cdr! (or (assq binding (%parameters)) binding) (converter request))))))))

    ;; Calls `thunk` with more parameter bindings: (parameter . value), values not yet converted.
    (define (%call-with-parameters bindings thunk)
      (let* ((outer (%parameters))
             (inner (extend-parameters bindings outer)))
        (%set-parameters! inner)
        (receive results (thunk)
          (%set-parameters! outer)
          (%apply values results))))

    (define (extend-parameters bindings outer)
      (if (null? bindings)
          outer
          (let* ((parameter (%check-parameter (car (car bindings))))
                 (description (parameter access))
                 (value ((cdr description) (cdr (car bindings)))))
            (cons (cons (car description) value)
                  (extend-parameters (cdr bindings) outer)))))

    (define-syntax parameterize
      (syntax-rules ()
        ((_ () body1 body2 ...)
         (let () body1 body2 ...))
        ((_ ((parameter value) ...) body1 body2 ...)
         (%call-with-parameters (list (cons parameter value) ...)
                                (lambda () body1 body2 ...)))))))
