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

    (define (string-append . strings)
      (let ((result (%make-string (total-length strings 0) #\space)))
        (let loop ((at 0) (strings strings))
          (if (null? strings)
              result
              (let ((length (string-length (car strings))))
                (%string-copy! result at (car strings) 0 length)
                (loop (+ at length) (cdr strings)))))))

    (define (total-length strings sum)
      (if (null? strings)
          sum
          (total-length (cdr strings) (+ sum (string-length (car strings))))))

    ;; (define-ranged name primitive length-of): the range after the first argument,
    ;; start and end, may be left out.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ name primitive length-of)
         (define name
           (case-lambda
             ((object) (primitive object 0 (length-of object)))
             ((object start) (primitive object start (length-of object)))
             ((object start end) (primitive object start end)))))))

    (define-ranged string-copy substring string-length)
    (define-ranged string->list %string->list string-length)
    (define-ranged string->vector %string->vector string-length)
    (define-ranged vector->string %vector->string vector-length)
    (define-ranged string->utf8 %string->utf8 string-length)
    (define-ranged utf8->string %utf8->string bytevector-length)

    (define string-copy!
      (case-lambda
        ((to at from) (%string-copy! to at from 0 (string-length from)))
        ((to at from start) (%string-copy! to at from start (string-length from)))
        ((to at from start end) (%string-copy! to at from start end))))

    (define string-fill!
      (case-lambda
        ((string fill) (%string-fill! string fill 0 (string-length string)))
        ((string fill start) (%string-fill! string fill start (string-length string)))
        ((string fill start end) (%string-fill! string fill start end))))

    (define string-map
      (case-lambda
        ((procedure string)
         (let ((length (string-length string)))
           (let loop ((index 0) (characters '()))
             (if (< index length)
                 (loop (+ index 1) (cons (procedure (string-ref string index)) characters))
                 (list->string (reverse characters))))))
        ((procedure string . more)
         (let* ((strings (cons string more))
                (length (least-length strings)))
           (let loop ((index 0) (characters '()))
             (if (< index length)
                 (loop (+ index 1)
                       (cons (%apply procedure (characters-at strings index)) characters))
                 (list->string (reverse characters))))))))

    (define string-for-each
      (case-lambda
        ((procedure string)
         (let ((length (string-length string)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (procedure (string-ref string index))
                   (loop (+ index 1)))))))
        ((procedure string . more)
         (let* ((strings (cons string more))
                (length (least-length strings)))
           (let loop ((index 0))
             (if (< index length)
                 (begin
                   (%apply procedure (characters-at strings index))
                   (loop (+ index 1)))))))))

    (define (least-length strings)
      (let loop ((length (string-length (car strings))) (strings (cdr strings)))
        (cond ((null? strings) length)
              ((< (string-length (car strings)) length)
               (loop (string-length (car strings)) (cdr strings)))
              (else (loop length (cdr strings))))))

    (define (characters-at strings index)
      (if (null? strings)
          '()
          (cons (string-ref (car strings) index)
                (characters-at (cdr strings) index))))))
