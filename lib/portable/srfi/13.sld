;;; SRFI 13: strings.
;;;
;;; Procedures whose names end in /shared make new strings too. `string-map`, `string-for-each`,
;;; `string-upcase` and `string-downcase` are not those of (scheme base) and (scheme char).

(define-library (srfi 13)
  (export string? string-null? string-every string-any
          make-string string string-tabulate
          string->list list->string reverse-list->string string-join
          string-length string-ref string-copy substring/shared string-copy!
          string-take string-take-right string-drop string-drop-right string-pad string-pad-right
          string-trim string-trim-right string-trim-both
          string-set! string-fill!
          string-compare string-compare-ci
          string<> string= string< string> string<= string>=
          string-ci<> string-ci= string-ci< string-ci> string-ci<= string-ci>=
          string-hash string-hash-ci
          string-prefix-length string-suffix-length
          string-prefix-length-ci string-suffix-length-ci
          string-prefix? string-suffix? string-prefix-ci? string-suffix-ci?
          string-index string-index-right string-skip string-skip-right string-count
          string-contains string-contains-ci
          string-titlecase string-upcase string-downcase
          string-titlecase! string-upcase! string-downcase!
          string-reverse string-reverse! string-append string-concatenate
          string-concatenate/shared string-append/shared
          string-concatenate-reverse string-concatenate-reverse/shared
          string-map string-map! string-fold string-fold-right string-unfold string-unfold-right
          string-for-each string-for-each-index
          xsubstring string-xcopy! string-replace string-tokenize string-filter string-delete
          string-parse-start+end string-parse-final-start+end let-string-start+end
          check-substring-spec substring-spec-ok?
          make-kmp-restart-vector kmp-step string-kmp-partial-search)
  (import (except (scheme base) string-map string-for-each)
          (only (scheme char) char-alphabetic? char-upcase char-downcase
                char-upper-case? char-lower-case? char-whitespace?)
          (scheme case-lambda)
          (only (cozen hash-table) text-hash)
          (rename (srfi 13 kernel)
                  (string-every every-character) (string-any any-character)
                  (string-trim trim-left) (string-trim-right trim-right)
                  (string-trim-both trim-both)
                  (string-index find-left) (string-index-right find-right)
                  (string-skip find-other-left) (string-skip-right find-other-right)
                  (string-count count-characters)
                  (string-filter keep) (string-remove drop))
          (only (srfi 14) char-set? char-set-contains? char-set:graphic))
  (begin

    ;; criteria: characters, character sets and predicates

    (define (->criterion object)
      (if (char-set? object)
          (lambda (character) (char-set-contains? object character))
          object))

    ;; (define-with-criterion name kernel-name (before ...) criterion (after ...)): start and end
    ;; may follow.
    (define-syntax define-with-criterion
      (syntax-rules ()
        ((_ name of-kernel (before ...) criterion (after ...))
         (define name
           (case-lambda
             ((before ... criterion after ...)
              (of-kernel before ... (->criterion criterion) after ...))
             ((before ... criterion after ... start)
              (of-kernel before ... (->criterion criterion) after ... start))
             ((before ... criterion after ... start end)
              (of-kernel before ... (->criterion criterion) after ... start end)))))))

    (define-with-criterion string-every every-character () criterion (string))
    (define-with-criterion string-any any-character () criterion (string))
    (define-with-criterion string-filter keep () criterion (string))
    (define-with-criterion string-delete drop () criterion (string))
    (define-with-criterion string-index find-left (string) criterion ())
    (define-with-criterion string-index-right find-right (string) criterion ())
    (define-with-criterion string-skip find-other-left (string) criterion ())
    (define-with-criterion string-skip-right find-other-right (string) criterion ())
    (define-with-criterion string-count count-characters (string) criterion ())
    (define-with-criterion trim-left-by trim-left (string) criterion ())
    (define-with-criterion trim-right-by trim-right (string) criterion ())
    (define-with-criterion trim-both-by trim-both (string) criterion ())

    (define-syntax define-trim
      (syntax-rules ()
        ((_ name trim-by)
         (define name
           (case-lambda
             ((string) (trim-by string char-whitespace?))
             ((string criterion) (trim-by string criterion))
             ((string criterion start) (trim-by string criterion start))
             ((string criterion start end) (trim-by string criterion start end)))))))

    (define-trim string-trim trim-left-by)
    (define-trim string-trim-right trim-right-by)
    (define-trim string-trim-both trim-both-by)

    (define-ranged (tokens-of string criterion) (string start end)
      (let loop ((end end) (tokens '()))
        (let ((last (index-before string criterion start end)))
          (if (= last start)
              tokens
              (let ((first (skip-before string criterion start last)))
                (loop first (cons (substring string first last) tokens)))))))

    (define-with-criterion tokens-by tokens-of (string) criterion ())

    (define string-tokenize
      (case-lambda
        ((string) (tokens-by string char-set:graphic))
        ((string criterion) (tokens-by string criterion))
        ((string criterion start) (tokens-by string criterion start))
        ((string criterion start end) (tokens-by string criterion start end))))

    ;; comparison

    (define (fold-case character) (char-downcase (char-upcase character)))

    (define (same-char? a b) (char=? a b))
    (define (same-char-ci? a b) (char=? (fold-case a) (fold-case b)))
    (define (char-before? a b) (char<? a b))
    (define (char-before-ci? a b) (char<? (fold-case a) (fold-case b)))

    ;; (define-compare name same? before?): applies one of three procedures to the index of the
    ;; first difference.
    (define-syntax define-compare
      (syntax-rules ()
        ((_ name same? before?)
         (define-two-ranged (name a b less equal greater) (a start1 end1) (b start2 end2)
           (let* ((length (match-length-left same? a start1 end1 b start2 end2))
                  (i (+ start1 length))
                  (j (+ start2 length)))
             (cond ((= i end1) (if (= j end2) (equal i) (less i)))
                   ((= j end2) (greater i))
                   ((before? (string-ref a i) (string-ref b j)) (less i))
                   (else (greater i))))))))

    (define-compare string-compare same-char? char-before?)
    (define-compare string-compare-ci same-char-ci? char-before-ci?)

    (define (yes index) #t)
    (define (no index) #f)

    ;; (define-comparison name compare less equal greater): the answers for the three cases.
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name compare less equal greater)
         (define-two-ranged (name a b) (a start1 end1) (b start2 end2)
           (compare a b less equal greater start1 end1 start2 end2)))))

    (define-comparison string<> string-compare yes no yes)
    (define-comparison string= string-compare no yes no)
    (define-comparison string< string-compare yes no no)
    (define-comparison string> string-compare no no yes)
    (define-comparison string<= string-compare yes yes no)
    (define-comparison string>= string-compare no yes yes)
    (define-comparison string-ci<> string-compare-ci yes no yes)
    (define-comparison string-ci= string-compare-ci no yes no)
    (define-comparison string-ci< string-compare-ci yes no no)
    (define-comparison string-ci> string-compare-ci no no yes)
    (define-comparison string-ci<= string-compare-ci yes yes no)
    (define-comparison string-ci>= string-compare-ci no yes yes)

    (define-two-ranged (string-prefix-length-ci a b) (a start1 end1) (b start2 end2)
      (match-length-left same-char-ci? a start1 end1 b start2 end2))

    (define-two-ranged (string-suffix-length-ci a b) (a start1 end1) (b start2 end2)
      (match-length-right same-char-ci? a start1 end1 b start2 end2))

    (define-two-ranged (string-prefix-ci? a b) (a start1 end1) (b start2 end2)
      (= (- end1 start1) (match-length-left same-char-ci? a start1 end1 b start2 end2)))

    (define-two-ranged (string-suffix-ci? a b) (a start1 end1) (b start2 end2)
      (= (- end1 start1) (match-length-right same-char-ci? a start1 end1 b start2 end2)))

    (define-two-ranged (string-contains-ci a b) (a start1 end1) (b start2 end2)
      (let ((found (search-left (mapped fold-case a start1 end1) 0 (- end1 start1)
                                (mapped fold-case b start2 end2) 0 (- end2 start2))))
        (and found (+ start1 found))))

    (define (check-bound who bound)
      (if (not (and (exact-integer? bound) (>= bound 0)))
          (error (string-append who ": expected a bound that is not negative, found") bound)))

    ;; (define-hash name of-range who text): hashes `text`, made of the range of a string.
    (define-syntax define-hash
      (syntax-rules ()
        ((_ name of-range who (string start end) text)
         (begin
           (define-ranged (of-range string bound) (string start end)
             (check-bound who bound)
             (let ((hash (text-hash text)))
               (if (= bound 0) hash (modulo hash bound))))
           (define name
             (case-lambda
               ((string) (of-range string 0))
               ((string bound) (of-range string bound))
               ((string bound start) (of-range string bound start))
               ((string bound start end) (of-range string bound start end))))))))

    (define-hash string-hash hash-of-range "string-hash" (string start end)
      (substring string start end))
    (define-hash string-hash-ci ci-hash-of-range "string-hash-ci" (string start end)
      (mapped fold-case string start end))

    ;; mapping

    (define (mapped procedure string start end)
      (let ((result (make-string (- end start))))
        (let loop ((index start))
          (if (= index end)
              result
              (begin
                (string-set! result (- index start) (procedure (string-ref string index)))
                (loop (+ index 1)))))))

    (define (map-in-place! procedure string start end)
      (let loop ((index start))
        (if (< index end)
            (begin
              (string-set! string index (procedure (string-ref string index)))
              (loop (+ index 1))))))

    (define-ranged (string-map procedure string) (string start end)
      (mapped procedure string start end))

    (define-ranged (string-map! procedure string) (string start end)
      (map-in-place! procedure string start end))

    (define-ranged (string-upcase string) (string start end)
      (mapped char-upcase string start end))

    (define-ranged (string-upcase! string) (string start end)
      (map-in-place! char-upcase string start end))

    (define-ranged (string-downcase string) (string start end)
      (mapped char-downcase string start end))

    (define-ranged (string-downcase! string) (string start end)
      (map-in-place! char-downcase string start end))

    ;; Maps each character to its form in a title, in order.
    (define (title-mapper)
      (let ((after-cased? #f))
        (lambda (character)
          (let ((title (if after-cased? (char-downcase character) (char-titlecase character))))
            (set! after-cased? (cased? character))
            title))))

    (define (cased? character)
      (or (char-lower-case? character)
          (char-upper-case? character)
          (not (char=? (char-upcase character) (char-downcase character)))))

    ;; The letters that are two letters in one have title forms of their own.
    (define (char-titlecase character)
      (case character
        ((#\x1C4 #\x1C5 #\x1C6) #\x1C5)
        ((#\x1C7 #\x1C8 #\x1C9) #\x1C8)
        ((#\x1CA #\x1CB #\x1CC) #\x1CB)
        ((#\x1F1 #\x1F2 #\x1F3) #\x1F2)
        (else (char-upcase character))))

    (define-ranged (string-titlecase string) (string start end)
      (mapped (title-mapper) string start end))

    (define-ranged (string-titlecase! string) (string start end)
      (map-in-place! (title-mapper) string start end))

    (define-ranged (string-for-each procedure string) (string start end)
      (let loop ((index start))
        (if (< index end)
            (begin
              (procedure (string-ref string index))
              (loop (+ index 1))))))

    (define-ranged (string-for-each-index procedure string) (string start end)
      (let loop ((index start))
        (if (< index end)
            (begin
              (procedure index)
              (loop (+ index 1))))))

    ;; copies

    (define substring/shared
      (case-lambda
        ((string start) (string-copy string start))
        ((string start end) (string-copy string start end))))

    (define string-append/shared string-append)
    (define string-concatenate/shared string-concatenate)
    (define string-concatenate-reverse/shared string-concatenate-reverse)

    (define-ranged (string-reverse! string) (string start end)
      (let loop ((low start) (high (- end 1)))
        (if (< low high)
            (let ((character (string-ref string low)))
              (string-set! string low (string-ref string high))
              (string-set! string high character)
              (loop (+ low 1) (- high 1))))))

    (define xsubstring
      (case-lambda
        ((string from) (xsubstring string from (+ from (string-length string))))
        ((string from to) (xsubstring string from to 0 (string-length string)))
        ((string from to start) (xsubstring string from to start (string-length string)))
        ((string from to start end) (string-replicate string from to start end))))

    (define string-xcopy!
      (case-lambda
        ((target at string from)
         (string-xcopy! target at string from (+ from (string-length string))))
        ((target at string from to)
         (string-xcopy! target at string from to 0 (string-length string)))
        ((target at string from to start)
         (string-xcopy! target at string from to start (string-length string)))
        ((target at string from to start end)
         (check-range 'string-xcopy! string start end)
         (check-range 'string-xcopy! target at (+ at (- to from)))
         (replicate! 'string-xcopy! target at from to string start end))))

    ;; arguments of other people's procedures

    (define (string-parse-start+end procedure string arguments)
      (let* ((length (string-length string))
             (start (if (pair? arguments) (car arguments) 0))
             (more (if (pair? arguments) (cdr arguments) '()))
             (end (if (pair? more) (car more) length))
             (rest (if (pair? more) (cdr more) '())))
        (check-substring-spec procedure string start end)
        (values rest start end)))

    (define (string-parse-final-start+end procedure string arguments)
      (let-values (((rest start end) (string-parse-start+end procedure string arguments)))
        (if (pair? rest)
            (error "string-parse-final-start+end: too many arguments" procedure rest))
        (values start end)))

    (define-syntax let-string-start+end
      (syntax-rules ()
        ((_ (start end) procedure string arguments body1 body2 ...)
         (let-values (((start end) (string-parse-final-start+end procedure string arguments)))
           body1 body2 ...))
        ((_ (start end rest) procedure string arguments body1 body2 ...)
         (let-values (((rest start end) (string-parse-start+end procedure string arguments)))
           body1 body2 ...))))

    (define (substring-spec-ok? string start end)
      (and (string? string) (exact-integer? start) (exact-integer? end)
           (<= 0 start) (<= start end) (<= end (string-length string))))

    (define (check-substring-spec procedure string start end)
      (if (not (substring-spec-ok? string start end))
          (error "check-substring-spec: no range of this string:" procedure string start end)))

    ;; search by Knuth, Morris and Pratt, in steps

    (define-ranged (restart-vector pattern same?) (pattern start end)
      (let* ((length (- end start)) (restart (make-vector length -1)))
        (let loop ((place 0) (border -1))
          (if (>= (+ place 1) length)
              restart
              (if (or (= border -1)
                      (same? (string-ref pattern (+ start place))
                             (string-ref pattern (+ start border))))
                  (begin
                    (vector-set! restart (+ place 1) (+ border 1))
                    (loop (+ place 1) (+ border 1)))
                  (loop place (vector-ref restart border)))))))

    (define make-kmp-restart-vector
      (case-lambda
        ((pattern) (restart-vector pattern char=?))
        ((pattern same?) (restart-vector pattern same?))
        ((pattern same? start) (restart-vector pattern same? start))
        ((pattern same? start end) (restart-vector pattern same? start end))))

    ;; How much of the pattern is matched after `character`, if `matched` characters were before.
    (define (kmp-step pattern restart character matched same? pattern-start)
      (let loop ((matched matched))
        (cond ((same? character (string-ref pattern (+ pattern-start matched))) (+ matched 1))
              ((= (vector-ref restart matched) -1) 0)
              (else (loop (vector-ref restart matched))))))

    (define-ranged (partial-search pattern restart string matched same? pattern-start)
      (string start end)
      (let ((length (vector-length restart)))
        (let loop ((index start) (matched matched))
          (cond ((= matched length) (- index))
                ((= index end) matched)
                (else
                 (loop (+ index 1)
                       (kmp-step pattern restart (string-ref string index) matched same?
                                 pattern-start)))))))

    (define string-kmp-partial-search
      (case-lambda
        ((pattern restart string matched)
         (partial-search pattern restart string matched char=? 0))
        ((pattern restart string matched same?)
         (partial-search pattern restart string matched same? 0))
        ((pattern restart string matched same? pattern-start)
         (partial-search pattern restart string matched same? pattern-start))
        ((pattern restart string matched same? pattern-start start)
         (partial-search pattern restart string matched same? pattern-start start))
        ((pattern restart string matched same? pattern-start start end)
         (partial-search pattern restart string matched same? pattern-start start end))))))
