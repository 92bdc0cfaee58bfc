;;; Characters and strings.

(define-library (cozen string)
  (export char? char->integer integer->char char-upcase char-downcase char-foldcase
          char-alphabetic? char-numeric? char-whitespace? char-upper-case? char-lower-case?
          digit-value
          char=? char<? char>? char<=? char>=?
          char-ci=? char-ci<? char-ci>? char-ci<=? char-ci>=?
          string? make-string string string-length string-ref string-set!
          string=? string<? string>? string<=? string>=?
          string-ci=? string-ci<? string-ci>? string-ci<=? string-ci>=?
          string-upcase string-downcase string-foldcase
          substring string-append string-copy string-copy! string-fill!
          string->list list->string string->vector vector->string string->utf8 utf8->string
          string-map string-for-each string-hash)
  (import (cozen core) (cozen primitives) (cozen condition))
  (begin

    ;; (define-ordering name (a b) holds): a predicate of two or more operands, all of which are
    ;; checked. `holds` is about neighbours. With one operand it compares that with itself.
    (define-syntax define-ordering
      (syntax-rules ()
        ((_ name (a b) holds)
         (define name
           (case-lambda
             ((a b) holds)
             ((a) (let ((b a)) holds) #t)
             ((first second . more)
              (let loop ((a first) (b second) (more more) (result #t))
                (let ((result (and holds result)))
                  (if (null? more)
                      result
                      (loop b (car more) (cdr more) result))))))))))

    (define-ordering char=? (a b) (= (char->integer a) (char->integer b)))
    (define-ordering char<? (a b) (< (char->integer a) (char->integer b)))
    (define-ordering char>? (a b) (> (char->integer a) (char->integer b)))
    (define-ordering char<=? (a b) (<= (char->integer a) (char->integer b)))
    (define-ordering char>=? (a b) (>= (char->integer a) (char->integer b)))

    (define (folded-code character)
      (char->integer (char-foldcase character)))

    (define-ordering char-ci=? (a b) (= (folded-code a) (folded-code b)))
    (define-ordering char-ci<? (a b) (< (folded-code a) (folded-code b)))
    (define-ordering char-ci>? (a b) (> (folded-code a) (folded-code b)))
    (define-ordering char-ci<=? (a b) (<= (folded-code a) (folded-code b)))
    (define-ordering char-ci>=? (a b) (>= (folded-code a) (folded-code b)))

    (define-ordering string=? (a b) (%string=? a b))
    (define-ordering string<? (a b) (%string<? a b))
    (define-ordering string>? (a b) (%string<? b a))
    (define-ordering string<=? (a b) (not (%string<? b a)))
    (define-ordering string>=? (a b) (not (%string<? a b)))

    (define-ordering string-ci=? (a b) (%string-ci=? a b))
    (define-ordering string-ci<? (a b) (%string-ci<? a b))
    (define-ordering string-ci>? (a b) (%string-ci<? b a))
    (define-ordering string-ci<=? (a b) (not (%string-ci<? b a)))
    (define-ordering string-ci>=? (a b) (not (%string-ci<? a b)))

    (define make-string
      (case-lambda
        ((count) (%make-string count #\space))
        ((count fill) (%make-string count fill))))

    (define (total-length strings sum number)
      (if (null? strings)
          sum
          (total-length (cdr strings)
                        (+ sum (string-end (car strings) 'string-append number))
                        (+ number 1))))

    (define (string-append . strings)
      (let ((result (%make-string (total-length strings 0 1) #\space)))
        (let loop ((at 0) (strings strings))
          (if (null? strings)
              result
              (let ((length (string-length (car strings))))
                (%string-copy! result at (car strings) 0 length)
                (loop (+ at length) (cdr strings)))))))

    ;; Where an object ends; raises in the name of its user if it is of another type.
    (define (string-end string who number)
      (%check-argument string? string who number "string")
      (string-length string))

    (define (vector-end vector who number)
      (%check-argument vector? vector who number "vector")
      (vector-length vector))

    (define (bytevector-end bytevector who number)
      (%check-argument bytevector? bytevector who number "bytevector")
      (bytevector-length bytevector))

    ;; (define-ranged name primitive end-of): the range after the first argument,
    ;; start and end, may be left out.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ name primitive end-of)
         (define name
           (case-lambda
             ((object) (primitive object 0 (end-of object 'name 1)))
             ((object start) (primitive object start (end-of object 'name 1)))
             ((object start end) (primitive object start end)))))))

    (define-ranged string-copy substring string-end)
    (define-ranged string->list %string->list string-end)
    (define-ranged string->vector %string->vector string-end)
    (define-ranged vector->string %vector->string vector-end)
    (define-ranged string->utf8 %string->utf8 string-end)
    (define-ranged utf8->string %utf8->string bytevector-end)

    (define string-copy!
      (case-lambda
        ((to at from) (%string-copy! to at from 0 (string-end from 'string-copy! 3)))
        ((to at from start)
         (%string-copy! to at from start (string-end from 'string-copy! 3)))
        ((to at from start end) (%string-copy! to at from start end))))

    (define string-fill!
      (case-lambda
        ((string fill) (%string-fill! string fill 0 (string-end string 'string-fill! 1)))
        ((string fill start)
         (%string-fill! string fill start (string-end string 'string-fill! 1)))
        ((string fill start end) (%string-fill! string fill start end))))

    (define string-map
      (case-lambda
        ((procedure string)
         (let ((length (string-end string 'string-map 2)))
           (let loop ((index 0) (characters '()))
             (if (< index length)
                 (loop (+ index 1) (cons (procedure (string-ref string index)) characters))
                 (list->string (reverse characters))))))
        ((procedure string . more)
         (let* ((strings (cons string more))
                (length (least-length strings 'string-map)))
           (let loop ((index 0) (characters '()))
             (if (< index length)
                 (loop (+ index 1)
                       (cons (%apply procedure (characters-at strings index)) characters))
                 (list->string (reverse characters))))))))

    (define string-for-each
      (case-lambda
        ((procedure string)
         (let ((length (string-end string 'string-for-each 2)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (procedure (string-ref string index))
                   (loop (+ index 1)))))))
        ((procedure string . more)
         (let* ((strings (cons string more))
                (length (least-length strings 'string-for-each)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (%apply procedure (characters-at strings index))
                   (loop (+ index 1)))))))))

    ;; The strings are the arguments of `who` after its first.
    (define (least-length strings who)
      (let loop ((length (string-end (car strings) who 2)) (strings (cdr strings)) (number 3))
        (if (null? strings)
            length
            (let ((next (string-end (car strings) who number)))
              (loop (if (< next length) next length) (cdr strings) (+ number 1))))))

    (define (characters-at strings index)
      (if (null? strings)
          '()
          (cons (string-ref (car strings) index)
                (characters-at (cdr strings) index))))))
