;;; SRFI 99: the syntactic layer of records.
;;;
;;; Names that SRFI 99 would make from the type's name must be given: syntax-rules makes no names.

(define-library (srfi 99 records syntactic)
  (export (rename define-record define-record-type))
  (import (scheme base) (srfi 99 records types))
  (begin

    (define-syntax define-record
      (syntax-rules ()
        ((_ (name parent) constructor predicate field ...)
         (define-parts name parent constructor predicate field ...))
        ((_ name constructor predicate field ...)
         (define-parts name #f constructor predicate field ...))))

    (define-syntax define-parts
      (syntax-rules ()
        ((_ name parent constructor predicate field ...)
         (begin
           (define name (make-type 'name parent '(field ...)))
           (define-constructor name constructor)
           (define-predicate name predicate)
           (define-field name field) ...))))

    ;; A field without a mutator is immutable.
    (define (make-type name parent fields)
      (make-rtd name
                (list->vector
                 (map (lambda (field)
                        (if (and (pair? field) (= (length field) 3))
                            (car field)
                            (list 'immutable (if (pair? field) (car field) field))))
                      fields))
                parent))

    (define-syntax define-constructor
      (syntax-rules ()
        ((_ type #f) (begin))
        ((_ type #t) (syntax-error "define-record-type: the constructor needs a name" type))
        ((_ type (name field ...)) (define name (rtd-constructor type '#(field ...))))
        ((_ type name) (define name (rtd-constructor type)))))

    (define-syntax define-predicate
      (syntax-rules ()
        ((_ type #f) (begin))
        ((_ type #t) (syntax-error "define-record-type: the predicate needs a name" type))
        ((_ type name) (define name (rtd-predicate type)))))

    (define-syntax define-field
      (syntax-rules ()
        ((_ type (field accessor)) (define accessor (rtd-accessor type 'field)))
        ((_ type (field accessor mutator))
         (begin
           (define accessor (rtd-accessor type 'field))
           (define mutator (rtd-mutator type 'field))))
        ((_ type field)
         (syntax-error "define-record-type: the field's accessor needs a name" type field))))))
