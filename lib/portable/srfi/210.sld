;;; SRFI 210: procedures and syntax for multiple values.

(define-library (srfi 210)
  (export apply/mv call/mv list/mv vector/mv box/mv value/mv coarity set!-values with-values
          case-receive bind/mv
          list-values vector-values box-values value identity compose-left compose-right
          map-values bind/list bind/box bind)
  (import (scheme base) (scheme case-lambda) (only (srfi 195) box unbox))
  (begin

    ;; syntax

    (define-syntax list/mv
      (syntax-rules ()
        ((_ element ... producer)
         (cons* element ... (call-with-values (lambda () producer) list)))))

    (define-syntax cons*
      (syntax-rules ()
        ((_ last) last)
        ((_ first more ...) (cons first (cons* more ...)))))

    (define-syntax apply/mv
      (syntax-rules ()
        ((_ operator operand ... producer)
         (apply operator (list/mv operand ... producer)))))

    (define-syntax call/mv
      (syntax-rules ()
        ((_ consumer producer ...)
         (apply consumer (append (list/mv producer) ...)))))

    (define-syntax vector/mv
      (syntax-rules ()
        ((_ element ... producer)
         (list->vector (list/mv element ... producer)))))

    (define-syntax box/mv
      (syntax-rules ()
        ((_ element ... producer)
         (apply/mv box element ... producer))))

    (define-syntax value/mv
      (syntax-rules ()
        ((_ index operand ... producer)
         (apply/mv value index operand ... producer))))

    (define-syntax coarity
      (syntax-rules ()
        ((_ producer) (length (list/mv producer)))))

    (define-syntax set!-values
      (syntax-rules ()
        ((_ formals producer)
         (assign-values formals () formals producer))))

    ;; (assign-values rest (((variable temporary) ...)) formals producer): a temporary for each
    ;; variable, then the assignments.
    (define-syntax assign-values
      (syntax-rules ()
        ((_ () ((variable temporary) ...) formals producer)
         (call-with-values (lambda () producer)
           (lambda (temporary ...)
             (set! variable temporary) ...
             (if #f #f))))
        ((_ (variable . rest) (pair ...) formals producer)
         (assign-values rest (pair ... (variable temporary)) formals producer))
        ((_ last ((variable temporary) ...) formals producer)
         (call-with-values (lambda () producer)
           (lambda (temporary ... . more)
             (set! variable temporary) ...
             (set! last more))))))

    (define-syntax with-values
      (syntax-rules ()
        ((_ producer consumer)
         (call-with-values (lambda () producer) consumer))))

    (define-syntax case-receive
      (syntax-rules ()
        ((_ producer clause ...)
         (with-values producer (case-lambda clause ...)))))

    (define-syntax bind/mv
      (syntax-rules ()
        ((_ producer transducer ...)
         (bind/list (list/mv producer) transducer ...))))

    ;; procedures

    (define (list-values list) (apply values list))
    (define (vector-values vector) (apply values (vector->list vector)))
    (define box-values unbox)
    (define identity values)

    (define (value index . objects)
      (if (not (and (exact-integer? index) (<= 0 index) (< index (length objects))))
          (error "value: no index of a value:" index))
      (list-ref objects index))

    (define (check-procedures objects who)
      (for-each (lambda (object)
                  (if (not (procedure? object))
                      (error (string-append who ": expected a procedure, found") object)))
                objects))

    ;; The first transducer is applied first.
    (define (chain transducers)
      (cond ((null? transducers) values)
            ((null? (cdr transducers)) (car transducers))
            (else
             (let ((first (car transducers)) (rest (chain (cdr transducers))))
               (lambda arguments
                 (call-with-values (lambda () (apply first arguments)) rest))))))

    (define (compose-left . transducers)
      (check-procedures transducers "compose-left")
      (chain transducers))

    (define (compose-right . transducers)
      (check-procedures transducers "compose-right")
      (chain (reverse transducers)))

    (define (map-values procedure)
      (check-procedures (list procedure) "map-values")
      (lambda arguments (apply values (map procedure arguments))))

    (define (bind/list list . transducers)
      (check-procedures transducers "bind/list")
      (apply (chain transducers) list))

    (define (bind/box box . transducers)
      (check-procedures transducers "bind/box")
      (call-with-values (lambda () (unbox box)) (chain transducers)))

    (define (bind object . transducers)
      (check-procedures transducers "bind")
      ((chain transducers) object))))
