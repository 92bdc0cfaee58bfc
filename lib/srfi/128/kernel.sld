;;; Comparators: (srfi 128) without the comparators that SRFI 162 adds to it. Those would be made whenever the runtime
;;; starts.

(define-library (srfi 128 kernel)
  (export make-comparator comparator? comparator-ordered? comparator-hashable?
          make-eq-comparator make-eqv-comparator make-equal-comparator
          make-pair-comparator make-list-comparator make-vector-comparator
          make-default-comparator default-hash comparator-register-default!
          hash-bound hash-salt
          boolean-hash char-hash char-ci-hash string-hash string-ci-hash symbol-hash number-hash
          comparator-type-test-predicate comparator-equality-predicate
          comparator-ordering-predicate comparator-hash-function
          comparator-test-type comparator-check-type comparator-hash
          =? <? >? <=? >=? comparator-if<=>)
  (import (scheme base) (scheme char) (scheme case-lambda) (scheme complex) (scheme inexact)
          (only (scheme lazy) promise?) (only (cozen primitives) %record-type-of)
          (only (cozen condition) %check-argument)
          (rename (cozen hash-table)
                  (text-hash string-hash)
                  (folded-text-hash string-ci-hash)
                  (folded-character-hash char-ci-hash)))
  (begin

    ;; Two objects that were compared before, or are being compared, are the same as far as they are concerned: a
    ;; difference ends the walk. So shared parts are compared once, and circles come to an end. Most structures are
    ;; small: the first meetings are not noted, and later only some are, as long as none comes again (Adams and Dybvig,
    ;; Efficient nondestructive equality checking for trees and graphs, 2008).
    (define-record-type meetings
      (new-meetings left classes)
      meetings?
      ;; So many meetings are not noted; below zero, so many were since one came again.
      (left left set-left!)
      ;; From an object to another of its class, in the end to the one that has none; #f at first.
      (classes classes set-classes!))

    (define unnoted 4000)
    (define noted 40)

    (define-record-type comparator
      (new-comparator type? same? less? hash)
      comparator?
      (type? comparator-type-test-predicate)
      (same? comparator-equality-predicate)
      (less? comparator-ordering-predicate)
      (hash comparator-hash-function))

    ;; The ordering and the hash may be #f: then there is none, and what stands in its place raises.
    (define (make-comparator type? same? less? hash)
      (new-comparator (procedure-argument type? 1) (procedure-argument same? 2)
                      (procedure-argument (or less? no-order) 3)
                      (procedure-argument (or hash no-hash) 4)))

    (define (procedure-argument object number)
      (%check-argument procedure? object 'make-comparator number "procedure")
      object)

    (define (no-order a b)
      (error "the comparator has no ordering predicate to compare:" a b))

    (define (no-hash object)
      (error "the comparator has no hash function for" object))

    (define (comparator-ordered? comparator)
      (not (eq? (comparator-ordering-predicate comparator) no-order)))

    (define (comparator-hashable? comparator)
      (not (eq? (comparator-hash-function comparator) no-hash)))

    (define (anything? object) #t)

    (define boolean-hash object-hash)
    (define char-hash object-hash)

    (define (make-eq-comparator) (new-comparator anything? eq? no-order identity-hash))
    (define (make-eqv-comparator) (new-comparator anything? eqv? no-order equivalence-hash))
    (define (make-equal-comparator) (new-comparator anything? equal? no-order object-hash))

    ;; No hash is larger than this. No hash depends on a salt.
    (define-syntax hash-bound (syntax-rules () ((_) 4611686018427387903)))
    (define-syntax hash-salt (syntax-rules () ((_) 0)))

    ;; Comparators of types that the default comparator does not know, the latest last.
    (define registered '())

    (define (comparator-register-default! comparator)
      (if (not (comparator? comparator))
          (error "comparator-register-default!: expected a comparator, found" comparator))
      (set! registered (append registered (list comparator))))

    ;; How many registered comparators come before the first one of the object's type, and the rest of
    ;; the list from that one.
    (define (registration object receiver)
      (let loop ((rest registered) (index 0))
        (if (or (null? rest) (comparator-test-type (car rest) object))
            (receiver index rest)
            (loop (cdr rest) (+ index 1)))))

    (define (registered-comparator object)
      (registration object (lambda (index rest) (and (pair? rest) (car rest)))))

    ;; Objects in the order of their types, then of their values.
    (define (make-default-comparator)
      (new-comparator anything? default-same? default<? default-hash))

    ;; As `equal?`, but for numbers, which are the same if they are `=`, in pairs and vectors too.
    (define (default-same? a b)
      (if (compound? a)
          (walk a b leaf-same? (make-meetings))
          (leaf-same? a b)))

    (define (default<? a b)
      (eq? (if (compound? a)
               (walk a b leaf-order (make-meetings))
               (leaf-order a b))
           'less))

    (define (compound? object) (or (pair? object) (vector? object)))

    ;; Compares the parts of pairs, and of vectors of one length, in their order, up to the first two for which `leaf`
    ;; does not answer #t. The answer is that of `leaf`.
    (define (walk a b leaf meetings)
      (cond ((pair? a)
             (cond ((not (pair? b)) (leaf a b))
                   ((met? meetings a b) #t)
                   (else
                    (let ((answer (walk (car a) (car b) leaf meetings)))
                      (if (eq? answer #t)
                          (walk (cdr a) (cdr b) leaf meetings)
                          answer)))))
            ((vector? a)
             (cond ((not (and (vector? b) (= (vector-length a) (vector-length b)))) (leaf a b))
                   ((met? meetings a b) #t)
                   (else
                    (let loop ((index 0))
                      (if (= index (vector-length a))
                          #t
                          (let ((answer (walk (vector-ref a index) (vector-ref b index)
                                              leaf meetings)))
                            (if (eq? answer #t) (loop (+ index 1)) answer)))))))
            (else (leaf a b))))

    (define (make-meetings) (new-meetings unnoted #f))

    (define (met? meetings a b)
      (or (eq? a b)
          (let ((left-now (left meetings)))
            (cond ((< 0 left-now)
                   (set-left! meetings (- left-now 1))
                   #f)
                  ((met-again? meetings a b)
                   (set-left! meetings 0)
                   #t)
                  (else
                   (set-left! meetings (if (= left-now (- noted)) unnoted (- left-now 1)))
                   #f)))))

    ;; Whether both are in one class; from now on they are.
    (define (met-again? meetings a b)
      (if (not (classes meetings))
          (set-classes! meetings (make-table eq? #f)))
      (let* ((table (classes meetings))
             (first (class-of table a))
             (second (class-of table b)))
        (or (eq? first second)
            (begin (table-set! table first second) #f))))

    ;; What stands between an object and the last one of its class is skipped the next time.
    (define (class-of table object)
      (let ((next (table-ref table object #f)))
        (if (not next)
            object
            (let ((after (table-ref table next #f)))
              (if (not after)
                  next
                  (begin (table-set! table object after)
                         (class-of table after)))))))

    (define (leaf-same? a b)
      (cond ((number? a) (and (number? b) (number-same? a b)))
            ((compound? a) #f)
            ((built-in? a) (equal? a b))
            ((registered-comparator a)
             => (lambda (comparator)
                  (and (not (built-in? b))
                       (eq? comparator (registered-comparator b))
                       (=? comparator a b))))
            (else (equal? a b))))

    (define (built-in? object) (< (type-rank object) other-rank))

    (define default-hash
      (case-lambda
        ((object) (hash-of object))
        ((object bound) (modulo (hash-of object) bound))))

    (define (hash-of object)
      (if (compound? object) (hash-of-parts object) (leaf-hash object)))

    (define (leaf-hash object)
      (cond ((number? object) (number-hash object))
            ((string? object) (string-hash object))
            ((symbol? object) (symbol-hash object))
            ((and (not (built-in? object)) (registered-comparator object))
             => (lambda (comparator) (comparator-hash comparator object)))
            (else (object-hash object))))

    ;; How many parts of a structure its hash depends on.
    (define hashed-parts 1024)

    (define (hash-of-parts object)
      (let loop ((pending (list object)) (left hashed-parts) (hash 0))
        (if (or (null? pending) (= left 0))
            hash
            (let ((part (car pending)) (rest (cdr pending)) (left (- left 1)))
              (cond ((pair? part)
                     (loop (cons (car part) (cons (cdr part) rest)) left (combine hash 1)))
                    ((vector? part)
                     (let ((length (vector-length part)))
                       (loop (append (vector->list part 0 (min length left)) rest)
                             left
                             (combine hash (+ 2 length)))))
                    (else (loop rest left (combine hash (leaf-hash part)))))))))

    (define (type-rank object)
      (cond ((null? object) 0) ((pair? object) 1) ((boolean? object) 2) ((char? object) 3)
            ((string? object) 4) ((symbol? object) 5) ((number? object) 6) ((vector? object) 7)
            ((bytevector? object) 8) (else other-rank)))

    ;; The rank of all types that a program defines.
    (define other-rank 9)

    ;; `less`, #t if they are the same, else #f.
    (define (leaf-order a b)
      (let ((rank (type-rank a)) (other (type-rank b)))
        (cond ((< rank other) 'less)
              ((> rank other) #f)
              ((leaf<? rank a b) 'less)
              (else (leaf-same? a b)))))

    (define (leaf<? rank a b)
      (case rank
        ((0) #f)
        ((2) (and (not a) b))
        ((3) (char<? a b))
        ((4) (string<? a b))
        ((5) (string<? (symbol->string a) (symbol->string b)))
        ((6) (number<? a b))
        ;; Vectors of one length are no leaves.
        ((7) (< (vector-length a) (vector-length b)))
        ((8) (sequence<? a b bytevector-length bytevector-u8-ref = <))
        (else (other<? a b))))

    ;; Types in the order of their registration, then those that nobody registered, in the order in which they were
    ;; met here, and so are their objects.
    (define (other<? a b)
      (registration
       a
       (lambda (index rest)
         (registration
          b
          (lambda (other other-rest)
            (cond ((< index other) #t)
                  ((> index other) #f)
                  ((null? rest) (met-before? a b))
                  (else (<? (car rest) a b))))))))

    ;; The number of an object, which goes with its identity, grows from object to object that is asked for one.
    (define (met-before? a b)
      (let ((type (type-number a)) (other (type-number b)))
        (if (= type other)
            (and (not (equal? a b)) (< (identity-hash a) (identity-hash b)))
            (< type other))))

    (define (type-number object)
      (cond ((procedure? object) 0)
            ((port? object) 1)
            ((promise? object) 2)
            ((eof-object? object) 3)
            ((guard (problem (#t #f)) (%record-type-of object))
             => (lambda (type) (+ 5 (identity-hash type))))
            (else 4)))

    ;; A number that is no number is the same as itself and comes first: otherwise there is no order.
    (define (real-same? a b)
      (or (= a b) (and (nan? a) (nan? b))))

    (define (real<? a b)
      (cond ((nan? a) (not (nan? b)))
            ((nan? b) #f)
            (else (< a b))))

    (define (number-same? a b)
      (if (and (real? a) (real? b))
          (real-same? a b)
          (and (real-same? (real-part a) (real-part b))
               (real-same? (imag-part a) (imag-part b)))))

    ;; By the real parts, then by the imaginary ones.
    (define (number<? a b)
      (if (and (real? a) (real? b))
          (real<? a b)
          (or (real<? (real-part a) (real-part b))
              (and (real-same? (real-part a) (real-part b))
                   (real<? (imag-part a) (imag-part b))))))

    ;; Shorter sequences come first.
    (define (sequence<? a b length-of element same? less?)
      (let ((length (length-of a)))
        (if (not (= length (length-of b)))
            (< length (length-of b))
            (let loop ((index 0))
              (and (< index length)
                   (let ((x (element a index)) (y (element b index)))
                     (or (less? x y)
                         (and (same? x y) (loop (+ index 1))))))))))

    (define (make-pair-comparator first second)
      (new-comparator
       (lambda (object)
         (and (pair? object)
              (comparator-test-type first (car object))
              (comparator-test-type second (cdr object))))
       (lambda (a b) (and (=? first (car a) (car b)) (=? second (cdr a) (cdr b))))
       (lambda (a b)
         (or (<? first (car a) (car b))
             (and (=? first (car a) (car b)) (<? second (cdr a) (cdr b)))))
       (lambda (pair)
         (combine (comparator-hash first (car pair)) (comparator-hash second (cdr pair))))))

    (define (combine hash other)
      (object-hash (+ (* 31 (modulo hash 1000000007)) (modulo other 1000000007))))

    (define make-list-comparator
      (case-lambda
        ((element) (make-list-comparator element list? null? car cdr))
        ((element type? empty? head tail)
         (new-comparator
          (lambda (object)
            (and (type? object)
                 (let loop ((rest object))
                   (or (empty? rest)
                       (and (comparator-test-type element (head rest)) (loop (tail rest)))))))
          (lambda (a b)
            (let loop ((a a) (b b))
              (cond ((empty? a) (empty? b))
                    ((empty? b) #f)
                    (else (and (=? element (head a) (head b)) (loop (tail a) (tail b)))))))
          (lambda (a b)
            (let loop ((a a) (b b))
              (cond ((empty? a) (not (empty? b)))
                    ((empty? b) #f)
                    ((=? element (head a) (head b)) (loop (tail a) (tail b)))
                    (else (<? element (head a) (head b))))))
          (lambda (object)
            (let loop ((rest object) (hash 17))
              (if (empty? rest)
                  hash
                  (loop (tail rest) (combine hash (comparator-hash element (head rest)))))))))))

    (define make-vector-comparator
      (case-lambda
        ((element) (make-vector-comparator element vector? vector-length vector-ref))
        ((element type? length-of ref)
         (define (elements object)
           (let loop ((index (- (length-of object) 1)) (result '()))
             (if (< index 0)
                 result
                 (loop (- index 1) (cons (ref object index) result)))))
         (let ((of-lists (make-list-comparator element)))
           (new-comparator
            (lambda (object) (and (type? object) (comparator-test-type of-lists (elements object))))
            (lambda (a b) (=? of-lists (elements a) (elements b)))
            (lambda (a b)
              (sequence<? a b length-of ref
                          (comparator-equality-predicate element)
                          (comparator-ordering-predicate element)))
            (lambda (object) (comparator-hash of-lists (elements object))))))))

    (define (comparator-test-type comparator object)
      ((comparator-type-test-predicate comparator) object))

    (define (comparator-check-type comparator object)
      (or (comparator-test-type comparator object)
          (error "comparator-check-type: this object is of another type:" object)))

    (define (comparator-hash comparator object)
      ((comparator-hash-function comparator) object))

    ;; (define-order name (comparator a b) holds): of two or more objects, all neighbours.
    (define-syntax define-order
      (syntax-rules ()
        ((_ name (comparator a b) holds)
         (define (name comparator first second . more)
           (let loop ((a first) (b second) (more more))
             (and holds
                  (or (null? more) (loop b (car more) (cdr more)))))))))

    (define-order =? (comparator a b) ((comparator-equality-predicate comparator) a b))
    (define-order <? (comparator a b) ((comparator-ordering-predicate comparator) a b))
    (define-order >? (comparator a b) ((comparator-ordering-predicate comparator) b a))
    (define-order <=? (comparator a b) (not ((comparator-ordering-predicate comparator) b a)))
    (define-order >=? (comparator a b) (not ((comparator-ordering-predicate comparator) a b)))

    (define-syntax comparator-if<=>
      (syntax-rules ()
        ((_ a b less same greater)
         (comparator-if<=> (make-default-comparator) a b less same greater))
        ((_ comparator a b less same greater)
         (let ((order comparator) (x a) (y b))
           (cond ((=? order x y) same)
                 ((<? order x y) less)
                 (else greater))))))))
