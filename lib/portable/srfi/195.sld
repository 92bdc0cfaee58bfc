;;; SRFI 195: boxes of any number of values.

(define-library (srfi 195)
  (export box box? unbox set-box! box-arity unbox-value set-box-value!)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define-record-type box
      (new-box values)
      box?
      (values box-values))

    (define (check-box name object)
      (if (not (box? object)) (error (string-append name ": expected a box, found") object)))

    (define (check-index name box i)
      (check-box name box)
      (if (not (and (exact-integer? i) (< -1 i (vector-length (box-values box)))))
          (error (string-append name ": the box has no such value:") i)))

    (define (box . values) (new-box (list->vector values)))

    (define (unbox box)
      (check-box "unbox" box)
      (let ((elements (box-values box)))
        (if (= (vector-length elements) 1)
            (vector-ref elements 0)
            (apply values (vector->list elements)))))

    (define (set-box! box . new-values)
      (check-box "set-box!" box)
      (let ((elements (box-values box)))
        (if (not (= (length new-values) (vector-length elements)))
            (error "set-box!: the box has another number of values:"
                   (vector-length elements) new-values))
        (let loop ((i 0) (rest new-values))
          (if (pair? rest)
              (begin
                (vector-set! elements i (car rest))
                (loop (+ i 1) (cdr rest)))))))

    (define (box-arity box)
      (check-box "box-arity" box)
      (vector-length (box-values box)))

    (define (unbox-value box i)
      (check-index "unbox-value" box i)
      (vector-ref (box-values box) i))

    (define (set-box-value! box i object)
      (check-index "set-box-value!" box i)
      (vector-set! (box-values box) i object))))
