;;; SRFI 69: basic hash tables.

(define-library (srfi 69)
  (export make-hash-table hash-table? alist->hash-table
          hash-table-equivalence-function hash-table-hash-function
          hash-table-ref hash-table-ref/default hash-table-set! hash-table-delete!
          hash-table-exists? hash-table-update! hash-table-update!/default
          hash-table-size hash-table-keys hash-table-values
          hash-table-walk hash-table-fold hash-table->alist hash-table-copy hash-table-merge!
          (rename object-hash hash) (rename text-hash string-hash)
          (rename folded-text-hash string-ci-hash) (rename identity-hash hash-by-identity))
  (import (scheme base) (scheme case-lambda) (cozen hash-table) (cozen hash-table-operations)
          (only (cozen condition) %check-argument))
  (begin

    ;; `weak-keys` among what follows (or `ephemeral-keys`, which is the same here) makes a table whose entries
    ;; go with their keys.
    (define make-hash-table
      (case-lambda
        (() (make-table equal? #f))
        ((same?) (make-table same? #f))
        ((same? hash . hints)
         (if (procedure? hash)
             (make-hinted-table same? hash hints)
             (make-hinted-table same? #f (cons hash hints))))))

    (define (alist->hash-table alist . arguments)
      (%check-argument list? alist 'alist->hash-table 1 "list")
      (let ((table (apply make-hash-table arguments)))
        (for-each (lambda (entry)
                    ;; The first of several entries counts.
                    (if (not (table-contains? table (car entry)))
                        (table-set! table (car entry) (cdr entry))))
                  alist)
        table))

    (define-of-table (hash-table-delete! table key)
      (table-delete! table key)
      (if #f #f))

    (define-of-table (hash-table-walk table procedure)
      (table-fold (lambda (key value ignored) (procedure key value)) #f table)
      (if #f #f))

    (define-of-table (hash-table-fold table procedure seed)
      (table-fold procedure seed table))

    (define (hash-table-copy table . hints)
      (check-table table hash-table-copy)
      (table-copy table))

    (define-of-table (hash-table-merge! table other)
      (check-table other hash-table-merge! 2)
      (table-fold (lambda (key value ignored) (table-set! table key value)) #f other)
      table)))
