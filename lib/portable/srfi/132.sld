;;; SRFI 132: sorting.
;;;
;;; All sorts are the stable merge sort of (cozen sort), which changes nothing before it has ended: a continuation of a
;;; comparison may be entered again. A run that is in order already costs one comparison for each element. Selections
;;; do change their vector as they go.

(define-library (srfi 132)
  (export list-sorted? vector-sorted?
          list-sort list-stable-sort list-sort! list-stable-sort!
          vector-sort vector-stable-sort vector-sort! vector-stable-sort!
          list-merge list-merge! vector-merge vector-merge!
          list-delete-neighbor-dups list-delete-neighbor-dups!
          vector-delete-neighbor-dups vector-delete-neighbor-dups!
          vector-find-median vector-find-median!
          vector-select! vector-separate!)
  (import (scheme base) (scheme case-lambda) (prefix (only (cozen sort) list-sort) cozen:))
  (begin

    ;; arguments

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (check-list object who)
      (if (not (list? object))
          (error (string-append who ": expected a list, found") object)))

    (define (check-range vector start end who)
      (if (not (vector? vector))
          (error (string-append who ": expected a vector, found") vector))
      (if (not (and (exact-integer? start) (exact-integer? end)
                    (<= 0 start end (vector-length vector))))
          (error (string-append who ": no range of a vector of length "
                                (number->string (vector-length vector)) ":")
                 start end)))

    (define (end-of vector who)
      (if (not (vector? vector))
          (error (string-append who ": expected a vector, found") vector))
      (vector-length vector))

    ;; (define-ranged (name who procedure vector argument ...) (start end) body ...): start and end
    ;; may follow the arguments.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name who procedure vector argument ...) (start end) body1 body2 ...)
         (define name
           (case-lambda
             ((procedure vector argument ...)
              (name procedure vector argument ... 0 (end-of vector who)))
             ((procedure vector argument ... start)
              (name procedure vector argument ... start (end-of vector who)))
             ((procedure vector argument ... start end)
              (check-procedure procedure who)
              (check-range vector start end who)
              body1 body2 ...))))))

    ;; predicates

    (define (list-sorted? less? list)
      (check-procedure less? "list-sorted?")
      (check-list list "list-sorted?")
      (or (null? list)
          (let loop ((first (car list)) (rest (cdr list)))
            (or (null? rest)
                (and (not (less? (car rest) first))
                     (loop (car rest) (cdr rest)))))))

    (define-ranged (vector-sorted? "vector-sorted?" less? vector) (start end)
      (or (= start end)
          (let loop ((index (+ start 1)) (previous (vector-ref vector start)))
            (or (= index end)
                (let ((element (vector-ref vector index)))
                  (and (not (less? element previous))
                       (loop (+ index 1) element)))))))

    ;; sorting

    ;; Selections sort ranges up to this length by insertion.
    (define short-range 8)

    (define (sort-range! less? vector start end)
      (fill! vector start (cozen:list-sort less? (vector->list vector start end))))

    (define (fill! vector start list)
      (if (pair? list)
          (begin
            (vector-set! vector start (car list))
            (fill! vector (+ start 1) (cdr list)))))

    (define (insertion-sort! less? vector start end)
      (let next ((index (+ start 1)))
        (if (< index end)
            (let ((element (vector-ref vector index)))
              (let sift ((at index))
                (if (and (> at start) (less? element (vector-ref vector (- at 1))))
                    (begin
                      (vector-set! vector at (vector-ref vector (- at 1)))
                      (sift (- at 1)))
                    (vector-set! vector at element)))
              (next (+ index 1))))))

    ;; Writes the elements of two sorted ranges, in order, into `to`. The second range may be the
    ;; end of what is written.
    (define (merge-into! less? to at from1 start1 end1 from2 start2 end2)
      (let loop ((at at) (i start1) (j start2))
        (cond ((= i end1)
               (vector-copy! to at from2 j end2))
              ((= j end2)
               (vector-copy! to at from1 i end1))
              (else
               (let ((a (vector-ref from1 i)) (b (vector-ref from2 j)))
                 (if (less? b a)
                     (begin
                       (vector-set! to at b)
                       (loop (+ at 1) i (+ j 1)))
                     (begin
                       (vector-set! to at a)
                       (loop (+ at 1) (+ i 1) j))))))))

    (define-ranged (vector-sort! "vector-sort!" less? vector) (start end)
      (sort-range! less? vector start end))

    (define-ranged (vector-sort "vector-sort" less? vector) (start end)
      (list->vector (cozen:list-sort less? (vector->list vector start end))))

    (define vector-stable-sort vector-sort)
    (define vector-stable-sort! vector-sort!)

    (define (list-sort less? list)
      (check-procedure less? "list-sort")
      (check-list list "list-sort")
      (cozen:list-sort less? list))

    ;; What is sorted is a copy, so that the list may change before a comparison is entered again.
    (define (list-sort! less? list)
      (check-procedure less? "list-sort!")
      (check-list list "list-sort!")
      (let loop ((rest list) (sorted (cozen:list-sort less? (list-copy list))))
        (if (pair? rest)
            (begin
              (set-car! rest (car sorted))
              (loop (cdr rest) (cdr sorted)))))
      list)

    (define list-stable-sort list-sort)
    (define list-stable-sort! list-sort!)

    ;; merging

    (define (append-reversed reversed tail)
      (if (null? reversed)
          tail
          (append-reversed (cdr reversed) (cons (car reversed) tail))))

    (define (list-merge less? left right)
      (check-procedure less? "list-merge")
      (check-list left "list-merge")
      (check-list right "list-merge")
      (let loop ((left left) (right right) (merged '()))
        (cond ((null? left) (append-reversed merged right))
              ((null? right) (append-reversed merged left))
              ((less? (car right) (car left))
               (loop left (cdr right) (cons (car right) merged)))
              (else (loop (cdr left) right (cons (car left) merged))))))

    (define (list-merge! less? left right)
      (check-procedure less? "list-merge!")
      (check-list left "list-merge!")
      (check-list right "list-merge!")
      (let ((head (list #f)))
        (let loop ((left left) (right right) (last head))
          (cond ((null? left) (set-cdr! last right))
                ((null? right) (set-cdr! last left))
                ((less? (car right) (car left))
                 (set-cdr! last right)
                 (loop left (cdr right) right))
                (else
                 (set-cdr! last left)
                 (loop (cdr left) right left))))
        (cdr head)))

    (define vector-merge
      (case-lambda
        ((less? a b) (vector-merge less? a b 0))
        ((less? a b start1) (vector-merge less? a b start1 (end-of a "vector-merge")))
        ((less? a b start1 end1) (vector-merge less? a b start1 end1 0))
        ((less? a b start1 end1 start2)
         (vector-merge less? a b start1 end1 start2 (end-of b "vector-merge")))
        ((less? a b start1 end1 start2 end2)
         (check-procedure less? "vector-merge")
         (check-range a start1 end1 "vector-merge")
         (check-range b start2 end2 "vector-merge")
         (let ((result (make-vector (+ (- end1 start1) (- end2 start2)) #f)))
           (merge-into! less? result 0 a start1 end1 b start2 end2)
           result))))

    (define vector-merge!
      (case-lambda
        ((less? to a b) (vector-merge! less? to a b 0))
        ((less? to a b start) (vector-merge! less? to a b start 0))
        ((less? to a b start start1)
         (vector-merge! less? to a b start start1 (end-of a "vector-merge!")))
        ((less? to a b start start1 end1) (vector-merge! less? to a b start start1 end1 0))
        ((less? to a b start start1 end1 start2)
         (vector-merge! less? to a b start start1 end1 start2 (end-of b "vector-merge!")))
        ((less? to a b start start1 end1 start2 end2)
         (check-procedure less? "vector-merge!")
         (check-range a start1 end1 "vector-merge!")
         (check-range b start2 end2 "vector-merge!")
         (check-range to start (+ start (- end1 start1) (- end2 start2)) "vector-merge!")
         (merge-into! less? to start a start1 end1 b start2 end2))))

    ;; duplicate neighbours

    (define (list-delete-neighbor-dups same? list)
      (check-procedure same? "list-delete-neighbor-dups")
      (check-list list "list-delete-neighbor-dups")
      (if (null? list)
          '()
          (let loop ((rest (cdr list)) (kept (car list)) (result (cons (car list) '())))
            (cond ((null? rest) (reverse result))
                  ((same? kept (car rest)) (loop (cdr rest) kept result))
                  (else (loop (cdr rest) (car rest) (cons (car rest) result)))))))

    (define (list-delete-neighbor-dups! same? list)
      (check-procedure same? "list-delete-neighbor-dups!")
      (check-list list "list-delete-neighbor-dups!")
      (if (pair? list)
          (let loop ((kept list) (rest (cdr list)))
            (cond ((null? rest) (set-cdr! kept '()))
                  ((same? (car kept) (car rest)) (loop kept (cdr rest)))
                  (else
                   (set-cdr! kept rest)
                   (loop rest (cdr rest))))))
      list)

    ;; Answers where what is kept ends.
    (define-ranged (vector-delete-neighbor-dups! "vector-delete-neighbor-dups!" same? vector)
      (start end)
      (if (= start end)
          end
          (let loop ((index (+ start 1)) (kept start))
            (cond ((= index end) (+ kept 1))
                  ((same? (vector-ref vector kept) (vector-ref vector index))
                   (loop (+ index 1) kept))
                  (else
                   (vector-set! vector (+ kept 1) (vector-ref vector index))
                   (loop (+ index 1) (+ kept 1)))))))

    (define-ranged (vector-delete-neighbor-dups "vector-delete-neighbor-dups" same? vector)
      (start end)
      (let ((result (vector-copy vector start end)))
        (vector-copy result 0 (vector-delete-neighbor-dups! same? result))))

    ;; selection

    ;; Moves elements until the one at `index` is where sorting would put it, no earlier one is
    ;; greater, and no later one is less. A range that splits badly too often is sorted.
    (define (select! less? vector index start end)
      (let loop ((start start) (end end) (tries (split-limit (- end start))))
        (cond ((< (- end start) short-range) (insertion-sort! less? vector start end))
              ((= tries 0) (sort-range! less? vector start end))
              (else
               (let-values (((low high) (split! less? vector start end)))
                 (cond ((< index low) (loop start low (- tries 1)))
                       ((>= index high) (loop high end (- tries 1)))))))))

    ;; Twice the logarithm of the length.
    (define (split-limit length)
      (let loop ((length length) (limit 2))
        (if (< length 2)
            limit
            (loop (quotient length 2) (+ limit 2)))))

    ;; Puts what is less than a pivot first and what is greater last. Answers where the elements
    ;; equal to the pivot begin and end.
    (define (split! less? vector start end)
      (define (swap! i j)
        (let ((element (vector-ref vector i)))
          (vector-set! vector i (vector-ref vector j))
          (vector-set! vector j element)))
      (let ((pivot (median-of-three less?
                                    (vector-ref vector start)
                                    (vector-ref vector (quotient (+ start end) 2))
                                    (vector-ref vector (- end 1)))))
        (let loop ((low start) (index start) (high end))
          (cond ((= index high) (values low high))
                ((less? (vector-ref vector index) pivot)
                 (swap! low index)
                 (loop (+ low 1) (+ index 1) high))
                ((less? pivot (vector-ref vector index))
                 (swap! index (- high 1))
                 (loop low index (- high 1)))
                (else (loop low (+ index 1) high))))))

    (define (median-of-three less? a b c)
      (if (less? b a)
          (if (less? c b) b (if (less? c a) c a))
          (if (less? c a) a (if (less? c b) c b))))

    (define-ranged (vector-select! "vector-select!" less? vector rank) (start end)
      (if (not (and (exact-integer? rank) (<= 0 rank) (< rank (- end start))))
          (error "vector-select!: no rank in the range:" rank start end))
      (select! less? vector (+ start rank) start end)
      (vector-ref vector (+ start rank)))

    (define-ranged (vector-separate! "vector-separate!" less? vector count) (start end)
      (if (not (and (exact-integer? count) (<= 0 count (- end start))))
          (error "vector-separate!: no count for the range:" count start end))
      (if (< count (- end start))
          (select! less? vector (+ start count) start end)))

    (define (average a b) (/ (+ a b) 2))

    (define vector-find-median
      (case-lambda
        ((less? vector default) (vector-find-median less? vector default average))
        ((less? vector default mean)
         (check-procedure less? "vector-find-median")
         (check-procedure mean "vector-find-median")
         (let ((length (end-of vector "vector-find-median")))
           (if (= length 0)
               default
               (let ((copy (vector-copy vector)) (middle (quotient length 2)))
                 (select! less? copy middle 0 length)
                 (if (odd? length)
                     (vector-ref copy middle)
                     (mean (greatest less? copy middle) (vector-ref copy middle)))))))))

    ;; The greatest of the first `count` elements.
    (define (greatest less? vector count)
      (let loop ((index 1) (found (vector-ref vector 0)))
        (if (= index count)
            found
            (loop (+ index 1)
                  (if (less? found (vector-ref vector index)) (vector-ref vector index) found)))))

    (define vector-find-median!
      (case-lambda
        ((less? vector default) (vector-find-median! less? vector default average))
        ((less? vector default mean)
         (check-procedure mean "vector-find-median!")
         (vector-sort! less? vector)
         (let* ((length (vector-length vector)) (middle (quotient length 2)))
           (cond ((= length 0) default)
                 ((odd? length) (vector-ref vector middle))
                 (else (mean (vector-ref vector (- middle 1)) (vector-ref vector middle))))))))))
