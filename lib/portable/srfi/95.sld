;;; SRFI 95: sorting and merging.
;;;
;;; Sequences are lists, vectors and strings. A key is computed once for each element.

(define-library (srfi 95)
  (export sorted? merge merge! sort sort!)
  (import (scheme base) (scheme case-lambda)
          (only (srfi 132) list-sort vector-sort list-sorted? vector-sorted?))
  (begin

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (no-sequence who object)
      (error (string-append who ": expected a list, vector or string, found") object))

    (define sorted?
      (case-lambda
        ((sequence less?)
         (cond ((list? sequence) (list-sorted? less? sequence))
               ((vector? sequence) (vector-sorted? less? sequence))
               ((string? sequence) (vector-sorted? less? (string->vector sequence)))
               (else (no-sequence "sorted?" sequence))))
        ((sequence less? key)
         (check-procedure key "sorted?")
         (cond ((list? sequence) (list-sorted? less? (map key sequence)))
               ((vector? sequence) (vector-sorted? less? (vector-map key sequence)))
               ((string? sequence)
                (vector-sorted? less? (vector-map key (string->vector sequence))))
               (else (no-sequence "sorted?" sequence))))))

    ;; A sorted vector of the elements of a vector.
    (define (sorted-vector vector less?)
      (check-procedure less? "sort")
      (vector-sort less? vector))

    (define (sorted-vector-by-key vector less? key)
      (check-procedure less? "sort")
      (check-procedure key "sort")
      (vector-map cdr
                  (vector-sort (lambda (a b) (less? (car a) (car b)))
                               (vector-map (lambda (element) (cons (key element) element))
                                           vector))))

    (define (sort-as-vector sequence sorted)
      (cond ((list? sequence) (vector->list (sorted (list->vector sequence))))
            ((vector? sequence) (sorted sequence))
            ((string? sequence) (vector->string (sorted (string->vector sequence))))
            (else (no-sequence "sort" sequence))))

    (define sort
      (case-lambda
        ((sequence less?)
         (sort-as-vector sequence (lambda (vector) (sorted-vector vector less?))))
        ((sequence less? key)
         (sort-as-vector sequence (lambda (vector) (sorted-vector-by-key vector less? key))))))

    ;; The elements go back to where they were.
    (define (sort! sequence less? . key)
      (let ((sorted (apply sort sequence less? key)))
        (cond ((vector? sequence) (vector-copy! sequence 0 sorted))
              ((string? sequence) (string-copy! sequence 0 sorted))
              (else
               (let loop ((rest sequence) (sorted sorted))
                 (if (pair? rest)
                     (begin
                       (set-car! rest (car sorted))
                       (loop (cdr rest) (cdr sorted)))))))
        sequence))

    (define (identity object) object)

    (define (append-reversed reversed tail)
      (if (null? reversed)
          tail
          (append-reversed (cdr reversed) (cons (car reversed) tail))))

    (define merge
      (case-lambda
        ((left right less?) (merge left right less? identity))
        ((left right less? key)
         (check-merge left right less? key "merge")
         (if (or (null? left) (null? right))
             (list-copy (if (null? left) right left))
             (let loop ((left left) (left-key (key (car left)))
                        (right right) (right-key (key (car right)))
                        (merged '()))
               (if (less? right-key left-key)
                   (let ((merged (cons (car right) merged)) (rest (cdr right)))
                     (if (null? rest)
                         (append-reversed merged (list-copy left))
                         (loop left left-key rest (key (car rest)) merged)))
                   (let ((merged (cons (car left) merged)) (rest (cdr left)))
                     (if (null? rest)
                         (append-reversed merged (list-copy right))
                         (loop rest (key (car rest)) right right-key merged)))))))))

    (define merge!
      (case-lambda
        ((left right less?) (merge! left right less? identity))
        ((left right less? key)
         (check-merge left right less? key "merge!")
         (cond ((null? left) right)
               ((null? right) left)
               (else
                (let ((head (list #f)))
                  (let loop ((left left) (left-key (key (car left)))
                             (right right) (right-key (key (car right)))
                             (last head))
                    (if (less? right-key left-key)
                        (let ((rest (cdr right)))
                          (set-cdr! last right)
                          (if (null? rest)
                              (set-cdr! right left)
                              (loop left left-key rest (key (car rest)) right)))
                        (let ((rest (cdr left)))
                          (set-cdr! last left)
                          (if (null? rest)
                              (set-cdr! left right)
                              (loop rest (key (car rest)) right right-key left)))))
                  (cdr head)))))))

    (define (check-merge left right less? key who)
      (for-each (lambda (object)
                  (if (not (list? object))
                      (error (string-append who ": expected a list, found") object)))
                (list left right))
      (check-procedure less? who)
      (check-procedure key who))))
