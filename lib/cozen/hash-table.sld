;;; Hash tables: what the libraries of SRFI 69, SRFI 125 and R6RS are made of.
;;;
;;; The virtual machine's tables are keyed by identity and find their keys again after a collection
;;; that moved them. Keys of which the table's equivalence is identity stand in such a table. For
;;; the others, a second one leads from hashes to buckets: lists of entries, which are pairs of a key
;;; and its value.

(define-library (cozen hash-table)
  (export make-table make-weak-table table? table-same? table-hash table-size
          table-ref table-set! table-delete! table-contains?
          table-clear! table-copy table-empty-copy table-fold table->alist
          table-entry check-table
          object-hash identity-hash equivalence-hash text-hash folded-text-hash symbol-hash
          folded-character-hash number-hash)
  (import (cozen core) (cozen primitives) (cozen control) (cozen condition) (cozen number)
          (only (cozen list) append symbol=? boolean=?)
          (only (cozen string) string=? string-ci=? char=? char-ci=?))
  (begin

    ;; `style` is one of the numbers below; `count` counts the entries in buckets.
    (define-record-type table
      (new-table style same? hash weak? identities buckets count)
      table?
      (style table-style)
      (same? table-same?)
      (hash table-hash)
      (weak? table-weak?)
      (identities identities set-identities!)
      (buckets buckets set-buckets!)
      (count entry-count set-entry-count!))

    (define by-identity 0)
    (define by-number 1)
    (define by-content 2)
    (define by-text 3)
    (define by-procedure 4)

    ;; (check-table table who): `table`, argument 1 or the one with this number of the procedure `who`, is one.
    (define-syntax check-table
      (syntax-rules ()
        ((_ table who) (check-table table who 1))
        ((_ table who number) (%check-argument table? table 'who number "hash table"))))

    ;; A table of keys that `same?` compares. `hash` is a procedure of a key, or #f for the one that
    ;; goes with `same?`.
    (define (make-table same? hash)
      (%check-argument procedure? same? 'make-hash-table 1 "procedure")
      (let ((style (cond ((eq? same? eq?) by-identity)
                         ((eq? same? eqv?) by-number)
                         ((eq? same? equal?) by-content)
                         ((eq? same? string=?) by-text)
                         (else by-procedure))))
        (new-table (if (and hash (or (eq? style by-content) (eq? style by-text)))
                       by-procedure
                       style)
                   same?
                   (or hash (standard-hash same?))
                   #f (%make-table) (%make-table) 0)))

    ;; A table, by identity, whose entries go with their keys: when nothing else leads to a key, or
    ;; only its value does, a collection takes the entry out. Numbers always stay.
    (define (make-weak-table same?)
      (%check-argument procedure? same? 'make-hash-table 1 "procedure")
      (if (not (or (eq? same? eq?) (eq? same? eqv?)))
          (error "make-hash-table: weak keys need eq? or eqv?:" same?))
      (new-table (if (eq? same? eq?) by-identity by-number) same?
                 (standard-hash same?)
                 #t (%make-table #t) (%make-table) 0))

    ;; What is the same has the same hash. Nothing is known of other equivalences: all keys have one hash.
    (define (standard-hash same?)
      (cond ((eq? same? eq?) identity-hash)
            ((eq? same? eqv?) equivalence-hash)
            ((or (eq? same? equal?) (eq? same? char=?) (eq? same? boolean=?)) object-hash)
            ((eq? same? string=?) text-hash)
            ((eq? same? string-ci=?) folded-text-hash)
            ((eq? same? symbol=?) symbol-hash)
            ((eq? same? char-ci=?) folded-character-hash)
            ((eq? same? =) number-hash)
            (else no-hash)))

    ;; (define-hash name (key) hash): may be asked for a hash below a bound, as in SRFI 69.
    (define-syntax define-hash
      (syntax-rules ()
        ((_ name (key) hash)
         (define name
           (case-lambda
             ((key) hash)
             ((key bound) (modulo hash bound)))))))

    (define-hash object-hash (object) (content-hash object))
    (define-hash text-hash (string) (string-hash string))
    (define-hash folded-text-hash (string) (string-hash (string-foldcase string)))
    (define-hash symbol-hash (symbol) (%eq-hash symbol))
    (define-hash folded-character-hash (character) (equal-hash (char-foldcase character)))
    (define-hash no-hash (object) 0)

    ;; Objects that can change keep their number, which they get when it is first asked for.
    (define last-serial 0)

    (define (serial object)
      (or (%table-ref serials object #f)
          (begin
            (set! last-serial (+ last-serial 1))
            (%table-set! serials object last-serial)
            last-serial)))

    (define-hash identity-hash (object) (hash-of-identity object))
    (define-hash equivalence-hash (object) (hash-of-identity object))

    (define (hash-of-identity object)
      (if (or (number? object) (symbol? object) (char? object))
          (equal-hash object)
          (serial object)))

    ;; A hash that agrees with `equal?`. What `equal?` compares by identity counts by its number, so that tables of
    ;; such objects, and of lists and vectors of them, stay fast.
    (define (content-hash object)
      (let ((hash (equal-hash object))
            (inside (identity-inside object)))
        (if inside
            (equal-hash (cons hash (serial inside)))
            hash)))

    ;; How many parts of a structure are looked at.
    (define searched-parts 16)

    ;; The first part that `equal?` compares by identity, among the first ones of a structure; #f if there is none.
    (define (identity-inside object)
      (let loop ((object object) (pending '()) (left searched-parts))
        (cond ((= left 0) #f)
              ((pair? object) (loop (car object) (cons (cdr object) pending) (- left 1)))
              ((vector? object)
               (let push ((index (- (if (< (vector-length object) left) (vector-length object) left) 1))
                          (pending pending))
                 (cond ((>= index 0)
                        (push (- index 1) (cons (vector-ref object index) pending)))
                       ((null? pending) #f)
                       (else (loop (car pending) (cdr pending) (- left 1))))))
              ((compared-by-identity? object) object)
              ((null? pending) #f)
              (else (loop (car pending) (cdr pending) (- left 1))))))

    ;; Whether `equal?` tells it from others of the same contents. Symbols and constants have hashes of their own.
    (define (compared-by-identity? object)
      (not (or (symbol? object) (number? object) (string? object) (char? object) (null? object)
               (boolean? object) (bytevector? object) (eof-object? object))))

    ;; Numbers that are equal have one hash, exact or not: that of the exact integer, or of the flonum, which
    ;; is near. Of a complex number, zeros of either sign are one, and one without imaginary part is real.
    (define-hash number-hash (number) (hash-of-number number))

    (define (hash-of-number number)
      (%check-argument number? number 'number-hash 1 "number")
      (cond ((and (fixnum? number) (< -1000000000000000 number 1000000000000000))
             (equal-hash number))
            ((real? number) (equal-hash (near number)))
            (else
             (let ((real (near (real-part number))) (imaginary (near (imag-part number))))
               (equal-hash (if (eqv? imaginary 0) real (cons real imaginary)))))))

    (define (near number)
      (let ((near (inexact number)))
        (if (and (< (abs near) 1e15) (= near (floor near)))
            (exact near)
            near)))

    ;; Whether `key` is compared by identity. Numbers may lie in the heap twice.
    (define (direct? style key)
      (cond ((eq? style by-content)
             (or (symbol? key) (fixnum? key) (char? key)
                 ;; `equal?` looks into these only.
                 (not (or (pair? key) (string? key) (number? key) (vector? key)
                          (bytevector? key)))))
            ((eq? style by-identity) #t)
            ((eq? style by-number) (or (fixnum? key) (not (number? key))))
            (else #f)))

    (define (bucket-hash table key)
      (let ((style (table-style table)))
        (cond ((eq? style by-content) (content-hash key))
              ((eq? style by-number) (equal-hash key))
              ((eq? style by-text) (string-hash key))
              (else
               (let ((hash ((table-hash table) key)))
                 (if (fixnum? hash) hash (equal-hash hash)))))))

    ;; The entry of `key` in a bucket, or #f.
    (define (find-entry table key bucket)
      (let ((style (table-style table)))
        (cond ((eq? style by-content) (%assoc key bucket))
              ((eq? style by-text)
               (let loop ((bucket bucket))
                 (cond ((null? bucket) #f)
                       ((%string=? (car (car bucket)) key) (car bucket))
                       (else (loop (cdr bucket))))))
              ((eq? style by-number) (assv key bucket))
              (else
               (let ((same? (table-same? table)))
                 (let loop ((bucket bucket))
                   (cond ((null? bucket) #f)
                         ((same? (car (car bucket)) key) (car bucket))
                         (else (loop (cdr bucket))))))))))

    (define (table-ref table key default)
      (if (direct? (table-style table) key)
          (%table-ref (identities table) key default)
          (let* ((bucket (%table-ref (buckets table) (bucket-hash table key) '()))
                 (entry (find-entry table key bucket)))
            (if entry (cdr entry) default))))

    (define (table-contains? table key)
      (not (eq? (table-ref table key missing) missing)))

    (define (table-set! table key value)
      (if (direct? (table-style table) key)
          (%table-set! (identities table) key value)
          (let* ((hash (bucket-hash table key))
                 (bucket (%table-ref (buckets table) hash '()))
                 (entry (find-entry table key bucket)))
            (if entry
                (set-cdr! entry value)
                (begin
                  ;; `same?` may have changed the table: look at the bucket once more.
                  (%table-set! (buckets table) hash
                               (cons (cons key value) (%table-ref (buckets table) hash '())))
                  (set-entry-count! table (+ (entry-count table) 1)))))))

    ;; Answers whether the key was there.
    (define (table-delete! table key)
      (if (direct? (table-style table) key)
          (let ((found (not (eq? (%table-ref (identities table) key missing) missing))))
            (if found (%table-delete! (identities table) key))
            found)
          (let* ((hash (bucket-hash table key))
                 (entry (find-entry table key (%table-ref (buckets table) hash '()))))
            (and entry
                 (let ((rest (without entry (%table-ref (buckets table) hash '()))))
                   (if (null? rest)
                       (%table-delete! (buckets table) hash)
                       (%table-set! (buckets table) hash rest))
                   (set-entry-count! table (- (entry-count table) 1))
                   #t)))))

    (define (without entry bucket)
      (cond ((null? bucket) '())
            ((eq? (car bucket) entry) (cdr bucket))
            (else (cons (car bucket) (without entry (cdr bucket))))))

    (define (table-size table)
      (+ (%table-count (identities table)) (entry-count table)))

    (define (table-clear! table)
      (set-identities! table (%make-table (table-weak? table)))
      (set-buckets! table (%make-table))
      (set-entry-count! table 0))

    (define (table-empty-copy table)
      (new-table (table-style table) (table-same? table) (table-hash table) (table-weak? table)
                 (%make-table (table-weak? table)) (%make-table) 0))

    (define (table-copy table)
      (let ((copy (table-empty-copy table)))
        (table-fold (lambda (key value ignored) (table-set! copy key value)) #f table)
        copy))

    ;; A fresh pair of some key and its value; #f if there is none.
    (define (table-entry table)
      (or (%table-entry (identities table))
          (let ((bucket (%table-entry (buckets table))))
            (and bucket
                 (let ((entry (car (cdr bucket))))
                   (cons (car entry) (cdr entry)))))))

    ;; Fresh pairs of keys and values: the table may change while they are gone through.
    (define (table->alist table)
      (let loop ((rest (%table->alist (buckets table)))
                 (result (%table->alist (identities table))))
        (if (null? rest)
            result
            (loop (cdr rest) (append (copies (cdr (car rest))) result)))))

    (define (copies bucket)
      (if (null? bucket)
          '()
          (cons (cons (car (car bucket)) (cdr (car bucket))) (copies (cdr bucket)))))

    (define (table-fold procedure seed table)
      (let loop ((rest (table->alist table)) (result seed))
        (if (null? rest)
            result
            (loop (cdr rest) (procedure (car (car rest)) (cdr (car rest)) result)))))

    (define serials (%make-table #t))
    (define missing (list 'missing))))
