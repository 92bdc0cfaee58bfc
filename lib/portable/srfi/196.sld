;;; SRFI 196: ranges, sequences whose elements are computed when they are asked for.

(define-library (srfi 196)
  (export range numeric-range iota-range vector-range string-range range-append range-reverse
          range? range=? range-length range-ref range-first range-last
          range-split-at subrange range-segment range-take range-take-right range-drop
          range-drop-right range-count range-any range-every range-map range-map->list
          range-map->vector range-for-each range-filter-map range-filter-map->list
          range-filter range-filter->list range-remove range-remove->list
          range-fold range-fold-right range-index range-index-right
          range-take-while range-take-while-right range-drop-while range-drop-while-right
          range->list range->vector range->string vector->range range->generator)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; Element i is what the indexer answers for start + i.
    (define-record-type range
      (new-range start length indexer)
      range?
      (start range-start)
      (length get-length)
      (indexer range-indexer))

    (define (check-range name object)
      (if (not (range? object)) (error (string-append name ": expected a range, found") object)))

    (define (check-count name count limit)
      (if (not (and (exact-integer? count) (<= 0 count limit)))
          (error (string-append name ": the count is out of range, for a length of")
                 limit count)))

    ;; Without checks.
    (define (element range i) ((range-indexer range) (+ (range-start range) i)))

    ;; Constructors

    (define (range length indexer)
      (if (not (and (exact-integer? length) (>= length 0)))
          (error "range: expected a non-negative exact integer, found" length))
      (if (not (procedure? indexer)) (error "range: expected a procedure, found" indexer))
      (new-range 0 length indexer))

    (define numeric-range
      (case-lambda
        ((start end) (numeric-range start end 1))
        ((start end step)
         (if (not (and (real? start) (real? end) (real? step)))
             (error "numeric-range: expected real numbers, found" start end step))
         (if (zero? step) (error "numeric-range: the step is zero"))
         (let ((count (/ (- end start) step)))
           (if (not (rational? count))
               (error "numeric-range: the length is undetermined:" start end step))
           (iota-range (max 0 (exact (ceiling count))) start step)))))

    (define iota-range
      (case-lambda
        ((length) (iota-range length 0 1))
        ((length start) (iota-range length start 1))
        ((length start step)
         (if (not (and (real? start) (real? step)))
             (error "iota-range: expected real numbers, found" start step))
         (range length (lambda (i) (+ start (* i step)))))))

    (define (vector-range vector)
      (range (vector-length vector) (lambda (i) (vector-ref vector i))))

    (define (string-range string)
      (range (string-length string) (lambda (i) (string-ref string i))))

    (define (range-append . ranges)
      (vector-range (apply vector-append (map range->vector ranges))))

    (define (range-reverse range)
      (check-range "range-reverse" range)
      (let ((last (- (get-length range) 1)))
        (new-range 0 (get-length range) (lambda (i) (element range (- last i))))))

    (define (vector->range vector) (vector-range (vector-copy vector)))

    ;; Predicates and accessors

    (define (range=? same? range . ranges)
      (define (two? a b)
        (and (= (range-length a) (range-length b))
             (let loop ((i 0))
               (or (= i (get-length a))
                   (and (same? (element a i) (element b i)) (loop (+ i 1)))))))
      (check-range "range=?" range)
      (let loop ((first range) (rest ranges))
        (or (null? rest)
            (and (two? first (car rest)) (loop (car rest) (cdr rest))))))

    (define (range-length range)
      (check-range "range-length" range)
      (get-length range))

    (define (range-ref range i)
      (check-range "range-ref" range)
      (if (not (and (exact-integer? i) (< -1 i (get-length range))))
          (error "range-ref: the index is out of range, for a length of" (get-length range) i))
      (element range i))

    (define (range-first range) (range-ref range 0))
    (define (range-last range) (range-ref range (- (range-length range) 1)))

    ;; Parts

    (define (subrange range start end)
      (check-range "subrange" range)
      (check-count "subrange" end (get-length range))
      (check-count "subrange" start end)
      (part range start end))

    (define (part range start end)
      (new-range (+ (range-start range) start) (- end start) (range-indexer range)))

    (define (range-split-at range index)
      (values (range-take range index) (range-drop range index)))

    (define (range-segment range length)
      (check-range "range-segment" range)
      (if (not (and (exact-integer? length) (> length 0)))
          (error "range-segment: expected a positive exact integer, found" length))
      (let ((end (get-length range)))
        (let loop ((start 0) (parts '()))
          (if (< start end)
              (let ((next (min end (+ start length))))
                (loop next (cons (part range start next) parts)))
              (reverse parts)))))

    (define (range-take range count)
      (check-range "range-take" range)
      (check-count "range-take" count (get-length range))
      (part range 0 count))

    (define (range-take-right range count)
      (check-range "range-take-right" range)
      (check-count "range-take-right" count (get-length range))
      (part range (- (get-length range) count) (get-length range)))

    (define (range-drop range count)
      (check-range "range-drop" range)
      (check-count "range-drop" count (get-length range))
      (part range count (get-length range)))

    (define (range-drop-right range count)
      (check-range "range-drop-right" range)
      (check-count "range-drop-right" count (get-length range))
      (part range 0 (- (get-length range) count)))

    ;; Iteration

    (define (shortest name ranges)
      (for-each (lambda (range) (check-range name range)) ranges)
      (apply min (map get-length ranges)))

    (define (elements ranges i) (map (lambda (range) (element range i)) ranges))

    (define range-fold
      (case-lambda
        ((procedure state range)
         (check-range "range-fold" range)
         (let ((end (get-length range)))
           (let loop ((i 0) (state state))
             (if (< i end)
                 (loop (+ i 1) (procedure state (element range i)))
                 state))))
        ((procedure state . ranges)
         (let ((end (shortest "range-fold" ranges)))
           (let loop ((i 0) (state state))
             (if (< i end)
                 (loop (+ i 1) (apply procedure state (elements ranges i)))
                 state))))))

    (define (range-fold-right procedure state . ranges)
      (let loop ((i (- (shortest "range-fold-right" ranges) 1)) (state state))
        (if (< i 0)
            state
            (loop (- i 1) (apply procedure state (elements ranges i))))))

    (define (range-count satisfied? . ranges)
      (apply range-fold
             (lambda (count . elements)
               (if (apply satisfied? elements) (+ count 1) count))
             0 ranges))

    ;; The first true answer for an index and its elements.
    (define (search found ranges i end)
      (and (< i end)
           (or (found i (elements ranges i))
               (search found ranges (+ i 1) end))))

    (define (range-any satisfied? . ranges)
      (search (lambda (i elements) (apply satisfied? elements))
              ranges 0 (shortest "range-any" ranges)))

    (define (range-every satisfied? . ranges)
      (let ((end (shortest "range-every" ranges)))
        (let loop ((i 0) (answer #t))
          (if (and answer (< i end))
              (loop (+ i 1) (apply satisfied? (elements ranges i)))
              answer))))

    (define (range-index satisfied? . ranges)
      (search (lambda (i elements) (and (apply satisfied? elements) i))
              ranges 0 (shortest "range-index" ranges)))

    (define (range-index-right satisfied? . ranges)
      (let ((end (shortest "range-index-right" ranges)))
        (if (not (apply = (map get-length ranges)))
            (error "range-index-right: the ranges have different lengths:"
                   (map get-length ranges)))
        (let loop ((i (- end 1)))
          (and (>= i 0)
               (if (apply satisfied? (elements ranges i)) i (loop (- i 1)))))))

    (define (range-map->list procedure . ranges)
      (reverse
       (apply range-fold
              (lambda (results . elements) (cons (apply procedure elements) results))
              '() ranges)))

    (define (range-map->vector procedure . ranges)
      (list->vector (apply range-map->list procedure ranges)))

    (define (range-map procedure . ranges)
      (vector-range (apply range-map->vector procedure ranges)))

    (define (range-for-each procedure . ranges)
      (apply range-fold
             (lambda (state . elements) (apply procedure elements) state)
             #f ranges)
      (if #f #f))

    (define (list->range list) (vector-range (list->vector list)))

    (define (range-filter-map->list procedure . ranges)
      (reverse
       (apply range-fold
              (lambda (results . elements)
                (let ((result (apply procedure elements)))
                  (if result (cons result results) results)))
              '() ranges)))

    (define (range-filter-map procedure . ranges)
      (list->range (apply range-filter-map->list procedure ranges)))

    (define (range-filter->list satisfied? range)
      (reverse
       (range-fold (lambda (results element)
                     (if (satisfied? element) (cons element results) results))
                   '() range)))

    (define (range-remove->list satisfied? range)
      (range-filter->list (lambda (element) (not (satisfied? element))) range))

    (define (range-filter satisfied? range) (list->range (range-filter->list satisfied? range)))
    (define (range-remove satisfied? range) (list->range (range-remove->list satisfied? range)))

    ;; Where elements stop satisfying the predicate, from either end.

    (define (prefix-end satisfied? range)
      (or (range-index (lambda (element) (not (satisfied? element))) range)
          (get-length range)))

    (define (suffix-start satisfied? range)
      (let ((last (range-index-right (lambda (element) (not (satisfied? element))) range)))
        (if last (+ last 1) 0)))

    (define (range-take-while satisfied? range)
      (part range 0 (prefix-end satisfied? range)))

    (define (range-drop-while satisfied? range)
      (part range (prefix-end satisfied? range) (get-length range)))

    (define (range-take-while-right satisfied? range)
      (part range (suffix-start satisfied? range) (get-length range)))

    (define (range-drop-while-right satisfied? range)
      (part range 0 (suffix-start satisfied? range)))

    ;; Conversion

    (define (range->list range)
      (check-range "range->list" range)
      (let loop ((i (- (get-length range) 1)) (result '()))
        (if (< i 0) result (loop (- i 1) (cons (element range i) result)))))

    (define (range->vector range)
      (check-range "range->vector" range)
      (let ((result (make-vector (get-length range))))
        (let loop ((i 0))
          (if (< i (get-length range))
              (begin
                (vector-set! result i (element range i))
                (loop (+ i 1)))
              result))))

    (define (range->string range)
      (check-range "range->string" range)
      (let ((port (open-output-string)))
        (range-for-each (lambda (element)
                          (if (not (char? element))
                              (error "range->string: expected a character, found" element))
                          (write-char element port))
                        range)
        (get-output-string port)))

    (define (range->generator range)
      (check-range "range->generator" range)
      (let ((i 0))
        (lambda ()
          (if (< i (get-length range))
              (let ((result (element range i)))
                (set! i (+ i 1))
                result)
              (eof-object)))))))
