;;; SRFI 214: flexvectors, vectors that grow and shrink.
;;;
;;; The elements stand at the beginning of a vector, which is replaced by one of twice the length when it is full.

(define-library (srfi 214)
  (export make-flexvector flexvector flexvector-unfold flexvector-unfold-right
          flexvector-copy flexvector-reverse-copy flexvector-append flexvector-concatenate
          flexvector-append-subvectors
          flexvector? flexvector-empty? flexvector=?
          flexvector-ref flexvector-front flexvector-back flexvector-length
          flexvector-add! flexvector-add-front! flexvector-add-back! flexvector-add-all!
          flexvector-append! flexvector-remove! flexvector-remove-front! flexvector-remove-back!
          flexvector-remove-range! flexvector-clear! flexvector-set! flexvector-swap!
          flexvector-fill! flexvector-reverse! flexvector-copy! flexvector-reverse-copy!
          flexvector-fold flexvector-fold-right flexvector-map flexvector-map/index
          flexvector-map! flexvector-map/index! flexvector-append-map flexvector-append-map/index
          flexvector-filter flexvector-filter/index flexvector-filter! flexvector-filter/index!
          flexvector-for-each flexvector-for-each/index flexvector-count flexvector-cumulate
          flexvector-index flexvector-index-right flexvector-skip flexvector-skip-right
          flexvector-binary-search flexvector-any flexvector-every flexvector-partition
          flexvector->vector vector->flexvector flexvector->list reverse-flexvector->list
          list->flexvector reverse-list->flexvector flexvector->string string->flexvector
          flexvector->generator generator->flexvector)
  (import (scheme base) (scheme case-lambda) (only (scheme cxr) caddr cdddr)
          (only (cozen condition) %check-argument))
  (begin

    (define-record-type flexvector-type
      (new-flexvector elements length)
      flexvector?
      ;; Those behind the length are #f.
      (elements elements set-elements!)
      (length length-of set-length!))

    ;; arguments

    (define-syntax check
      (syntax-rules ()
        ((_ object who) (check object who 1))
        ((_ object who number) (%check-argument flexvector? object who number "flexvector"))))

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who number) (%check-argument procedure? object who number "procedure"))))

    (define (count? object) (and (exact-integer? object) (>= object 0)))

    (define (fail who message . irritants)
      (apply error (string-append (symbol->string who) ": " message) irritants))

    ;; `limit` is the first index that is too large.
    (define (check-index index limit who)
      (if (not (and (count? index) (< index limit)))
          (fail who "the index is out of range:" index)))

    (define (check-all flexvectors who number)
      (if (pair? flexvectors)
          (begin
            (check (car flexvectors) who number)
            (check-all (cdr flexvectors) who (+ number 1)))))

    (define (clamped index limit) (max 0 (min index limit)))

    (define (check-range start end who)
      (if (not (and (exact-integer? start) (exact-integer? end)))
          (fail who "expected exact integers as a range, found" start end))
      (if (< end start) (fail who "the range ends before it starts:" start end)))

    ;; (define-ranged (name argument ...) (object number type? expected length-of) (start end) body ...): `object` is
    ;; argument `number`, a flexvector if nothing else is said; a start and an end may follow the arguments. In the body
    ;; they are clamped to the object's length.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name argument ...) (object number) (start end) body1 body2 ...)
         (define-ranged (name argument ...)
             (object number flexvector? "flexvector" length-of) (start end)
           body1 body2 ...))
        ((_ (name argument ...) (object number type? expected length-of) (start end) body1 body2 ...)
         (define name
           (let ((of-range
                  (lambda (argument ... from to)
                    (%check-argument type? object 'name number expected)
                    (let ((to (or to (length-of object))))
                      (check-range from to 'name)
                      (let ((start (clamped from (length-of object)))
                            (end (clamped to (length-of object))))
                        body1 body2 ...)))))
             (case-lambda
               ((argument ...) (of-range argument ... 0 #f))
               ((argument ... from) (of-range argument ... from #f))
               ((argument ... from to) (of-range argument ... from to))))))))

    ;; room

    ;; The elements of a flexvector, with room for `length` of them.
    (define (elements-for! fv length)
      (let ((old (elements fv)))
        (if (<= length (vector-length old))
            old
            (let ((new (make-vector (max 8 length (* 2 (vector-length old))) #f)))
              (vector-copy! new 0 old 0 (length-of fv))
              (set-elements! fv new)
              new))))

    ;; Makes room for `count` elements at `index`, and answers all elements.
    (define (open! fv index count)
      (let* ((length (length-of fv)) (elements (elements-for! fv (+ length count))))
        (vector-copy! elements (+ index count) elements index length)
        (set-length! fv (+ length count))
        elements))

    ;; Takes the elements from `start` to `end` out.
    (define (close! fv start end)
      (let ((length (length-of fv)) (elements (elements fv)))
        (vector-copy! elements start elements end length)
        (cut! fv (- length (- end start)))))

    ;; Keeps only the first elements.
    (define (cut! fv length)
      (vector-fill! (elements fv) #f length (length-of fv))
      (set-length! fv length)
      fv)

    (define (whole vector) (new-flexvector vector (vector-length vector)))

    ;; constructors

    (define make-flexvector
      (case-lambda
        ((size) (make-flexvector size #f))
        ((size fill)
         (%check-argument count? size 'make-flexvector 1 "non-negative exact integer")
         (whole (make-vector size fill)))))

    (define (flexvector . elements) (whole (list->vector elements)))

    ;; The elements that unfolding makes, last one first.
    (define (unfolded stop? mapper successor seeds)
      (let loop ((seeds seeds) (elements '()))
        (if (apply stop? seeds)
            elements
            (let ((element (apply mapper seeds)))
              (let-values ((seeds (apply successor seeds)))
                (loop seeds (cons element elements)))))))

    (define (flexvector-unfold stop? mapper successor . seeds)
      (reverse-list->flexvector (unfolded stop? mapper successor seeds)))

    (define (flexvector-unfold-right stop? mapper successor . seeds)
      (list->flexvector (unfolded stop? mapper successor seeds)))

    (define-ranged (flexvector-copy fv) (fv 1) (start end)
      (whole (vector-copy (elements fv) start end)))

    (define-ranged (flexvector-reverse-copy fv) (fv 1) (start end)
      (list->flexvector (reversed (elements fv) start end)))

    (define (reversed vector start end)
      (let loop ((index start) (result '()))
        (if (= index end)
            result
            (loop (+ index 1) (cons (vector-ref vector index) result)))))

    (define (flexvector-append . flexvectors) (concatenated flexvectors 'flexvector-append))

    (define (flexvector-concatenate flexvectors)
      (%check-argument list? flexvectors 'flexvector-concatenate 1 "list")
      (concatenated flexvectors 'flexvector-concatenate))

    (define (concatenated flexvectors who)
      (check-all flexvectors who 1)
      (let ((vector (make-vector (apply + (map length-of flexvectors)))))
        (put-all! vector 0 flexvectors)
        (whole vector)))

    (define (put-all! vector at flexvectors)
      (if (pair? flexvectors)
          (let ((fv (car flexvectors)))
            (vector-copy! vector at (elements fv) 0 (length-of fv))
            (put-all! vector (+ at (length-of fv)) (cdr flexvectors)))))

    (define (flexvector-append-subvectors . arguments)
      (let loop ((rest arguments) (parts '()))
        (cond ((null? rest) (flexvector-concatenate (reverse parts)))
              ((and (pair? (cdr rest)) (pair? (cddr rest)))
               (loop (cdddr rest)
                     (cons (flexvector-copy (car rest) (cadr rest) (caddr rest)) parts)))
              (else (fail 'flexvector-append-subvectors "a start or an end is missing behind"
                          (car rest))))))

    ;; predicates and selectors

    (define (flexvector-empty? fv)
      (check fv 'flexvector-empty?)
      (= 0 (length-of fv)))

    (define (flexvector=? same? . flexvectors)
      (check-procedure same? 'flexvector=? 1)
      (check-all flexvectors 'flexvector=? 2)
      (or (null? flexvectors)
          (let loop ((a (car flexvectors)) (rest (cdr flexvectors)))
            (or (null? rest)
                (and (same-elements? same? a (car rest))
                     (loop (car rest) (cdr rest)))))))

    (define (same-elements? same? a b)
      (and (= (length-of a) (length-of b))
           (let loop ((index 0))
             (or (>= index (length-of a))
                 (and (same? (vector-ref (elements a) index) (vector-ref (elements b) index))
                      (loop (+ index 1)))))))

    (define (flexvector-length fv)
      (check fv 'flexvector-length)
      (length-of fv))

    (define (flexvector-ref fv index)
      (check fv 'flexvector-ref)
      (check-index index (length-of fv) 'flexvector-ref)
      (vector-ref (elements fv) index))

    (define (check-filled fv who)
      (check fv who)
      (if (= 0 (length-of fv)) (fail who "the flexvector is empty")))

    (define (flexvector-front fv)
      (check-filled fv 'flexvector-front)
      (vector-ref (elements fv) 0))

    (define (flexvector-back fv)
      (check-filled fv 'flexvector-back)
      (vector-ref (elements fv) (- (length-of fv) 1)))

    ;; mutators

    (define (add-list! fv index list who)
      (check fv who)
      (check-index index (+ (length-of fv) 1) who)
      (%check-argument list? list who 3 "list")
      (let ((elements (open! fv index (length list))))
        (let loop ((index index) (rest list))
          (if (null? rest)
              fv
              (begin
                (vector-set! elements index (car rest))
                (loop (+ index 1) (cdr rest)))))))

    (define (flexvector-add! fv index . list) (add-list! fv index list 'flexvector-add!))
    (define (flexvector-add-all! fv index list) (add-list! fv index list 'flexvector-add-all!))
    (define (flexvector-add-front! fv . list) (add-list! fv 0 list 'flexvector-add-front!))

    (define flexvector-add-back!
      (case-lambda
        ((fv element)
         (check fv 'flexvector-add-back!)
         (add-back! fv element))
        ((fv . list)
         (check fv 'flexvector-add-back!)
         (add-list! fv (length-of fv) list 'flexvector-add-back!))))

    (define (add-back! fv element)
      (let* ((length (length-of fv)) (elements (elements-for! fv (+ length 1))))
        (vector-set! elements length element)
        (set-length! fv (+ length 1))
        fv))

    (define (flexvector-append! fv . more)
      (check-all (cons fv more) 'flexvector-append! 1)
      ;; One of the others may be `fv` itself.
      (let* ((lengths (map length-of more)) (at (length-of fv))
             (elements-of-all (map elements more))
             (to (elements-for! fv (apply + at lengths))))
        (let loop ((from elements-of-all) (lengths lengths) (at at))
          (if (null? from)
              (begin (set-length! fv at) fv)
              (begin
                (vector-copy! to at (car from) 0 (car lengths))
                (loop (cdr from) (cdr lengths) (+ at (car lengths))))))))

    (define (flexvector-remove! fv index)
      (check fv 'flexvector-remove!)
      (check-index index (length-of fv) 'flexvector-remove!)
      (take-out! fv index))

    (define (take-out! fv index)
      (let ((element (vector-ref (elements fv) index)))
        (close! fv index (+ index 1))
        element))

    (define (flexvector-remove-front! fv)
      (check-filled fv 'flexvector-remove-front!)
      (take-out! fv 0))

    (define (flexvector-remove-back! fv)
      (check-filled fv 'flexvector-remove-back!)
      (take-out! fv (- (length-of fv) 1)))

    (define-ranged (flexvector-remove-range! fv) (fv 1) (start end) (close! fv start end))

    (define (flexvector-clear! fv)
      (check fv 'flexvector-clear!)
      (set-elements! fv (vector))
      (set-length! fv 0)
      fv)

    (define (flexvector-set! fv index element)
      (check fv 'flexvector-set!)
      (check-index index (+ (length-of fv) 1) 'flexvector-set!)
      (if (= index (length-of fv))
          (begin (add-back! fv element) (if #f #f))
          (let ((old (vector-ref (elements fv) index)))
            (vector-set! (elements fv) index element)
            old)))

    (define (flexvector-swap! fv i j)
      (check fv 'flexvector-swap!)
      (check-index i (length-of fv) 'flexvector-swap!)
      (check-index j (length-of fv) 'flexvector-swap!)
      (let* ((elements (elements fv)) (element (vector-ref elements i)))
        (vector-set! elements i (vector-ref elements j))
        (vector-set! elements j element)
        fv))

    (define-ranged (flexvector-fill! fv fill) (fv 1) (start end)
      (vector-fill! (elements fv) fill start end)
      fv)

    (define (flexvector-reverse! fv)
      (check fv 'flexvector-reverse!)
      (let ((elements (elements fv)))
        (let loop ((i 0) (j (- (length-of fv) 1)))
          (if (< i j)
              (let ((element (vector-ref elements i)))
                (vector-set! elements i (vector-ref elements j))
                (vector-set! elements j element)
                (loop (+ i 1) (- j 1)))
              fv))))

    (define-ranged (flexvector-copy! to at from) (from 3) (start end)
      (copy-into! to at (elements from) start end 'flexvector-copy!))

    (define-ranged (flexvector-reverse-copy! to at from)
        (from 3) (start end)
      (copy-into! to at (list->vector (reversed (elements from) start end)) 0 (- end start)
                  'flexvector-reverse-copy!))

    (define (copy-into! to at from start end who)
      (check to who)
      (check-index at (+ (length-of to) 1) who)
      (let ((length (+ at (- end start))))
        (vector-copy! (elements-for! to length) at from start end)
        (if (< (length-of to) length) (set-length! to length))
        to))

    ;; iteration

    (define (shortest first more) (apply min (length-of first) (map length-of more)))

    ;; A procedure of an index: applies `procedure` to the elements of all flexvectors there.
    (define (at-index procedure first more)
      (if (null? more)
          (lambda (index) (procedure (vector-ref (elements first) index)))
          (let ((all (cons first more)))
            (lambda (index)
              (apply procedure (map (lambda (fv) (vector-ref (elements fv) index)) all))))))

    ;; The same, where the index is the first argument.
    (define (with-index procedure first more)
      (let ((next (folding procedure first more)))
        (lambda (index) (next index index))))

    (define (check-iteration procedure first more who)
      (check-procedure procedure who 1)
      (check-all (cons first more) who 2))

    ;; A procedure of a state and an index: applies `kons` to the state and the elements there.
    (define (folding kons first more)
      (if (null? more)
          (lambda (state index) (kons state (vector-ref (elements first) index)))
          (let ((all (cons first more)))
            (lambda (state index)
              (apply kons state
                     (map (lambda (fv) (vector-ref (elements fv) index)) all))))))

    (define (flexvector-fold kons knil first . more)
      (check-procedure kons 'flexvector-fold 1)
      (check-all (cons first more) 'flexvector-fold 3)
      (let ((next (folding kons first more)) (end (shortest first more)))
        (let loop ((index 0) (state knil))
          (if (= index end)
              state
              (loop (+ index 1) (next state index))))))

    (define (flexvector-fold-right kons knil first . more)
      (check-procedure kons 'flexvector-fold-right 1)
      (check-all (cons first more) 'flexvector-fold-right 3)
      (let ((next (folding kons first more)))
        (let loop ((index (- (shortest first more) 1)) (state knil))
          (if (< index 0)
              state
              (loop (- index 1) (next state index))))))

    ;; A list of the answers for all indexes, the last one first.
    (define (answers at end)
      (let loop ((index 0) (results '()))
        (if (= index end)
            results
            (loop (+ index 1) (cons (at index) results)))))

    ;; (define-both (name name/index) (first more at) body): `at` is a procedure of an index, made of the procedure
    ;; that is the first argument. In `name/index` that gets the index, too.
    (define-syntax define-both
      (syntax-rules ()
        ((_ (name name/index) (first more at) body)
         (begin
           (define (name procedure first . more)
             (check-iteration procedure first more 'name)
             (let ((at (at-index procedure first more))) body))
           (define (name/index procedure first . more)
             (check-iteration procedure first more 'name/index)
             (let ((at (with-index procedure first more))) body))))))

    (define-both (flexvector-map flexvector-map/index) (first more at)
      (reverse-list->flexvector (answers at (shortest first more))))

    (define-both (flexvector-map! flexvector-map/index!) (first more at)
      (let loop ((index 0) (end (shortest first more)))
        (if (= index end)
            first
            (begin
              (vector-set! (elements first) index (at index))
              (loop (+ index 1) end)))))

    (define-both (flexvector-append-map flexvector-append-map/index) (first more at)
      (flexvector-concatenate (reverse (answers at (shortest first more)))))

    (define-both (flexvector-for-each flexvector-for-each/index) (first more at)
      (let loop ((index 0) (end (shortest first more)))
        (if (< index end)
            (begin
              (at index)
              (loop (+ index 1) end)))))

    ;; The elements where `keep?` of the index holds, the last one first.
    (define (kept keep? fv)
      (let loop ((index 0) (result '()))
        (cond ((>= index (length-of fv)) result)
              ((keep? index) (loop (+ index 1) (cons (vector-ref (elements fv) index) result)))
              (else (loop (+ index 1) result)))))

    (define-both (flexvector-filter flexvector-filter/index) (fv more at)
      (reverse-list->flexvector (kept at fv)))

    (define-both (flexvector-filter! flexvector-filter/index!) (fv more at)
      (let loop ((index 0) (count 0) (end (length-of fv)))
        (cond ((= index end) (cut! fv count))
              ((at index)
               (vector-set! (elements fv) count (vector-ref (elements fv) index))
               (loop (+ index 1) (+ count 1) end))
              (else (loop (+ index 1) count end)))))

    (define (flexvector-partition holds? fv)
      (check-iteration holds? fv '() 'flexvector-partition)
      (let loop ((index (- (length-of fv) 1)) (in '()) (out '()))
        (if (< index 0)
            (values (list->flexvector in) (list->flexvector out))
            (let ((element (vector-ref (elements fv) index)))
              (if (holds? element)
                  (loop (- index 1) (cons element in) out)
                  (loop (- index 1) in (cons element out)))))))

    (define (flexvector-count holds? first . more)
      (check-iteration holds? first more 'flexvector-count)
      (let ((at (at-index holds? first more)) (end (shortest first more)))
        (let loop ((index 0) (count 0))
          (if (= index end)
              count
              (loop (+ index 1) (if (at index) (+ count 1) count))))))

    (define (flexvector-cumulate procedure knil fv)
      (check-procedure procedure 'flexvector-cumulate 1)
      (check fv 'flexvector-cumulate 3)
      (let loop ((index 0) (state knil) (results '()))
        (if (>= index (length-of fv))
            (reverse-list->flexvector results)
            (let ((state (procedure state (vector-ref (elements fv) index))))
              (loop (+ index 1) state (cons state results))))))

    ;; searching

    ;; The first index from `index` on for which `found?` holds, or #f.
    (define (search-up found? end)
      (let loop ((index 0))
        (and (< index end)
             (if (found? index) index (loop (+ index 1))))))

    (define (search-down found? end)
      (let loop ((index (- end 1)))
        (and (>= index 0)
             (if (found? index) index (loop (- index 1))))))

    (define (check-same-length first more who)
      (if (not (apply = (length-of first) (map length-of more)))
          (fail who "the flexvectors differ in length:" (length-of first) (map length-of more))))

    (define (flexvector-index holds? first . more)
      (check-iteration holds? first more 'flexvector-index)
      (search-up (at-index holds? first more) (shortest first more)))

    (define (flexvector-skip holds? first . more)
      (check-iteration holds? first more 'flexvector-skip)
      (let ((at (at-index holds? first more)))
        (search-up (lambda (index) (not (at index))) (shortest first more))))

    (define (flexvector-index-right holds? first . more)
      (check-iteration holds? first more 'flexvector-index-right)
      (check-same-length first more 'flexvector-index-right)
      (search-down (at-index holds? first more) (length-of first)))

    (define (flexvector-skip-right holds? first . more)
      (check-iteration holds? first more 'flexvector-skip-right)
      (check-same-length first more 'flexvector-skip-right)
      (let ((at (at-index holds? first more)))
        (search-down (lambda (index) (not (at index))) (length-of first))))

    (define-ranged (flexvector-binary-search fv value compare)
        (fv 1) (start end)
      (check-procedure compare 'flexvector-binary-search 3)
      (let loop ((start start) (end end))
        (and (< start end)
             (let* ((middle (quotient (+ start end) 2))
                    (order (compare (vector-ref (elements fv) middle) value)))
               (cond ((= order 0) middle)
                     ((< order 0) (loop (+ middle 1) end))
                     (else (loop start middle)))))))

    (define (flexvector-any holds? first . more)
      (check-iteration holds? first more 'flexvector-any)
      (let ((at (at-index holds? first more)) (end (shortest first more)))
        (let loop ((index 0))
          (and (< index end)
               (or (at index) (loop (+ index 1)))))))

    (define (flexvector-every holds? first . more)
      (check-iteration holds? first more 'flexvector-every)
      (let ((at (at-index holds? first more)) (end (shortest first more)))
        (let loop ((index 0) (last #t))
          (if (= index end)
              last
              (let ((answer (at index)))
                (and answer (loop (+ index 1) answer)))))))

    ;; conversion

    (define-ranged (flexvector->vector fv) (fv 1) (start end)
      (vector-copy (elements fv) start end))

    (define-ranged (vector->flexvector vector) (vector 1 vector? "vector" vector-length) (start end)
      (whole (vector-copy vector start end)))

    (define-ranged (flexvector->list fv) (fv 1) (start end)
      (vector->list (elements fv) start end))

    (define-ranged (reverse-flexvector->list fv) (fv 1) (start end) (reversed (elements fv) start end))

    (define (list->flexvector list)
      (%check-argument list? list 'list->flexvector 1 "list")
      (whole (list->vector list)))

    (define (reverse-list->flexvector list)
      (%check-argument list? list 'reverse-list->flexvector 1 "list")
      (list->flexvector (reverse list)))

    (define-ranged (flexvector->string fv) (fv 1) (start end)
      (vector->string (elements fv) start end))

    (define-ranged (string->flexvector string) (string 1 string? "string" string-length) (start end)
      (whole (string->vector string start end)))

    (define (flexvector->generator fv)
      (check fv 'flexvector->generator)
      (let ((index 0))
        (lambda ()
          (if (< index (length-of fv))
              (let ((element (vector-ref (elements fv) index)))
                (set! index (+ index 1))
                element)
              (eof-object)))))

    (define (generator->flexvector generator)
      (check-procedure generator 'generator->flexvector 1)
      (let ((fv (flexvector)))
        (let loop ((element (generator)))
          (if (eof-object? element)
              fv
              (begin
                (add-back! fv element)
                (loop (generator)))))))))
