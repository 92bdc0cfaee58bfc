;;; SRFI 222: compound objects.

(define-library (srfi 222)
  (export make-compound compound? compound-subobjects compound-length compound-ref
          compound-map compound-map->list compound-filter compound-predicate compound-access)
  (import (scheme base) (only (cozen condition) %check-argument))
  (begin

    ;; No subobject is a compound object.
    (define-record-type compound
      (list->compound subobjects)
      compound?
      (subobjects subobjects))

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who number) (%check-argument procedure? object who number "procedure"))))

    (define (make-compound . objects) (flattened objects))

    ;; A compound object of a list that may hold compound objects.
    (define (flattened objects)
      (list->compound (apply append (map compound-subobjects objects))))

    (define (compound-subobjects object)
      (if (compound? object) (subobjects object) (list object)))

    (define (compound-length object) (length (compound-subobjects object)))

    (define (compound-ref object index)
      (%check-argument count? index 'compound-ref 2 "non-negative exact integer")
      (let loop ((rest (compound-subobjects object)) (left index))
        (cond ((null? rest) (error "compound-ref: the index is out of range:" index))
              ((= left 0) (car rest))
              (else (loop (cdr rest) (- left 1))))))

    (define (count? object) (and (exact-integer? object) (>= object 0)))

    (define (compound-map->list procedure object)
      (check-procedure procedure 'compound-map->list 1)
      (map procedure (compound-subobjects object)))

    (define (compound-map procedure object)
      (check-procedure procedure 'compound-map 1)
      (flattened (map procedure (compound-subobjects object))))

    (define (compound-filter holds? object)
      (check-procedure holds? 'compound-filter 1)
      (let loop ((rest (compound-subobjects object)) (kept '()))
        (cond ((null? rest) (list->compound (reverse kept)))
              ((holds? (car rest)) (loop (cdr rest) (cons (car rest) kept)))
              (else (loop (cdr rest) kept)))))

    ;; The object itself or its first subobject that satisfies `holds?`, in a list; else #f.
    (define (find holds? object)
      (if (holds? object)
          (list object)
          (and (compound? object)
               (let loop ((rest (subobjects object)))
                 (and (pair? rest)
                      (if (holds? (car rest)) (list (car rest)) (loop (cdr rest))))))))

    (define (compound-predicate holds? object)
      (check-procedure holds? 'compound-predicate 1)
      (and (find holds? object) #t))

    (define (compound-access holds? accessor default object)
      (check-procedure holds? 'compound-access 1)
      (check-procedure accessor 'compound-access 2)
      (let ((found (find holds? object)))
        (if found (accessor (car found)) default)))))
