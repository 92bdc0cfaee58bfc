;;; R6RS (rnrs hashtables).

(define-library (rnrs hashtables)
  (export make-eq-hashtable make-eqv-hashtable make-hashtable
          hashtable? hashtable-size hashtable-ref hashtable-set! hashtable-delete!
          hashtable-contains? hashtable-update! hashtable-copy hashtable-clear!
          hashtable-keys hashtable-entries
          hashtable-equivalence-function hashtable-hash-function hashtable-mutable?
          (rename object-hash equal-hash) (rename text-hash string-hash)
          (rename folded-text-hash string-ci-hash) symbol-hash)
  (import (scheme base) (cozen hash-table) (only (cozen hash-table-operations) define-of-table known-hash)
          (only (cozen condition) %check-argument))
  (begin

    ;; A number of elements, or a table, says how large a table will be: a hint for others.
    (define (make-eq-hashtable . hints) (make-table eq? #f))
    (define (make-eqv-hashtable . hints) (make-table eqv? #f))
    (define (make-hashtable hash same? . hints)
      (%check-argument procedure? same? 'make-hashtable 2 "procedure")
      (make-table same? (known-hash same? hash)))

    (define (hashtable? object) (table? object))
    (define-of-table (hashtable-size table) (table-size table))
    (define-of-table (hashtable-ref table key default) (table-ref table key default))
    (define-of-table (hashtable-set! table key value) (table-set! table key value))
    (define-of-table (hashtable-delete! table key) (table-delete! table key) (if #f #f))
    (define-of-table (hashtable-contains? table key) (table-contains? table key))

    (define-of-table (hashtable-update! table key update default)
      (table-set! table key (update (table-ref table key default))))

    (define (hashtable-copy table . mutable?)
      (check-table table hashtable-copy)
      (table-copy table))

    (define (hashtable-clear! table . hints)
      (check-table table hashtable-clear!)
      (table-clear! table))

    (define-of-table (hashtable-keys table)
      (list->vector (table-fold (lambda (key value keys) (cons key keys)) '() table)))

    (define-of-table (hashtable-entries table)
      (let ((entries (table->alist table)))
        (values (list->vector (map car entries))
                (list->vector (map cdr entries)))))

    ;; R6RS has no hash function for tables by identity.
    (define-of-table (hashtable-hash-function table)
      (if (memq (table-same? table) (list eq? eqv?)) #f (table-hash table)))

    (define-of-table (hashtable-equivalence-function table) (table-same? table))
    (define (hashtable-mutable? table) #t)))
