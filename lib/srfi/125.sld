;;; SRFI 125: intermediate hash tables. All tables can be changed.

(define-library (srfi 125)
  (export make-hash-table hash-table hash-table-unfold alist->hash-table
          hash-table? hash-table-contains? hash-table-exists? hash-table-empty? hash-table=?
          hash-table-mutable?
          hash-table-ref hash-table-ref/default
          hash-table-set! hash-table-delete! hash-table-intern! hash-table-update!
          hash-table-update!/default hash-table-pop! hash-table-clear!
          hash-table-size hash-table-keys hash-table-values hash-table-entries hash-table-find
          hash-table-count
          hash-table-map hash-table-for-each hash-table-walk hash-table-map! hash-table-map->list
          hash-table-fold hash-table-prune!
          hash-table-copy hash-table-empty-copy hash-table->alist
          hash-table-union! hash-table-merge! hash-table-intersection! hash-table-difference!
          hash-table-xor!
          (rename object-hash hash) (rename text-hash string-hash)
          (rename folded-text-hash string-ci-hash) (rename identity-hash hash-by-identity)
          hash-table-equivalence-function hash-table-hash-function)
  (import (scheme base) (scheme case-lambda) (cozen hash-table) (cozen hash-table-operations)
          (only (srfi 128) comparator? comparator-equality-predicate comparator-hash-function))
  (begin

    (define missing (list 'missing))
    (define (nothing) (if #f #f))

    ;; A comparator, or an equivalence and perhaps its hash function; `weak-keys`, `ephemeral-keys` or hints
    ;; for others follow.
    (define (make-hash-table kind . arguments)
      (cond ((comparator? kind)
             (make-hinted-table (comparator-equality-predicate kind)
                                (comparator-hash-function kind)
                                arguments))
            ((and (pair? arguments) (procedure? (car arguments)))
             (make-hinted-table kind (car arguments) (cdr arguments)))
            (else (make-hinted-table kind #f arguments))))

    (define (hash-table comparator . keys-and-values)
      (let ((table (make-hash-table comparator)))
        (apply hash-table-set! table keys-and-values)
        table))

    (define (hash-table-unfold stop? entry next seed comparator . arguments)
      (let ((table (apply make-hash-table comparator arguments)))
        (let loop ((seed seed))
          (if (stop? seed)
              table
              (let-values (((key value) (entry seed)))
                (table-set! table key value)
                (loop (next seed)))))))

    (define (alist->hash-table alist kind . arguments)
      (let ((table (apply make-hash-table kind arguments)))
        (for-each (lambda (entry)
                    (if (not (table-contains? table (car entry)))
                        (table-set! table (car entry) (cdr entry))))
                  alist)
        table))

    (define (hash-table-empty? table) (= (table-size table) 0))
    (define (hash-table-mutable? table) #t)

    (define (hash-table=? comparator a b)
      (let ((same? (comparator-equality-predicate comparator)))
        (and (= (table-size a) (table-size b))
             (table-fold (lambda (key value result)
                           (and result
                                (let ((other (table-ref b key missing)))
                                  (and (not (eq? other missing)) (same? value other)))))
                         #t a))))

    ;; Answers how many keys were there.
    (define (hash-table-delete! table . keys)
      (let loop ((keys keys) (count 0))
        (cond ((null? keys) count)
              ((table-delete! table (car keys)) (loop (cdr keys) (+ count 1)))
              (else (loop (cdr keys) count)))))

    (define (hash-table-intern! table key failure)
      (let ((found (table-ref table key missing)))
        (if (eq? found missing)
            (let ((value (failure)))
              (table-set! table key value)
              value)
            found)))

    (define (hash-table-pop! table)
      (let ((entry (table-entry table)))
        (if (not entry)
            (error "hash-table-pop!: the table is empty:" table)
            (begin
              (table-delete! table (car entry))
              (values (car entry) (cdr entry))))))

    (define (hash-table-clear! table) (table-clear! table))

    (define (hash-table-entries table)
      (values (hash-table-keys table) (hash-table-values table)))

    (define (hash-table-find procedure table failure)
      (let loop ((rest (table->alist table)))
        (if (null? rest)
            (failure)
            (or (procedure (car (car rest)) (cdr (car rest)))
                (loop (cdr rest))))))

    (define (hash-table-count holds? table)
      (table-fold (lambda (key value count) (if (holds? key value) (+ count 1) count)) 0 table))

    (define (hash-table-map procedure comparator table)
      (let ((result (make-hash-table comparator)))
        (table-fold (lambda (key value ignored) (table-set! result key (procedure value))) #f table)
        result))

    ;; The table came first once: either order is accepted, here and in hash-table-fold.
    (define (hash-table-for-each procedure table)
      (if (table? procedure)
          (hash-table-for-each table procedure)
          (begin
            (table-fold (lambda (key value ignored) (procedure key value)) #f table)
            (nothing))))

    (define (hash-table-walk table procedure) (hash-table-for-each procedure table))

    (define (hash-table-map! procedure table)
      (table-fold (lambda (key value ignored) (table-set! table key (procedure key value)))
                  #f table)
      (nothing))

    (define (hash-table-map->list procedure table)
      (table-fold (lambda (key value results) (cons (procedure key value) results)) '() table))

    (define (hash-table-fold procedure seed table)
      (if (table? procedure)
          (table-fold seed table procedure)
          (table-fold procedure seed table)))

    (define (hash-table-prune! holds? table)
      (table-fold (lambda (key value ignored)
                    (if (holds? key value) (table-delete! table key)))
                  #f table)
      (nothing))

    (define (hash-table-copy table . hints) (table-copy table))
    (define (hash-table-empty-copy table) (table-empty-copy table))

    (define (hash-table-union! table other)
      (table-fold (lambda (key value ignored)
                    (if (not (table-contains? table key))
                        (table-set! table key value)))
                  #f other)
      table)

    (define hash-table-merge! hash-table-union!)

    (define (hash-table-intersection! table other)
      (hash-table-prune! (lambda (key value) (not (table-contains? other key))) table)
      table)

    (define (hash-table-difference! table other)
      (hash-table-prune! (lambda (key value) (table-contains? other key)) table)
      table)

    (define (hash-table-xor! table other)
      (table-fold (lambda (key value ignored)
                    (if (not (table-delete! table key))
                        (table-set! table key value)))
                  #f other)
      table)))
