;;; Records by their types and the places of their fields: for libraries that look into records of any type.

(define-library (cozen record)
  (export record-of? record-field record-field-index)
  (import (scheme base) (cozen primitives))
  (begin

    ;; Whether the object is a record of this type, or of one that extends it.
    (define (record-of? object type) (%record-of? object type))

    ;; The field at a place; those of the parent come first.
    (define (record-field record index) (%record-field record index))

    ;; The place of the field with this name.
    (define (record-field-index type name)
      (let ((names (%record-type-fields type)))
        (let next ((index 0))
          (cond ((= index (vector-length names))
                 (error "record-field-index: the record type has no such field" type name))
                ((eq? (vector-ref names index) name) index)
                (else (next (+ index 1)))))))))
