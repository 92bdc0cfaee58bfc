;;; SRFI 17: generalized set!.

(define-library (srfi 17)
  (export (rename general-set! set!) setter getter-with-setter)
  (import (scheme base) (scheme cxr) (srfi 69))
  (begin

    (define-syntax general-set!
      (syntax-rules ()
        ((_ (procedure argument ...) value) ((setter procedure) argument ... value))
        ((_ variable value) (set! variable value))))

    ;; An entry goes with its getter.
    (define setters (make-hash-table eq? 'weak-keys))

    (define (setter procedure)
      (or (hash-table-ref/default setters procedure #f)
          (error "setter: the procedure has no setter:" procedure)))

    (define (set-setter! procedure new-setter)
      (if (not (and (procedure? procedure) (procedure? new-setter)))
          (error "setter: expected procedures, found" procedure new-setter))
      (hash-table-set! setters procedure new-setter))

    (define (getter-with-setter getter setter)
      (let ((result (lambda arguments (apply getter arguments))))
        (set-setter! result setter)
        result))

    (define-syntax define-setters
      (syntax-rules ()
        ((_ (getter setter) ...)
         (begin (set-setter! getter setter) ...))))

    ;; Of a composition of car and cdr, the last step is set.
    (define-syntax define-path-setters
      (syntax-rules ()
        ((_ (getter set inner) ...)
         (begin (set-setter! getter (lambda (pair value) (set (inner pair) value))) ...))))

    (define-setters
      (setter set-setter!) (car set-car!) (cdr set-cdr!)
      (vector-ref vector-set!) (string-ref string-set!) (bytevector-u8-ref bytevector-u8-set!)
      (list-ref list-set!) (hash-table-ref/default
                            (lambda (table key default value) (hash-table-set! table key value))))

    (define-path-setters
      (caar set-car! car) (cadr set-car! cdr) (cdar set-cdr! car) (cddr set-cdr! cdr)
      (caaar set-car! caar) (caadr set-car! cadr) (cadar set-car! cdar) (caddr set-car! cddr)
      (cdaar set-cdr! caar) (cdadr set-cdr! cadr) (cddar set-cdr! cdar) (cdddr set-cdr! cddr)
      (caaaar set-car! caaar) (caaadr set-car! caadr) (caadar set-car! cadar)
      (caaddr set-car! caddr) (cadaar set-car! cdaar) (cadadr set-car! cdadr)
      (caddar set-car! cddar) (cadddr set-car! cdddr) (cdaaar set-cdr! caaar)
      (cdaadr set-cdr! caadr) (cdadar set-cdr! cadar) (cdaddr set-cdr! caddr)
      (cddaar set-cdr! cdaar) (cddadr set-cdr! cdadr) (cdddar set-cdr! cddar)
      (cddddr set-cdr! cdddr))))
