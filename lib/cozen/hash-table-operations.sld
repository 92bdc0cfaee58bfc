;;; Hash tables: the operations that SRFI 69 and SRFI 125 have in common.

(define-library (cozen hash-table-operations)
  (export hash-table? hash-table-equivalence-function hash-table-hash-function hash-table-size
          hash-table->alist hash-table-exists? hash-table-contains? hash-table-ref/default
          hash-table-ref %hash-table-ref hash-table-set! hash-table-update! hash-table-update!/default
          hash-table-keys hash-table-values %hash-table-find known-hash make-hinted-table
          define-of-table)
  (import (scheme base) (scheme case-lambda) (cozen hash-table))
  (begin

    (define missing (list 'missing))

    (define (hash-table? object) (table? object))

    ;; (define-of-table (name table argument ...) body): a procedure whose first argument is a table.
    (define-syntax define-of-table
      (syntax-rules ()
        ((_ (name table argument ...) body1 body2 ...)
         (define (name table argument ...)
           (check-table table name)
           body1 body2 ...))))

    (define-of-table (hash-table-equivalence-function table) (table-same? table))
    (define-of-table (hash-table-hash-function table) (table-hash table))
    (define-of-table (hash-table-size table) (table-size table))
    (define-of-table (hash-table->alist table) (table->alist table))
    (define-of-table (hash-table-exists? table key) (table-contains? table key))
    (define-of-table (hash-table-contains? table key) (table-contains? table key))
    (define-of-table (hash-table-ref/default table key default) (table-ref table key default))

    (define hash-table-ref
      (case-lambda
        ((table key)
         (check-table table hash-table-ref)
         (known-value table key 'hash-table-ref))
        ((table key failure)
         (check-table table hash-table-ref)
         (let ((found (table-ref table key missing)))
           (if (eq? found missing) (failure) found)))
        ((table key failure success)
         (check-table table hash-table-ref)
         (let ((found (table-ref table key missing)))
           (if (eq? found missing) (failure) (success found))))))

    ;; The first step of `hash-table-ref`, which is no tail call where `hash-table-ref` is one
    ;; (`core::pass::keep_callers`). Its result is called then.
    (define %hash-table-ref
      (let ((hash-table-ref
            (case-lambda
              ((table key)
               (check-table table hash-table-ref)
               (let ((found (known-value table key 'hash-table-ref)))
                 (lambda () found)))
              ((table key failure) (%hash-table-ref table key failure (lambda (found) found)))
              ((table key failure success)
               (check-table table hash-table-ref)
               (let ((found (table-ref table key missing)))
                 (if (eq? found missing)
                     failure
                     (lambda () (success found))))))))
        hash-table-ref))

    (define (known-value table key who)
      (let ((found (table-ref table key missing)))
        (if (eq? found missing)
            (error (string-append (symbol->string who) ": the table has no such key:") key)
            found)))

    (define hash-table-set!
      (case-lambda
        ((table key value)
         (check-table table hash-table-set!)
         (table-set! table key value))
        ((table . keys-and-values)
         (check-table table hash-table-set!)
         (let loop ((rest keys-and-values))
           (cond ((null? rest) (if #f #f))
                 ((null? (cdr rest)) (error "hash-table-set!: a key without a value:" (car rest)))
                 (else
                  (table-set! table (car rest) (cadr rest))
                  (loop (cddr rest))))))))

    (define hash-table-update!
      (case-lambda
        ((table key update)
         (check-table table hash-table-update!)
         (table-set! table key (update (known-value table key 'hash-table-update!))))
        ((table key update failure)
         (check-table table hash-table-update!)
         (table-set! table key (update (hash-table-ref table key failure))))
        ((table key update failure success)
         (check-table table hash-table-update!)
         (table-set! table key (update (hash-table-ref table key failure success))))))

    (define-of-table (hash-table-update!/default table key update default)
      (table-set! table key (update (table-ref table key default))))

    (define-of-table (hash-table-keys table)
      (table-fold (lambda (key value keys) (cons key keys)) '() table))

    (define-of-table (hash-table-values table)
      (table-fold (lambda (key value values) (cons value values)) '() table))

    ;; The first step of `hash-table-find` in SRFI 125, as in `%hash-table-ref`.
    (define %hash-table-find
      (let ((hash-table-find
             (lambda (procedure table failure)
               (check-table table hash-table-find 2)
               (let loop ((rest (table->alist table)))
                 (if (null? rest)
                     failure
                     (let ((found (procedure (car (car rest)) (cdr (car rest)))))
                       (if found
                           (lambda () found)
                           (loop (cdr rest)))))))))
        hash-table-find))

    ;; What SRFI 69 and SRFI 125 let follow the hash function: symbols ask for weakness, anything else, such
    ;; as a size, is a hint for others.
    (define (make-hinted-table same? hash hints)
      (cond ((or (memq 'weak-values hints) (memq 'ephemeral-values hints))
             (error "make-hash-table: values cannot be weak"))
            ((or (memq 'weak-keys hints) (memq 'ephemeral-keys hints)) (make-weak-table same?))
            (else (make-table same? (known-hash same? hash)))))

    ;; A hash function that goes with an equivalence of the report need not be called.
    (define (known-hash same? hash)
      (if (or (and (eq? same? equal?) (eq? hash object-hash))
              (and (eq? same? string=?) (or (eq? hash text-hash) (eq? hash object-hash))))
          #f
          hash))))
