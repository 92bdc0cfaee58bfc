;;; Record types and records for (srfi 99) and (srfi 131).
;;;
;;; A record has its type and a vector of its fields, those of the parent first. A field's place is
;;; therefore the same in all subtypes.

(define-library (srfi 99 records types)
  (export make-rtd rtd? rtd-constructor rtd-predicate rtd-accessor rtd-mutator
          record? record-rtd rtd-name rtd-parent rtd-field-names rtd-all-field-names
          rtd-field-mutable?)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; `names` and `mutable` are vectors for the type's own fields; `all-names` has the parent's
    ;; fields too. `ancestors` lists the type, its parent, and so on.
    (define-record-type rtd
      (new-rtd name parent names mutable all-names ancestors)
      rtd?
      (name get-name)
      (parent get-parent)
      (names get-names)
      (mutable get-mutable)
      (all-names get-all-names)
      (ancestors get-ancestors set-ancestors!))

    (define-record-type record
      (new-record rtd fields)
      record?
      (rtd get-rtd)
      (fields get-fields))

    (define (check-rtd name object)
      (if (not (rtd? object))
          (error (string-append name ": expected a record type, found") object)))

    (define make-rtd
      (case-lambda
        ((name fields) (make-rtd name fields #f))
        ((name fields parent)
         (if (not (symbol? name)) (error "make-rtd: expected a symbol, found" name))
         (if (not (vector? fields)) (error "make-rtd: expected a vector of fields, found" fields))
         (if parent (check-rtd "make-rtd" parent))
         (let* ((names (vector-map field-name fields))
                (rtd (new-rtd name
                              parent
                              names
                              (vector-map field-mutable? fields)
                              (if parent (vector-append (get-all-names parent) names) names)
                              '())))
           (set-ancestors! rtd (cons rtd (if parent (get-ancestors parent) '())))
           rtd))))

    ;; A field is a symbol, (mutable symbol) or (immutable symbol).
    (define (field-name field)
      (cond ((symbol? field) field)
            ((and (list? field)
                  (= (length field) 2)
                  (memq (car field) '(mutable immutable))
                  (symbol? (cadr field)))
             (cadr field))
            (else (error "make-rtd: this is no field:" field))))

    (define (field-mutable? field)
      (or (symbol? field) (eq? (car field) 'mutable)))

    (define rtd-constructor
      (case-lambda
        ((rtd)
         (check-rtd "rtd-constructor" rtd)
         (let ((size (vector-length (get-all-names rtd))))
           (lambda arguments
             (check-count rtd size arguments)
             (new-record rtd (list->vector arguments)))))
        ((rtd fields)
         (check-rtd "rtd-constructor" rtd)
         (let* ((size (vector-length (get-all-names rtd)))
                (places (map (lambda (field) (field-place "rtd-constructor" rtd field))
                             (vector->list fields)))
                (count (length places)))
           (lambda arguments
             (check-count rtd count arguments)
             (let ((values (make-vector size #f)))
               (for-each (lambda (place argument) (vector-set! values place argument))
                         places
                         arguments)
               (new-record rtd values)))))))

    (define (check-count rtd count arguments)
      (if (not (= (length arguments) count))
          (error "a record's constructor was given another number of arguments than fields:"
                 (get-name rtd) count arguments)))

    ;; The last field of that name, so that a child's field hides its parent's.
    (define (field-place name rtd field)
      (let ((names (get-all-names rtd)))
        (let loop ((place (- (vector-length names) 1)))
          (cond ((< place 0)
                 (error (string-append name ": the record type has no such field:")
                        (get-name rtd) field))
                ((eq? (vector-ref names place) field) place)
                (else (loop (- place 1)))))))

    (define (instance? object rtd)
      (and (record? object)
           (let ((own (get-rtd object)))
             (or (eq? own rtd)
                 (and (memq rtd (get-ancestors own)) #t)))))

    (define (rtd-predicate rtd)
      (check-rtd "rtd-predicate" rtd)
      (lambda (object) (instance? object rtd)))

    (define (check-instance rtd field object)
      (if (not (instance? object rtd))
          (error "a record's field is not in an object of another type:"
                 (get-name rtd) field object)))

    (define (rtd-accessor rtd field)
      (check-rtd "rtd-accessor" rtd)
      (let ((place (field-place "rtd-accessor" rtd field)))
        (lambda (record)
          (check-instance rtd field record)
          (vector-ref (get-fields record) place))))

    (define (rtd-mutator rtd field)
      (check-rtd "rtd-mutator" rtd)
      (let ((place (field-place "rtd-mutator" rtd field)))
        (if (not (rtd-field-mutable? rtd field))
            (error "rtd-mutator: the field is immutable:" (get-name rtd) field))
        (lambda (record value)
          (check-instance rtd field record)
          (vector-set! (get-fields record) place value))))

    ;; Inspection

    (define (record-rtd record)
      (if (not (record? record)) (error "record-rtd: expected a record, found" record))
      (get-rtd record))

    (define (rtd-name rtd) (check-rtd "rtd-name" rtd) (get-name rtd))
    (define (rtd-parent rtd) (check-rtd "rtd-parent" rtd) (get-parent rtd))

    (define (rtd-field-names rtd)
      (check-rtd "rtd-field-names" rtd)
      (vector-copy (get-names rtd)))

    (define (rtd-all-field-names rtd)
      (check-rtd "rtd-all-field-names" rtd)
      (vector-copy (get-all-names rtd)))

    ;; Of the type or of an ancestor.
    (define (rtd-field-mutable? rtd field)
      (check-rtd "rtd-field-mutable?" rtd)
      (let search ((rtd* rtd))
        (if (not rtd*)
            (error "rtd-field-mutable?: the record type has no such field:" (get-name rtd) field))
        (let ((names (get-names rtd*)))
          (let loop ((place 0))
            (cond ((= place (vector-length names)) (search (get-parent rtd*)))
                  ((eq? (vector-ref names place) field) (vector-ref (get-mutable rtd*) place))
                  (else (loop (+ place 1))))))))))
