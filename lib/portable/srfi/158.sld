;;; SRFI 158: generators and accumulators.

(define-library (srfi 158)
  (export generator circular-generator make-iota-generator make-range-generator
          make-coroutine-generator list->generator vector->generator reverse-vector->generator
          string->generator bytevector->generator make-for-each-generator make-unfold-generator
          gcons* gappend gflatten ggroup gmerge gmap gcombine gfilter gremove gstate-filter
          gtake gdrop gtake-while gdrop-while gdelete gdelete-neighbor-dups gindex gselect
          generator->list generator->reverse-list generator->vector generator->vector!
          generator->string generator-fold generator-for-each generator-map->list
          generator-find generator-count generator-any generator-every generator-unfold
          make-accumulator count-accumulator list-accumulator reverse-list-accumulator
          vector-accumulator reverse-vector-accumulator vector-accumulator! string-accumulator
          bytevector-accumulator bytevector-accumulator! sum-accumulator product-accumulator)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (check-procedures objects who)
      (for-each (lambda (object) (check-procedure object who)) objects))

    (define (check-count object who)
      (if (not (and (exact-integer? object) (>= object 0)))
          (error (string-append who ": expected a count, found") object)))

    (define (check-range start end length who)
      (if (not (and (exact-integer? start) (exact-integer? end) (<= 0 start end length)))
          (error (string-append who ": not a range up to " (number->string length) ":")
                 start end)))

    ;; constructors

    (define (generator . elements) (list->generator elements))

    (define (list->generator elements)
      (lambda ()
        (if (null? elements)
            (eof-object)
            (let ((element (car elements)))
              (set! elements (cdr elements))
              element))))

    (define (circular-generator first . more)
      (let* ((all (cons first more)) (rest all))
        (lambda ()
          (if (null? rest) (set! rest all))
          (let ((element (car rest)))
            (set! rest (cdr rest))
            element))))

    ;; Answers start, start + step, ... Inexact if one of them is.
    (define (progression start step continue?)
      (let ((start (if (exact? step) start (inexact start)))
            (index 0))
        (lambda ()
          (let ((number (+ start (* index step))))
            (if (continue? index number)
                (begin
                  (set! index (+ index 1))
                  number)
                (eof-object))))))

    (define make-iota-generator
      (case-lambda
        ((count) (make-iota-generator count 0 1))
        ((count start) (make-iota-generator count start 1))
        ((count start step)
         (if (not (and (real? count) (>= count 0)))
             (error "make-iota-generator: expected a count, found" count))
         (progression start step (lambda (index number) (< index count))))))

    (define make-range-generator
      (case-lambda
        ((start) (progression start 1 (lambda (index number) #t)))
        ((start end) (make-range-generator start end 1))
        ((start end step)
         (if (not (real? end))
             (error "make-range-generator: expected a real number, found" end))
         (progression start step (lambda (index number) (< number end))))))

    ;; `resume` continues the body; `return` leaves for the newest call of the generator.
    (define (make-coroutine-generator body)
      (check-procedure body "make-coroutine-generator")
      (let ((resume #f) (return #f))
        (define (yield element)
          (call-with-current-continuation
           (lambda (after-yield)
             (set! resume after-yield)
             (return element))))
        (define (start ignored)
          (body yield)
          (set! resume (lambda (ignored) (return (eof-object))))
          (return (eof-object)))
        (set! resume start)
        (lambda ()
          (call-with-current-continuation
           (lambda (after-call)
             (set! return after-call)
             (resume #f))))))

    (define (make-for-each-generator for-each collection)
      (check-procedure for-each "make-for-each-generator")
      (make-coroutine-generator (lambda (yield) (for-each yield collection))))

    (define (make-unfold-generator stop? element next seed)
      (check-procedures (list stop? element next) "make-unfold-generator")
      (let ((seed seed))
        (lambda ()
          (if (stop? seed)
              (eof-object)
              (let ((result (element seed)))
                (set! seed (next seed))
                result)))))

    ;; (define-indexed name who length-of ref): a generator of the elements in a range.
    (define-syntax define-indexed
      (syntax-rules ()
        ((_ name who length-of ref)
         (define name
           (case-lambda
             ((object) (name object 0 (length-of object)))
             ((object start) (name object start (length-of object)))
             ((object start end)
              (check-range start end (length-of object) who)
              (let ((index start))
                (lambda ()
                  (if (= index end)
                      (eof-object)
                      (let ((element (ref object index)))
                        (set! index (+ index 1))
                        element))))))))))

    (define-indexed vector->generator "vector->generator" vector-length vector-ref)
    (define-indexed string->generator "string->generator" string-length string-ref)
    (define-indexed bytevector->generator "bytevector->generator"
      bytevector-length bytevector-u8-ref)

    (define reverse-vector->generator
      (case-lambda
        ((vector) (reverse-vector->generator vector 0 (vector-length vector)))
        ((vector start) (reverse-vector->generator vector start (vector-length vector)))
        ((vector start end)
         (check-range start end (vector-length vector) "reverse-vector->generator")
         (let ((index end))
           (lambda ()
             (if (= index start)
                 (eof-object)
                 (begin
                   (set! index (- index 1))
                   (vector-ref vector index))))))))

    ;; operations

    (define (gcons* first . more)
      (let loop ((rest (cons first more)) (elements '()))
        (if (pair? (cdr rest))
            (loop (cdr rest) (cons (car rest) elements))
            (let ((source (car rest)) (elements (reverse elements)))
              (check-procedure source "gcons*")
              (lambda ()
                (if (null? elements)
                    (source)
                    (let ((element (car elements)))
                      (set! elements (cdr elements))
                      element)))))))

    (define (gappend . sources)
      (check-procedures sources "gappend")
      (lambda ()
        (let loop ()
          (if (null? sources)
              (eof-object)
              (let ((element ((car sources))))
                (if (eof-object? element)
                    (begin
                      (set! sources (cdr sources))
                      (loop))
                    element))))))

    (define (gflatten source)
      (check-procedure source "gflatten")
      (let ((elements '()))
        (lambda ()
          (let loop ()
            (cond ((pair? elements)
                   (let ((element (car elements)))
                     (set! elements (cdr elements))
                     element))
                  ((eof-object? elements) elements)
                  (else
                   (set! elements (source))
                   (loop)))))))

    (define ggroup
      (case-lambda
        ((source size) (group source size #f #f))
        ((source size padding) (group source size #t padding))))

    (define (group source size pad? padding)
      (check-procedure source "ggroup")
      (if (not (and (exact-integer? size) (> size 0)))
          (error "ggroup: expected a positive size, found" size))
      (lambda ()
        (let loop ((left size) (elements '()))
          (if (= left 0)
              (reverse elements)
              (let ((element (source)))
                (cond ((not (eof-object? element))
                       (loop (- left 1) (cons element elements)))
                      ((= left size) element)
                      (pad? (append (reverse elements) (make-list left padding)))
                      (else (reverse elements))))))))

    ;; Two sources at a time: each element passes as many of these as the logarithm of their number.
    (define (gmerge less? first . more)
      (check-procedures (cons less? (cons first more)) "gmerge")
      (let level ((sources (cons first more)))
        (if (null? (cdr sources))
            (car sources)
            (level (let pairs ((sources sources))
                     (if (or (null? sources) (null? (cdr sources)))
                         sources
                         (cons (merge-two less? (car sources) (cadr sources))
                               (pairs (cddr sources)))))))))

    (define (merge-two less? left right)
      (let ((a #f) (b #f) (started? #f))
        (lambda ()
          (if (not started?)
              (begin
                (set! a (left))
                (set! b (right))
                (set! started? #t)))
          (if (or (eof-object? a)
                  (and (not (eof-object? b)) (less? b a)))
              (let ((element b))
                (if (not (eof-object? b)) (set! b (right)))
                element)
              (let ((element a))
                (set! a (left))
                element)))))

    ;; The next elements of several sources, or an end-of-file object at the end of one.
    (define (next-elements sources)
      (let loop ((sources sources) (elements '()))
        (if (null? sources)
            (reverse elements)
            (let ((element ((car sources))))
              (if (eof-object? element)
                  element
                  (loop (cdr sources) (cons element elements)))))))

    (define gmap
      (case-lambda
        ((procedure source)
         (check-procedures (list procedure source) "gmap")
         (lambda ()
           (let ((element (source)))
             (if (eof-object? element) element (procedure element)))))
        ((procedure source . more)
         (check-procedures (cons procedure (cons source more)) "gmap")
         (let ((sources (cons source more)))
           (lambda ()
             (let ((elements (next-elements sources)))
               (if (eof-object? elements) elements (apply procedure elements))))))))

    (define (gcombine procedure seed source . more)
      (check-procedures (cons procedure (cons source more)) "gcombine")
      (let ((sources (cons source more)) (state seed))
        (lambda ()
          (let ((elements (next-elements sources)))
            (if (eof-object? elements)
                elements
                (let-values (((result new-state)
                              (apply procedure (append elements (list state)))))
                  (set! state new-state)
                  result))))))

    (define (gfilter holds? source)
      (check-procedures (list holds? source) "gfilter")
      (lambda ()
        (let loop ()
          (let ((element (source)))
            (if (or (eof-object? element) (holds? element))
                element
                (loop))))))

    (define (gremove holds? source)
      (check-procedures (list holds? source) "gremove")
      (gfilter (lambda (element) (not (holds? element))) source))

    (define (gstate-filter procedure seed source)
      (check-procedures (list procedure source) "gstate-filter")
      (let ((state seed))
        (lambda ()
          (let loop ()
            (let ((element (source)))
              (if (eof-object? element)
                  element
                  (let-values (((keep? new-state) (procedure element state)))
                    (set! state new-state)
                    (if keep? element (loop)))))))))

    (define gtake
      (case-lambda
        ((source count) (gtake source count (eof-object)))
        ((source count padding)
         (check-procedure source "gtake")
         (check-count count "gtake")
         (let ((left count))
           (lambda ()
             (if (= left 0)
                 (eof-object)
                 (let ((element (source)))
                   (set! left (- left 1))
                   (if (eof-object? element) padding element))))))))

    (define (gdrop source count)
      (check-procedure source "gdrop")
      (check-count count "gdrop")
      (let ((left count))
        (lambda ()
          (let loop ()
            (if (= left 0)
                (source)
                (begin
                  (set! left (- left 1))
                  (let ((element (source)))
                    (if (eof-object? element)
                        (begin
                          (set! left 0)
                          element)
                        (loop)))))))))

    (define (gtake-while holds? source)
      (check-procedures (list holds? source) "gtake-while")
      (let ((done? #f))
        (lambda ()
          (if done?
              (eof-object)
              (let ((element (source)))
                (if (and (not (eof-object? element)) (holds? element))
                    element
                    (begin
                      (set! done? #t)
                      (eof-object))))))))

    (define (gdrop-while holds? source)
      (check-procedures (list holds? source) "gdrop-while")
      (let ((found? #f))
        (lambda ()
          (if found?
              (source)
              (let loop ()
                (let ((element (source)))
                  (if (and (not (eof-object? element)) (holds? element))
                      (loop)
                      (begin
                        (set! found? #t)
                        element))))))))

    (define gdelete
      (case-lambda
        ((object source) (gdelete object source equal?))
        ((object source same?)
         (check-procedures (list source same?) "gdelete")
         (gremove (lambda (element) (same? object element)) source))))

    (define gdelete-neighbor-dups
      (case-lambda
        ((source) (gdelete-neighbor-dups source equal?))
        ((source same?)
         (check-procedures (list source same?) "gdelete-neighbor-dups")
         (let ((first? #t) (previous #f))
           (lambda ()
             (let loop ()
               (let ((element (source)))
                 (cond ((eof-object? element) element)
                       (first?
                        (set! first? #f)
                        (set! previous element)
                        element)
                       ((same? previous element) (loop))
                       (else
                        (set! previous element)
                        element)))))))))

    (define (gindex source indices)
      (check-procedures (list source indices) "gindex")
      (let ((position 0) (done? #f))
        (define (end)
          (set! done? #t)
          (eof-object))
        (lambda ()
          (let ((index (if done? (eof-object) (indices))))
            (cond ((eof-object? index) (end))
                  ((not (and (exact-integer? index) (>= index position)))
                   (error "gindex: the indices do not increase:" index))
                  (else
                   (let loop ()
                     (let ((element (source)))
                       (cond ((eof-object? element) (end))
                             ((= position index)
                              (set! position (+ position 1))
                              element)
                             (else
                              (set! position (+ position 1))
                              (loop)))))))))))

    (define (gselect source truths)
      (check-procedures (list source truths) "gselect")
      (let ((done? #f))
        (lambda ()
          (let loop ()
            (let* ((element (if done? (eof-object) (source)))
                   (truth (if (eof-object? element) element (truths))))
              (cond ((eof-object? truth)
                     (set! done? #t)
                     truth)
                    (truth element)
                    (else (loop))))))))

    ;; consumers

    (define generator->reverse-list
      (case-lambda
        ((source)
         (check-procedure source "generator->reverse-list")
         (let loop ((elements '()))
           (let ((element (source)))
             (if (eof-object? element)
                 elements
                 (loop (cons element elements))))))
        ((source count)
         (check-procedure source "generator->reverse-list")
         (check-count count "generator->reverse-list")
         (let loop ((left count) (elements '()))
           (if (= left 0)
               elements
               (let ((element (source)))
                 (if (eof-object? element)
                     elements
                     (loop (- left 1) (cons element elements)))))))))

    ;; (define-conversion name of-list): of the list of elements.
    (define-syntax define-conversion
      (syntax-rules ()
        ((_ name of-list)
         (define name
           (case-lambda
             ((source) (of-list (reverse (generator->reverse-list source))))
             ((source count) (of-list (reverse (generator->reverse-list source count)))))))))

    (define-conversion generator->list (lambda (elements) elements))
    (define-conversion generator->vector list->vector)
    (define-conversion generator->string list->string)

    (define (generator->vector! vector at source)
      (check-procedure source "generator->vector!")
      (let ((length (vector-length vector)))
        (check-range at length length "generator->vector!")
        (let loop ((index at))
          (if (= index length)
              (- index at)
              (let ((element (source)))
                (if (eof-object? element)
                    (- index at)
                    (begin
                      (vector-set! vector index element)
                      (loop (+ index 1)))))))))

    (define generator-fold
      (case-lambda
        ((procedure seed source)
         (check-procedures (list procedure source) "generator-fold")
         (let loop ((result seed))
           (let ((element (source)))
             (if (eof-object? element)
                 result
                 (loop (procedure element result))))))
        ((procedure seed source . more)
         (check-procedures (cons procedure (cons source more)) "generator-fold")
         (let ((sources (cons source more)))
           (let loop ((result seed))
             (let ((elements (next-elements sources)))
               (if (eof-object? elements)
                   result
                   (loop (apply procedure (append elements (list result)))))))))))

    (define (generator-for-each procedure source . more)
      (check-procedures (cons procedure (cons source more)) "generator-for-each")
      (let ((sources (cons source more)))
        (let loop ()
          (let ((elements (next-elements sources)))
            (if (not (eof-object? elements))
                (begin
                  (apply procedure elements)
                  (loop)))))))

    (define (generator-map->list procedure source . more)
      (check-procedures (cons procedure (cons source more)) "generator-map->list")
      (generator->list (apply gmap procedure source more)))

    (define (generator-find holds? source)
      (check-procedures (list holds? source) "generator-find")
      (let loop ()
        (let ((element (source)))
          (cond ((eof-object? element) #f)
                ((holds? element) element)
                (else (loop))))))

    (define (generator-count holds? source)
      (check-procedures (list holds? source) "generator-count")
      (generator-fold (lambda (element count) (if (holds? element) (+ count 1) count)) 0 source))

    (define (generator-any holds? source)
      (check-procedures (list holds? source) "generator-any")
      (let loop ()
        (let ((element (source)))
          (if (eof-object? element)
              #f
              (or (holds? element) (loop))))))

    (define (generator-every holds? source)
      (check-procedures (list holds? source) "generator-every")
      (let loop ((last #t))
        (let ((element (source)))
          (if (eof-object? element)
              last
              (let ((answer (holds? element)))
                (and answer (loop answer)))))))

    (define (generator-unfold source unfold . arguments)
      (check-procedures (list source unfold) "generator-unfold")
      (apply unfold eof-object? (lambda (element) element) (lambda (element) (source)) (source)
             arguments))

    ;; accumulators

    (define (make-accumulator procedure seed finish)
      (check-procedures (list procedure finish) "make-accumulator")
      (let ((state seed))
        (lambda (object)
          (if (eof-object? object)
              (finish state)
              (set! state (procedure object state))))))

    (define (count-accumulator)
      (make-accumulator (lambda (object count) (+ count 1)) 0 (lambda (count) count)))

    (define (list-accumulator) (make-accumulator cons '() reverse))
    (define (reverse-list-accumulator) (make-accumulator cons '() (lambda (elements) elements)))

    (define (vector-accumulator)
      (make-accumulator cons '() (lambda (elements) (list->vector (reverse elements)))))

    (define (reverse-vector-accumulator) (make-accumulator cons '() list->vector))

    (define (string-accumulator)
      (make-accumulator cons '() (lambda (characters) (list->string (reverse characters)))))

    (define (bytevector-accumulator)
      (make-accumulator cons '() (lambda (bytes) (apply bytevector (reverse bytes)))))

    (define (sum-accumulator) (make-accumulator + 0 (lambda (sum) sum)))
    (define (product-accumulator) (make-accumulator * 1 (lambda (product) product)))

    ;; (define-filling name who length-of set): fills an object from an index on.
    (define-syntax define-filling
      (syntax-rules ()
        ((_ name who length-of set)
         (define (name object at)
           (check-range at (length-of object) (length-of object) who)
           (let ((index at))
             (lambda (element)
               (cond ((eof-object? element) object)
                     ((= index (length-of object))
                      (error (string-append who ": there is no room left for") element))
                     (else
                      (set object index element)
                      (set! index (+ index 1))))))))))

    (define-filling vector-accumulator! "vector-accumulator!" vector-length vector-set!)
    (define-filling bytevector-accumulator! "bytevector-accumulator!"
      bytevector-length bytevector-u8-set!)))
