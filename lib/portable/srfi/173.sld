;;; SRFI 173: hooks.

(define-library (srfi 173)
  (export make-hook hook? list->hook list->hook! hook-add! hook-delete! hook-reset! hook->list
          hook-run)
  (import (scheme base))
  (begin

    ;; The procedures in the order in which they were added.
    (define-record-type hook
      (new-hook arity procedures)
      hook?
      (arity hook-arity)
      (procedures hook-procedures set-hook-procedures!))

    (define (check-hook name object)
      (if (not (hook? object)) (error (string-append name ": expected a hook, found") object)))

    (define (check-procedures name objects)
      (for-each (lambda (object)
                  (if (not (procedure? object))
                      (error (string-append name ": expected a procedure, found") object)))
                objects))

    (define (make-hook arity) (list->hook arity '()))

    (define (list->hook arity procedures)
      (if (not (and (exact-integer? arity) (>= arity 0)))
          (error "make-hook: expected a non-negative exact integer, found" arity))
      (check-procedures "list->hook" procedures)
      (new-hook arity (list-copy procedures)))

    (define (list->hook! hook procedures)
      (check-hook "list->hook!" hook)
      (check-procedures "list->hook!" procedures)
      (set-hook-procedures! hook (list-copy procedures)))

    (define (hook-add! hook procedure)
      (check-hook "hook-add!" hook)
      (check-procedures "hook-add!" (list procedure))
      (set-hook-procedures! hook (append (hook-procedures hook) (list procedure))))

    (define (hook-delete! hook procedure)
      (check-hook "hook-delete!" hook)
      (set-hook-procedures! hook
                            (let loop ((rest (hook-procedures hook)))
                              (cond ((null? rest) '())
                                    ((eqv? (car rest) procedure) (loop (cdr rest)))
                                    (else (cons (car rest) (loop (cdr rest))))))))

    (define (hook-reset! hook)
      (check-hook "hook-reset!" hook)
      (set-hook-procedures! hook '()))

    (define (hook->list hook)
      (check-hook "hook->list" hook)
      (list-copy (hook-procedures hook)))

    (define (hook-run hook . arguments)
      (check-hook "hook-run" hook)
      (if (not (= (length arguments) (hook-arity hook)))
          (error "hook-run: the number of arguments is not the hook's arity:"
                 (hook-arity hook) arguments))
      (for-each (lambda (procedure) (apply procedure arguments))
                (hook-procedures hook)))))
