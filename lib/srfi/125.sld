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
          (only (cozen condition) %check-argument)
          (only (srfi 128 kernel) comparator? comparator-hashable? comparator-equality-predicate
                comparator-hash-function))
  (begin

    (define missing (list 'missing))
    (define (nothing) (if #f #f))

    ;; A comparator, or an equivalence and perhaps its hash function; `weak-keys`, `ephemeral-keys` or hints
    ;; for others follow.
    (define (make-hash-table kind . arguments)
      (cond ((comparator? kind)
             (make-hinted-table (comparator-equality-predicate kind)
                                (and (comparator-hashable? kind) (comparator-hash-function kind))
                                arguments))
            ((and (pair? arguments) (procedure? (car arguments)))
             (make-hinted-table kind (car arguments) (cdr arguments)))
            (else (make-hinted-table kind #f arguments))))

    (define (hash-table comparator . keys-and-values)
      (%check-argument equivalence? comparator 'hash-table 1 "comparator")
      (let ((table (make-hash-table comparator)))
        (apply hash-table-set! table keys-and-values)
        table))

    ;; A comparator, or what is one to make-hash-table.
    (define (equivalence? object) (or (comparator? object) (procedure? object)))

    (define (hash-table-unfold stop? entry next seed comparator . arguments)
      (let ((table (apply make-hash-table comparator arguments)))
        (let loop ((seed seed))
          (if (stop? seed)
              table
              (let-values (((key value) (entry seed)))
                (table-set! table key value)
                (loop (next seed)))))))

    (define (alist->hash-table alist kind . arguments)
      (%check-argument list? alist 'alist->hash-table 1 "list")
      (let ((table (apply make-hash-table kind arguments)))
        (for-each (lambda (entry)
                    (if (not (table-contains? table (car entry)))
                        (table-set! table (car entry) (cdr entry))))
                  alist)
        table))

    (define-of-table (hash-table-empty? table) (= (table-size table) 0))
    (define (hash-table-mutable? table) #t)

    (define (hash-table=? comparator a b)
      (check-table a hash-table=? 2)
      (check-table b hash-table=? 3)
      (let ((same? (comparator-equality-predicate comparator)))
        (and (= (table-size a) (table-size b))
             (table-fold (lambda (key value result)
                           (and result
                                (let ((other (table-ref b key missing)))
                                  (and (not (eq? other missing)) (same? value other)))))
                         #t a))))

    ;; Answers how many keys were there.
    (define (hash-table-delete! table . keys)
      (check-table table hash-table-delete!)
      (let loop ((keys keys) (count 0))
        (cond ((null? keys) count)
              ((table-delete! table (car keys)) (loop (cdr keys) (+ count 1)))
              (else (loop (cdr keys) count)))))

    (define-of-table (hash-table-intern! table key failure)
      (let ((found (table-ref table key missing)))
        (if (eq? found missing)
            (let ((value (failure)))
              (table-set! table key value)
              value)
            found)))

    (define-of-table (hash-table-pop! table)
      (let ((entry (table-entry table)))
        (if (not entry)
            (error "hash-table-pop!: the table is empty:" table)
            (begin
              (table-delete! table (car entry))
              (values (car entry) (cdr entry))))))

    (define-of-table (hash-table-clear! table) (table-clear! table))

    (define-of-table (hash-table-entries table)
      (values (hash-table-keys table) (hash-table-values table)))

    (define (hash-table-find procedure table failure)
      ((%hash-table-find procedure table failure)))

    (define (hash-table-count holds? table)
      (check-table table hash-table-count 2)
      (table-fold (lambda (key value count) (if (holds? key value) (+ count 1) count)) 0 table))

    (define (hash-table-map procedure comparator table)
      (check-table table hash-table-map 3)
      (let ((result (make-hash-table comparator)))
        (table-fold (lambda (key value ignored) (table-set! result key (procedure value))) #f table)
        result))

    ;; The table came first once: either order is accepted, here and in hash-table-fold.
    (define (hash-table-for-each procedure table)
      (if (table? procedure)
          (hash-table-for-each table procedure)
          (begin
            (check-table table hash-table-for-each 2)
            (table-fold (lambda (key value ignored) (procedure key value)) #f table)
            (nothing))))

    (define-of-table (hash-table-walk table procedure) (hash-table-for-each procedure table))

    (define (hash-table-map! procedure table)
      (check-table table hash-table-map! 2)
      (table-fold (lambda (key value ignored) (table-set! table key (procedure key value)))
                  #f table)
      (nothing))

    (define (hash-table-map->list procedure table)
      (check-table table hash-table-map->list 2)
      (table-fold (lambda (key value results) (cons (procedure key value) results)) '() table))

    (define (hash-table-fold procedure seed table)
      (if (table? procedure)
          (table-fold seed table procedure)
          (begin
            (check-table table hash-table-fold 3)
            (table-fold procedure seed table))))

    (define (hash-table-prune! holds? table)
      (check-table table hash-table-prune! 2)
      (table-fold (lambda (key value ignored)
                    (if (holds? key value) (table-delete! table key)))
                  #f table)
      (nothing))

    (define (hash-table-copy table . hints)
      (check-table table hash-table-copy)
      (table-copy table))

    (define-of-table (hash-table-empty-copy table) (table-empty-copy table))

    (define-of-table (hash-table-union! table other)
      (check-table other hash-table-union! 2)
      (table-fold (lambda (key value ignored)
                    (if (not (table-contains? table key))
                        (table-set! table key value)))
                  #f other)
      table)

    (define hash-table-merge! hash-table-union!)

    (define-of-table (hash-table-intersection! table other)
      (check-table other hash-table-intersection! 2)
      (hash-table-prune! (lambda (key value) (not (table-contains? other key))) table)
      table)

    (define-of-table (hash-table-difference! table other)
      (check-table other hash-table-difference! 2)
      (hash-table-prune! (lambda (key value) (table-contains? other key)) table)
      table)

    (define-of-table (hash-table-xor! table other)
      (check-table other hash-table-xor! 2)
      (table-fold (lambda (key value ignored)
                    (if (not (table-delete! table key))
                        (table-set! table key value)))
                  #f other)
      table)))
