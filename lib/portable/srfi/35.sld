;;; SRFI 35: conditions.
;;;
;;; A condition is a list of parts. A part is a type and the values of its and its parents' fields.
;;; A compound condition has more parts than one.

(define-library (srfi 35)
  (export make-condition-type condition-type? make-condition condition? condition-has-type?
          condition-ref make-compound-condition extract-condition
          define-condition-type condition
          &condition
          &message message-condition? condition-message
          &serious serious-condition?
          &error error?)
  (import (scheme base))
  (begin

    ;; `all-fields` includes those of the parents.
    (define-record-type condition-type
      (new-condition-type name parent fields all-fields)
      condition-type?
      (name condition-type-name)
      (parent condition-type-parent)
      (fields condition-type-fields)
      (all-fields condition-type-all-fields))

    ;; Each part is a pair of a type and an association list of fields.
    (define-record-type condition
      (new-condition parts)
      condition?
      (parts condition-parts))

    (define &condition (new-condition-type '&condition #f '() '()))

    (define (check-type name object)
      (if (not (condition-type? object))
          (error (string-append name ": expected a condition type, found") object)))

    (define (check-condition name object)
      (if (not (condition? object))
          (error (string-append name ": expected a condition, found") object)))

    (define (make-condition-type id parent field-names)
      (if (not (symbol? id))
          (error "make-condition-type: expected a symbol as the name, found" id))
      (check-type "make-condition-type" parent)
      (let ((inherited (condition-type-all-fields parent)))
        (for-each (lambda (field)
                    (if (or (not (symbol? field)) (memq field inherited))
                        (error "make-condition-type: this is no name for a new field:" field)))
                  field-names)
        (new-condition-type id parent field-names (append field-names inherited))))

    (define (subtype? type ancestor)
      (and type
           (or (eq? type ancestor)
               (subtype? (condition-type-parent type) ancestor))))

    (define (make-condition type . fields)
      (check-type "make-condition" type)
      (let ((values (plist->alist fields)))
        (check-fields "make-condition" type values)
        (new-condition (list (cons type values)))))

    (define (plist->alist fields)
      (cond ((null? fields) '())
            ((pair? (cdr fields))
             (cons (cons (car fields) (cadr fields)) (plist->alist (cddr fields))))
            (else (error "make-condition: a field has no value:" (car fields)))))

    ;; The values are those of all fields and no others.
    (define (check-fields name type values)
      (for-each (lambda (field)
                  (if (not (assq field values))
                      (error (string-append name ": a field has no value:") field)))
                (condition-type-all-fields type))
      (for-each (lambda (entry)
                  (if (not (memq (car entry) (condition-type-all-fields type)))
                      (error (string-append name ": the condition type has no such field:")
                             (car entry))))
                values))

    (define (condition-has-type? condition type)
      (check-condition "condition-has-type?" condition)
      (check-type "condition-has-type?" type)
      (and (find-part condition type) #t))

    (define (find-part condition type)
      (let loop ((parts (condition-parts condition)))
        (cond ((null? parts) #f)
              ((subtype? (car (car parts)) type) (car parts))
              (else (loop (cdr parts))))))

    (define (condition-ref condition field)
      (check-condition "condition-ref" condition)
      (let loop ((parts (condition-parts condition)))
        (if (null? parts)
            (error "condition-ref: the condition has no such field:" field condition)
            (let ((entry (assq field (cdr (car parts)))))
              (if entry
                  (cdr entry)
                  (loop (cdr parts)))))))

    ;; The field of a part that has the type.
    (define (typed-field condition type field)
      (check-condition (symbol->string field) condition)
      (let ((part (find-part condition type)))
        (if (not part)
            (error (string-append (symbol->string field) ": the condition is not of type")
                   (condition-type-name type) condition))
        (cdr (assq field (cdr part)))))

    (define (make-compound-condition condition1 . conditions)
      (for-each (lambda (condition) (check-condition "make-compound-condition" condition))
                (cons condition1 conditions))
      (new-condition (apply append (map condition-parts (cons condition1 conditions)))))

    (define (extract-condition condition type)
      (check-condition "extract-condition" condition)
      (check-type "extract-condition" type)
      (let ((part (find-part condition type)))
        (if (not part)
            (error "extract-condition: the condition is not of type"
                   (condition-type-name type) condition))
        (new-condition
         (list (cons type
                     (map (lambda (field) (assq field (cdr part)))
                          (condition-type-all-fields type)))))))

    (define-syntax define-condition-type
      (syntax-rules ()
        ((_ name parent predicate (field accessor) ...)
         (begin
           (define name (make-condition-type 'name parent '(field ...)))
           (define (predicate object)
             (and (condition? object) (condition-has-type? object name)))
           (define (accessor condition) (typed-field condition name 'field))
           ...))))

    (define-syntax condition
      (syntax-rules ()
        ((_ (type (field value) ...) ...)
         (make-from-bindings (list (cons type (list (cons 'field value) ...)) ...)))))

    ;; A field that is missing has the value of the first part whose type has the field too.
    (define (make-from-bindings parts)
      (new-condition
       (map (lambda (part)
              (check-type "condition" (car part))
              (let ((values
                     (append (cdr part)
                             (missing-fields (car part) (cdr part) parts))))
                (check-fields "condition" (car part) values)
                (cons (car part) values)))
            parts)))

    (define (missing-fields type given parts)
      (let loop ((fields (condition-type-all-fields type)) (found '()))
        (cond ((null? fields) found)
              ((assq (car fields) given) (loop (cdr fields) found))
              (else
               (let ((entry (find-binding (car fields) (field-owner type (car fields)) parts)))
                 (loop (cdr fields) (if entry (cons entry found) found)))))))

    ;; The type that introduced the field.
    (define (field-owner type field)
      (if (memq field (condition-type-fields type))
          type
          (field-owner (condition-type-parent type) field)))

    (define (find-binding field owner parts)
      (cond ((null? parts) #f)
            ((and (subtype? (car (car parts)) owner) (assq field (cdr (car parts)))))
            (else (find-binding field owner (cdr parts)))))

    (define-condition-type &message &condition
      message-condition?
      (message condition-message))

    (define-condition-type &serious &condition
      serious-condition?)

    (define-condition-type &error &serious
      error?)))
