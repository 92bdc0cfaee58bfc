;;; SRFI 99: the syntactic layer of records.

(define-library (srfi 99 records syntactic)
  (export (rename define-record define-record-type))
  (import (scheme base) (cozen syntax) (srfi 99 records types))
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

    ;; A field that is a name, or that has an accessor and no mutator, is immutable.
    (define (make-type name parent fields)
      (make-rtd name
                (list->vector
                 (map (lambda (field)
                        (cond ((symbol? field) (list 'immutable field))
                              ((= (length field) 2) (list 'immutable (car field)))
                              (else (car field))))
                      fields))
                parent))

    ;; (define-named type (part ...) expression): defines what the parts, strings and names, make together, as if it
    ;; stood where `type` does.
    (define-syntax define-named
      (lambda (form)
        (syntax-case form ()
          ((_ type (part ...) expression)
           (let* ((text (lambda (part) (if (string? part) part (symbol->string part))))
                  (parts (map text (syntax->datum (syntax (part ...)))))
                  (symbol (string->symbol (apply string-append parts))))
             (with-syntax ((name (datum->syntax (syntax type) symbol)))
               (syntax (define name expression))))))))

    (define-syntax define-constructor
      (syntax-rules ()
        ((_ type #f) (begin))
        ((_ type #t) (define-named type ("make-" type) (rtd-constructor type)))
        ((_ type (name field ...)) (define name (rtd-constructor type '#(field ...))))
        ((_ type name) (define name (rtd-constructor type)))))

    (define-syntax define-predicate
      (syntax-rules ()
        ((_ type #f) (begin))
        ((_ type #t) (define-named type (type "?") (rtd-predicate type)))
        ((_ type name) (define name (rtd-predicate type)))))

    (define-syntax define-field
      (syntax-rules ()
        ((_ type (field))
         (begin
           (define-named type (type "-" field) (rtd-accessor type 'field))
           (define-named type (type "-" field "-set!") (rtd-mutator type 'field))))
        ((_ type (field accessor)) (define accessor (rtd-accessor type 'field)))
        ((_ type (field accessor mutator))
         (begin
           (define accessor (rtd-accessor type 'field))
           (define mutator (rtd-mutator type 'field))))
        ((_ type field) (define-named type (type "-" field) (rtd-accessor type 'field)))))))
