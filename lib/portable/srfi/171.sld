;;; SRFI 171: transducers.
;;;
;;; A transducer that keeps state makes it anew for each reduction: it can be used again.

(define-library (srfi 171)
  (export rcons reverse-rcons rcount rany revery
          list-transduce vector-transduce string-transduce bytevector-u8-transduce
          port-transduce generator-transduce
          tmap tfilter tremove treplace tfilter-map tdrop tdrop-while ttake ttake-while
          tconcatenate tappend-map tflatten tdelete-neighbor-duplicates tdelete-duplicates
          tsegment tpartition tadd-between tenumerate tlog)
  (import (scheme base) (scheme case-lambda) (scheme write) (srfi 171 meta)
          (only (cozen condition) %check-argument)
          (only (cozen hash-table) make-table table? table-ref table-set! table-contains?))
  (begin

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who number) (%check-argument procedure? object who number "procedure"))))

    (define (count? object) (and (exact-integer? object) (>= object 0)))

    ;; reductions

    ;; (define-transduce name reduce): from the collection's start to its end.
    (define-syntax define-transduce
      (syntax-rules ()
        ((_ name reduce)
         (define name
           (case-lambda
             ((transducer reducer collection)
              (check-procedure reducer 'name 2)
              (name transducer reducer (reducer) collection))
             ((transducer reducer identity collection)
              (check-procedure transducer 'name 1)
              (check-procedure reducer 'name 2)
              (let ((step (transducer reducer)))
                (step (reduce step identity collection)))))))))

    (define-transduce list-transduce list-reduce)
    (define-transduce vector-transduce vector-reduce)
    (define-transduce string-transduce string-reduce)
    (define-transduce bytevector-u8-transduce bytevector-u8-reduce)
    (define-transduce generator-transduce generator-reduce)

    (define port-transduce
      (case-lambda
        ((transducer reducer reader) (generator-transduce transducer reducer reader))
        ((transducer reducer reader port)
         (check-procedure reducer 'port-transduce 2)
         (port-transduce transducer reducer (reducer) reader port))
        ((transducer reducer identity reader port)
         (check-procedure transducer 'port-transduce 1)
         (check-procedure reducer 'port-transduce 2)
         (check-procedure reader 'port-transduce 4)
         (let ((step (transducer reducer)))
           (step (port-reduce step identity reader port))))))

    ;; reducers

    (define rcons
      (case-lambda
        ((list input) (cons input list))
        ((list) (reverse list))
        (() '())))

    (define reverse-rcons
      (case-lambda
        ((list input) (cons input list))
        ((list) list)
        (() '())))

    (define rcount
      (case-lambda
        ((count input) (+ count 1))
        ((count) count)
        (() 0)))

    (define (rany holds?)
      (check-procedure holds? 'rany 1)
      (case-lambda
        ((result input)
         (let ((found (holds? input)))
           (if found (reduced found) #f)))
        ((result) result)
        (() #f)))

    (define (revery holds?)
      (check-procedure holds? 'revery 1)
      (case-lambda
        ((result input) (or (holds? input) (reduced #f)))
        ((result) result)
        (() #t)))

    ;; transducers

    ;; (step-of reducer (result input) next): the reducer that does `next` with each input, and leaves start and
    ;; end to `reducer`.
    (define-syntax step-of
      (syntax-rules ()
        ((_ reducer (result input) next)
         (case-lambda
           ((result input) next)
           ((result) (reducer result))
           (() (reducer))))))

    (define (tmap procedure)
      (check-procedure procedure 'tmap 1)
      (lambda (reducer)
        (step-of reducer (result input) (reducer result (procedure input)))))

    (define (tfilter keep?)
      (check-procedure keep? 'tfilter 1)
      (lambda (reducer)
        (step-of reducer (result input)
          (if (keep? input) (reducer result input) result))))

    (define (tremove drop?)
      (check-procedure drop? 'tremove 1)
      (lambda (reducer)
        (step-of reducer (result input)
          (if (drop? input) result (reducer result input)))))

    (define (tfilter-map procedure)
      (check-procedure procedure 'tfilter-map 1)
      (lambda (reducer)
        (step-of reducer (result input)
          (let ((mapped (procedure input)))
            (if mapped (reducer result mapped) result)))))

    (define (treplace mapping) (tmap (replacement mapping)))

    ;; A procedure that answers what stands for its argument.
    (define (replacement mapping)
      (cond ((procedure? mapping) mapping)
            ((table? mapping) (lambda (input) (table-ref mapping input input)))
            ((list? mapping)
             (lambda (input)
               (let ((pair (assoc input mapping)))
                 (if pair (cdr pair) input))))
            (else
             (error "treplace: expected an association list, a hash table or a procedure, found"
                    mapping))))

    (define (tdrop count)
      (%check-argument count? count 'tdrop 1 "non-negative exact integer")
      (lambda (reducer)
        (let ((left count))
          (step-of reducer (result input)
            (if (= left 0)
                (reducer result input)
                (begin (set! left (- left 1)) result))))))

    ;; Stops with the last one that it lets through.
    (define (ttake count)
      (%check-argument count? count 'ttake 1 "non-negative exact integer")
      (lambda (reducer)
        (let ((left count))
          (step-of reducer (result input)
            (if (<= left 0)
                (ensure-reduced result)
                (let ((result (reducer result input)))
                  (set! left (- left 1))
                  (if (= left 0) (ensure-reduced result) result)))))))

    (define (tdrop-while drop?)
      (check-procedure drop? 'tdrop-while 1)
      (lambda (reducer)
        (let ((dropping? #t))
          (step-of reducer (result input)
            (if (and dropping? (drop? input))
                result
                (begin
                  (set! dropping? #f)
                  (reducer result input)))))))

    (define ttake-while
      (case-lambda
        ((keep?) (ttake-while keep? (lambda (result input) result)))
        ((keep? at-end)
         (check-procedure keep? 'ttake-while 1)
         (check-procedure at-end 'ttake-while 2)
         (lambda (reducer)
           (let ((taking? #t))
             (step-of reducer (result input)
               (if (and taking? (keep? input))
                   (reducer result input)
                   (begin
                     (set! taking? #f)
                     (ensure-reduced (at-end result input))))))))))

    (define (tconcatenate reducer)
      (let ((inner (preserving-reduced reducer)))
        (step-of reducer (result input) (list-reduce inner result input))))

    (define (tappend-map procedure)
      (check-procedure procedure 'tappend-map 1)
      (lambda (reducer)
        (let ((inner (preserving-reduced reducer)))
          (step-of reducer (result input) (list-reduce inner result (procedure input))))))

    (define (tflatten reducer)
      (define (flat result input)
        (if (list? input)
            (list-reduce inner result input)
            (reducer result input)))
      (define inner (preserving-reduced flat))
      (step-of reducer (result input) (flat result input)))

    (define tdelete-neighbor-duplicates
      (case-lambda
        (() (tdelete-neighbor-duplicates equal?))
        ((same?)
         (check-procedure same? 'tdelete-neighbor-duplicates 1)
         (lambda (reducer)
           (let ((first? #t) (last #f))
             (step-of reducer (result input)
               (if (and (not first?) (same? last input))
                   result
                   (begin
                     (set! first? #f)
                     (set! last input)
                     (reducer result input)))))))))

    (define tdelete-duplicates
      (case-lambda
        (() (tdelete-duplicates equal?))
        ((same?)
         (check-procedure same? 'tdelete-duplicates 1)
         (lambda (reducer)
           (let ((seen (make-table same? #f)))
             (step-of reducer (result input)
               (if (table-contains? seen input)
                   result
                   (begin
                     (table-set! seen input #t)
                     (reducer result input)))))))))

    ;; (grouping-step reducer (result input group) next): as `step-of`. `group` is a variable, at first (): inputs, the
    ;; last one first, that have not come out as a list. What is left comes out at the end.
    (define-syntax grouping-step
      (syntax-rules ()
        ((_ reducer (result input group) next)
         (let ((group '()))
           (case-lambda
             ((result input) next)
             ((result)
              (if (null? group)
                  (reducer result)
                  (let ((last (reverse group)))
                    (set! group '())
                    (reducer (unwrapped (reducer result last))))))
             (() (reducer)))))))

    (define (unwrapped result) (if (reduced? result) (unreduce result) result))

    (define (tsegment size)
      (%check-argument positive-count? size 'tsegment 1 "positive exact integer")
      (lambda (reducer)
        (let ((left size))
          (grouping-step reducer (result input group)
            (begin
              (set! group (cons input group))
              (set! left (- left 1))
              (if (< 0 left)
                  result
                  (let ((full (reverse group)))
                    (set! group '())
                    (set! left size)
                    (reducer result full))))))))

    (define (positive-count? object) (and (exact-integer? object) (> object 0)))

    (define (tpartition key-of)
      (check-procedure key-of 'tpartition 1)
      (lambda (reducer)
        (let ((last #f))
          (grouping-step reducer (result input group)
            (let ((key (key-of input)))
              (if (or (null? group) (equal? key last))
                  (begin
                    (set! last key)
                    (set! group (cons input group))
                    result)
                  (let ((done (reverse group)))
                    (set! last key)
                    (set! group (list input))
                    (reducer result done))))))))

    (define (tadd-between value)
      (lambda (reducer)
        (let ((first? #t))
          (step-of reducer (result input)
            (if first?
                (begin
                  (set! first? #f)
                  (reducer result input))
                (let ((result (reducer result value)))
                  (if (reduced? result) result (reducer result input))))))))

    (define tenumerate
      (case-lambda
        (() (tenumerate 0))
        ((start)
         (%check-argument number? start 'tenumerate 1 "number")
         (lambda (reducer)
           (let ((index start))
             (step-of reducer (result input)
               (let ((here index))
                 (set! index (+ here 1))
                 (reducer result (cons here input)))))))))

    (define tlog
      (case-lambda
        (() (tlog (lambda (result input) (write input) (newline))))
        ((log)
         (check-procedure log 'tlog 1)
         (lambda (reducer)
           (step-of reducer (result input)
             (begin
               (log result input)
               (reducer result input)))))))))
