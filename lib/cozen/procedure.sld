;;; What a procedure is: name, arity, documentation, place and properties. They come from its image: of a
;;; procedure of a stripped image, only the arity is known.

(define-library (cozen procedure)
  (export procedure-name procedure-arity procedure-arity-includes? procedure-parameters
          procedure-documentation procedure-source-location
          procedure-properties procedure-property set-procedure-property!)
  (import (scheme base) (scheme cxr) (cozen primitives) (only (cozen condition) %accepted-by) (srfi 69))
  (begin

    ;; A symbol, or #f.
    (define (procedure-name procedure)
      (let ((name (%procedure-name procedure)))
        (or (property-set procedure 'name)
            (and (string? name) (string->symbol name)))))

    ;; A number of arguments, or a pair (least . greatest), where the greatest is #f if there is none; or a list of
    ;; those, if there are several or none (after SRFI 102).
    (define (procedure-arity procedure)
      (let ((ranges (map range->arity (accepted-ranges procedure))))
        (if (and (pair? ranges) (null? (cdr ranges)))
            (car ranges)
            ranges)))

    (define (range->arity range)
      (if (eqv? (car range) (cdr range))
          (car range)
          range))

    ;; Whether the procedure accepts so many arguments.
    (define (procedure-arity-includes? procedure count)
      (let ((ranges (accepted-ranges procedure)))
        (if (not (and (exact-integer? count) (>= count 0)))
            (error "procedure-arity-includes?: expected a number of arguments" count))
        (let next ((ranges ranges))
          (and (pair? ranges)
               (or (and (<= (caar ranges) count)
                        (or (not (cdar ranges)) (<= count (cdar ranges))))
                   (next (cdr ranges)))))))

    ;; (least . greatest) each, ascending.
    (define (accepted-ranges procedure)
      (or (list-ref (%procedure-details procedure) 5)
          (list (%accepted-by (%procedure-arity procedure)))))

    ;; The names of the parameters, the name of the rest parameter last; or #f.
    (define (procedure-parameters procedure)
      (let ((names (car (%procedure-details procedure))))
        (and names (map string->symbol names))))

    ;; The string that stands first in the body, before other expressions; or #f.
    (define (procedure-documentation procedure)
      (or (property-set procedure 'documentation)
          (list-ref (%procedure-details procedure) 4)))

    ;; A list (file line column) of where the procedure was written, or #f. Lines and columns count from 1.
    ;; The column is #f if it is not known.
    (define (procedure-source-location procedure)
      (let* ((details (%procedure-details procedure))
             (place (cdr details)))
        (and (car place) (cadr place)
             (list (car place) (cadr place) (caddr place)))))

    ;; An association list: name and documentation, where there is one, and what `set-procedure-property!` has set.
    (define (procedure-properties procedure)
      (let ((name (procedure-name procedure))
            (documentation (procedure-documentation procedure)))
        (append
         (if name (list (cons 'name name)) '())
         (if documentation (list (cons 'documentation documentation)) '())
         (let rest ((set (properties-set procedure)))
           (cond ((null? set) '())
                 ((memq (caar set) '(name documentation)) (rest (cdr set)))
                 (else (cons (cons (caar set) (cdar set)) (rest (cdr set)))))))))

    ;; The value of a property, or #f.
    (define (procedure-property procedure key)
      (let ((entry (assq key (procedure-properties procedure))))
        (and entry (cdr entry))))

    (define (set-procedure-property! procedure key value)
      (let* ((set (properties-set procedure))
             (entry (assq key set)))
        (if entry
            (set-cdr! entry value)
            (begin
              (if (not all-set) (set! all-set (make-hash-table eq? 'ephemeral-keys)))
              (hash-table-set! all-set procedure (append set (list (cons key value))))))))

    ;; A table from procedures to association lists; or #f, as long as nothing was set.
    (define all-set #f)

    (define (properties-set procedure)
      ;; Raises if it is none.
      (%procedure-arity procedure)
      (if all-set (hash-table-ref/default all-set procedure '()) '()))

    (define (property-set procedure key)
      (let ((entry (assq key (properties-set procedure))))
        (and entry (cdr entry))))))
