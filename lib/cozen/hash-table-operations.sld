;;; Hash tables: the operations that SRFI 69 and SRFI 125 have in common.

(define-library (cozen hash-table-operations)
  (export (rename table? hash-table?)
          (rename table-same? hash-table-equivalence-function)
          (rename table-hash hash-table-hash-function)
          (rename table-size hash-table-size)
          (rename table->alist hash-table->alist)
          (rename table-contains? hash-table-exists?)
          (rename table-contains? hash-table-contains?)
          (rename table-ref hash-table-ref/default)
          hash-table-ref hash-table-set! hash-table-update! hash-table-update!/default
          hash-table-keys hash-table-values known-hash make-hinted-table)
  (import (scheme base) (scheme case-lambda) (cozen hash-table))
  (begin

    (define missing (list 'missing))

    (define (fail-for key)
      (lambda () (error "hash-table-ref: the table has no such key:" key)))

    (define hash-table-ref
      (case-lambda
        ((table key) (hash-table-ref table key (fail-for key)))
        ((table key failure)
         (let ((found (table-ref table key missing)))
           (if (eq? found missing) (failure) found)))
        ((table key failure success)
         (let ((found (table-ref table key missing)))
           (if (eq? found missing) (failure) (success found))))))

    (define hash-table-set!
      (case-lambda
        ((table key value) (table-set! table key value))
        ((table . keys-and-values)
         (let loop ((rest keys-and-values))
           (cond ((null? rest) (if #f #f))
                 ((null? (cdr rest)) (error "hash-table-set!: a key without a value:" (car rest)))
                 (else
                  (table-set! table (car rest) (cadr rest))
                  (loop (cddr rest))))))))

    (define hash-table-update!
      (case-lambda
        ((table key update)
         (table-set! table key (update (hash-table-ref table key))))
        ((table key update failure)
         (table-set! table key (update (hash-table-ref table key failure))))
        ((table key update failure success)
         (table-set! table key (update (hash-table-ref table key failure success))))))

    (define (hash-table-update!/default table key update default)
      (table-set! table key (update (table-ref table key default))))

    (define (hash-table-keys table)
      (table-fold (lambda (key value keys) (cons key keys)) '() table))

    (define (hash-table-values table)
      (table-fold (lambda (key value values) (cons value values)) '() table))

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
