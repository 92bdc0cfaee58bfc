;;; SRFI 127: lazy sequences.
;;;
;;; A lazy sequence is a list whose last tail may be a generator.

(define-library (srfi 127)
  (export generator->lseq lseq? lseq=?
          lseq-car lseq-cdr lseq-first lseq-rest lseq-ref lseq-take lseq-drop
          lseq-realize lseq->generator lseq-length lseq-append lseq-zip
          lseq-map lseq-for-each lseq-filter lseq-remove
          lseq-find lseq-find-tail lseq-any lseq-every lseq-index
          lseq-take-while lseq-drop-while lseq-member lseq-memq lseq-memv)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (check-pair object who)
      (if (not (pair? object))
          (error (string-append who ": expected a sequence with elements, found") object)))

    (define (check-sequence object who)
      (if (not (or (pair? object) (null? object)))
          (error (string-append who ": expected a lazy sequence, found") object)))

    (define (check-count object who)
      (if (not (and (exact-integer? object) (>= object 0)))
          (error (string-append who ": expected a count, found") object)))

    ;; constructors and predicates

    (define (generator->lseq generator)
      (check-procedure generator "generator->lseq")
      (let ((first (generator)))
        (if (eof-object? first)
            '()
            (cons first generator))))

    ;; `slow` goes half as fast and is met again on a circle.
    (define (lseq? object)
      (or (null? object)
          (and (pair? object)
               (let loop ((fast object) (slow object))
                 (if (pair? fast)
                     (let ((fast (cdr fast)))
                       (if (pair? fast)
                           (let ((fast (cdr fast)) (slow (cdr slow)))
                             (and (not (eq? fast slow)) (loop fast slow)))
                           (end? fast)))
                     (end? fast))))))

    (define (end? object) (or (null? object) (procedure? object)))

    (define (lseq=? same? a b)
      (let loop ((a a) (b b))
        (cond ((eq? a b) #t)
              ((null? a) #f)
              ((null? b) #f)
              ((same? (lseq-car a) (lseq-car b)) (loop (rest a) (rest b)))
              (else #f))))

    ;; selectors

    (define (lseq-car sequence)
      (check-pair sequence "lseq-car")
      (car sequence))

    (define (lseq-cdr sequence)
      (check-pair sequence "lseq-cdr")
      (rest sequence))

    ;; The tail of a pair. A tail that is still a generator is replaced by its next element.
    (define (rest pair)
      (let ((tail (cdr pair)))
        (if (procedure? tail)
            (let* ((next (tail))
                   (new-tail (if (eof-object? next) '() (cons next tail))))
              (set-cdr! pair new-tail)
              new-tail)
            tail)))

    (define lseq-first lseq-car)
    (define lseq-rest lseq-cdr)

    (define (lseq-ref sequence index)
      (let ((tail (lseq-drop sequence index)))
        (if (not (pair? tail))
            (error "lseq-ref: the sequence ends before" index))
        (car tail)))

    (define (lseq-drop sequence count)
      (check-sequence sequence "lseq-drop")
      (check-count count "lseq-drop")
      (let loop ((sequence sequence) (left count))
        (cond ((= left 0) sequence)
              ((pair? sequence) (loop (rest sequence) (- left 1)))
              (else (error "lseq-drop: the sequence ends before" count)))))

    ;; The tail is only looked for when the generator is called: an lseq stays lazy.
    (define (lseq->generator sequence)
      (check-sequence sequence "lseq->generator")
      (let ((current #f))
        (lambda ()
          (cond ((not current) (set! current sequence))
                ((pair? current) (set! current (rest current))))
          (if (pair? current) (car current) (eof-object)))))

    (define (lseq-take sequence count)
      (check-count count "lseq-take")
      (let ((next (lseq->generator sequence)) (left count))
        (generator->lseq
         (lambda ()
           (if (= left 0)
               (eof-object)
               (let ((element (next)))
                 (if (eof-object? element)
                     (error "lseq-take: the sequence ends before" count))
                 (set! left (- left 1))
                 element))))))

    ;; the whole sequence

    (define (lseq-realize sequence)
      (check-sequence sequence "lseq-realize")
      (let loop ((tail sequence))
        (if (pair? tail)
            (loop (rest tail))
            sequence)))

    (define (lseq-length sequence)
      (check-sequence sequence "lseq-length")
      (let loop ((tail sequence) (length 0))
        (if (pair? tail)
            (loop (rest tail) (+ length 1))
            length)))

    (define (lseq-append . sequences)
      (for-each (lambda (sequence) (check-sequence sequence "lseq-append")) sequences)
      (let ((generators (map lseq->generator sequences)))
        (generator->lseq
         (lambda ()
           (let loop ()
             (if (null? generators)
                 (eof-object)
                 (let ((element ((car generators))))
                   (if (eof-object? element)
                       (begin
                         (set! generators (cdr generators))
                         (loop))
                       element))))))))

    (define (lseq-zip sequence . more)
      (apply lseq-map list sequence more))

    ;; Several sequences at once.
    (define (all-pairs? sequences)
      (or (null? sequences)
          (and (pair? (car sequences)) (all-pairs? (cdr sequences)))))

    (define lseq-map
      (case-lambda
        ((procedure sequence)
         (check-procedure procedure "lseq-map")
         (let ((next (lseq->generator sequence)))
           (generator->lseq
            (lambda ()
              (let ((element (next)))
                (if (eof-object? element) element (procedure element)))))))
        ((procedure sequence . more)
         (check-procedure procedure "lseq-map")
         (let ((sequences (cons sequence more)) (started? #f))
           (for-each (lambda (sequence) (check-sequence sequence "lseq-map")) sequences)
           (generator->lseq
            (lambda ()
              (if (and started? (all-pairs? sequences))
                  (set! sequences (map rest sequences)))
              (set! started? #t)
              (if (all-pairs? sequences)
                  (apply procedure (map car sequences))
                  (eof-object))))))))

    ;; Calls `procedure` with the elements at each place until `procedure` answers a true value;
    ;; answers that, or #f.
    (define (first-answer who procedure sequence more)
      (check-procedure procedure who)
      (if (null? more)
          (begin
            (check-sequence sequence who)
            (let loop ((tail sequence))
              (and (pair? tail)
                   (or (procedure (car tail)) (loop (rest tail))))))
          (begin
            (for-each (lambda (sequence) (check-sequence sequence who)) (cons sequence more))
            (let loop ((tails (cons sequence more)))
              (and (all-pairs? tails)
                   (or (apply procedure (map car tails)) (loop (map rest tails))))))))

    (define (lseq-for-each procedure sequence . more)
      (check-procedure procedure "lseq-for-each")
      (first-answer "lseq-for-each"
                    (lambda elements
                      (apply procedure elements)
                      #f)
                    sequence more)
      (if #f #f))

    (define (lseq-filter holds? sequence)
      (check-procedure holds? "lseq-filter")
      (let ((next (lseq->generator sequence)))
        (generator->lseq
         (lambda ()
           (let loop ()
             (let ((element (next)))
               (if (or (eof-object? element) (holds? element))
                   element
                   (loop))))))))

    (define (lseq-remove holds? sequence)
      (check-procedure holds? "lseq-remove")
      (lseq-filter (lambda (element) (not (holds? element))) sequence))

    ;; searching

    (define (lseq-find-tail holds? sequence)
      (check-procedure holds? "lseq-find-tail")
      (check-sequence sequence "lseq-find-tail")
      (let loop ((tail sequence))
        (and (pair? tail)
             (if (holds? (car tail)) tail (loop (rest tail))))))

    (define (lseq-find holds? sequence)
      (check-procedure holds? "lseq-find")
      (let ((tail (lseq-find-tail holds? sequence)))
        (and tail (car tail))))

    (define (lseq-any holds? sequence . more)
      (first-answer "lseq-any" holds? sequence more))

    (define (lseq-every holds? sequence . more)
      (let ((last #t))
        (if (first-answer "lseq-every"
                          (lambda elements
                            (set! last (apply holds? elements))
                            (not last))
                          sequence more)
            #f
            last)))

    (define (lseq-index holds? sequence . more)
      (let ((index -1))
        (and (first-answer "lseq-index"
                           (lambda elements
                             (set! index (+ index 1))
                             (apply holds? elements))
                           sequence more)
             index)))

    (define (lseq-take-while holds? sequence)
      (check-procedure holds? "lseq-take-while")
      (let ((next (lseq->generator sequence)) (done? #f))
        (generator->lseq
         (lambda ()
           (let ((element (if done? (eof-object) (next))))
             (if (or (eof-object? element) (holds? element))
                 element
                 (begin
                   (set! done? #t)
                   (eof-object))))))))

    (define (lseq-drop-while holds? sequence)
      (check-procedure holds? "lseq-drop-while")
      (or (lseq-find-tail (lambda (element) (not (holds? element))) sequence)
          '()))

    (define lseq-member
      (case-lambda
        ((object sequence) (lseq-member object sequence equal?))
        ((object sequence same?)
         (lseq-find-tail (lambda (element) (same? object element)) sequence))))

    (define (lseq-memq object sequence) (lseq-member object sequence eq?))
    (define (lseq-memv object sequence) (lseq-member object sequence eqv?))))
