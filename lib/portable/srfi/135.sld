;;; SRFI 135: immutable texts.
;;;
;;; `equal?` tells texts apart by identity, as other records. UTF-16 without a byte order mark is big-endian.

(define-library (srfi 135)
  (export text? textual? textual-null? textual-every textual-any
          make-text text text-tabulate text-unfold text-unfold-right
          textual->text textual->string textual->vector textual->list
          string->text vector->text list->text reverse-list->text
          textual->utf8 textual->utf16 textual->utf16be textual->utf16le
          utf8->text utf16->text utf16be->text utf16le->text
          text-length textual-length text-ref textual-ref subtext subtextual textual-copy
          textual-take textual-take-right textual-drop textual-drop-right
          textual-pad textual-pad-right textual-trim textual-trim-right textual-trim-both
          textual-replace
          textual=? textual<? textual>? textual<=? textual>=?
          textual-ci=? textual-ci<? textual-ci>? textual-ci<=? textual-ci>=?
          textual-prefix-length textual-suffix-length textual-prefix? textual-suffix?
          textual-index textual-index-right textual-skip textual-skip-right
          textual-contains textual-contains-right
          textual-upcase textual-downcase textual-foldcase textual-titlecase
          textual-append textual-concatenate textual-concatenate-reverse textual-join
          textual-fold textual-fold-right textual-map textual-for-each
          textual-map-index textual-for-each-index textual-count textual-filter textual-remove
          textual-replicate textual-split)
  (import (scheme base) (scheme case-lambda)
          (only (scheme char) char-whitespace? string-upcase string-downcase string-foldcase)
          (only (cozen condition) %check-argument)
          (srfi 13 kernel) (only (srfi 129) string-titlecase)
          (rename (except (srfi 135 kernel) check-range) (fail fail-in))
          (prefix (only (srfi 135 kernel) check-range) text-)
          (srfi 135 utf16))
  (begin

    (define (count? object) (and (exact-integer? object) (>= object 0)))

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who number) (%check-argument procedure? object who number "procedure"))))

    ;; The index `limit` is the largest that argument `number` may be.
    (define (check-index index limit who)
      (if (not (and (count? index) (<= index limit)))
          (fail-in who
                   (string-append "expected an integer from 0 to " (number->string limit)
                                  ", found")
                   index)))

    ;; The characters of a text as a string, which may be that of the text.
    (define (characters textual)
      (if (and (text? textual) (< (length-of textual) (string-length (string-of textual))))
          (substring (string-of textual) (base-of textual)
                     (+ (base-of textual) (length-of textual)))
          (string-of textual)))

    ;; What a procedure that was given has answered, as a new string or a character.
    (define (piece object who)
      (cond ((char? object) object)
            ((string? object) (string-copy object))
            ((text? object) (characters object))
            (else (fail-in who "expected a character, string or text as answer, found" object))))

    (define (piece->string piece) (if (char? piece) (string piece) piece))

    ;; predicates

    (define (textual-null? textual)
      (check-textual textual 'textual-null? 1)
      (= 0 (length-of textual)))

    (define-textual (textual-every holds? textual) (textual 2) (string start end base)
      (string-every holds? string start end))

    (define-textual (textual-any holds? textual) (textual 2) (string start end base)
      (string-any holds? string start end))

    ;; constructors

    (define (make-text length char)
      (%check-argument count? length 'make-text 1 "non-negative exact integer")
      (%check-argument char? char 'make-text 2 "character")
      (fresh-text (make-string length char)))

    (define (text . chars) (fresh-text (list->string chars)))

    (define (text-tabulate procedure length)
      (check-procedure procedure 'text-tabulate 1)
      (%check-argument count? length 'text-tabulate 2 "non-negative exact integer")
      (fresh-text (string-tabulate procedure length)))

    (define (no-text seed) "")

    ;; (define-unfold name unfold)
    (define-syntax define-unfold
      (syntax-rules ()
        ((_ name unfold)
         (define name
           (case-lambda
             ((stop? mapper successor seed) (name stop? mapper successor seed "" no-text))
             ((stop? mapper successor seed base)
              (name stop? mapper successor seed base no-text))
             ((stop? mapper successor seed base make-final)
              (check-procedure stop? 'name 1)
              (check-procedure mapper 'name 2)
              (check-procedure successor 'name 3)
              (check-procedure make-final 'name 6)
              (fresh-text (unfold stop? (lambda (seed) (piece (mapper seed) 'name))
                                  successor seed (piece base 'name)
                                  (lambda (seed) (piece (make-final seed) 'name))))))))))

    (define-unfold text-unfold string-unfold)
    (define-unfold text-unfold-right string-unfold-right)

    ;; conversion

    (define-textual (textual->string textual) (textual 1) (string start end base)
      (substring string start end))

    (define-textual (textual->vector textual) (textual 1) (string start end base)
      (string->vector string start end))

    (define-textual (textual->list textual) (textual 1) (string start end base)
      (string->list string start end))

    (define-ranged (string->text string) (string start end)
      (copied-text string start end))

    (define vector->text
      (case-lambda
        ((vector) (vector->text vector 0))
        ((vector start)
         (%check-argument vector? vector 'vector->text 1 "vector")
         (vector->text vector start (vector-length vector)))
        ((vector start end) (fresh-text (vector->string vector start end)))))

    (define list->text
      (case-lambda
        ((chars) (fresh-text (list->string chars)))
        ((chars start) (list->text (list-tail chars start)))
        ((chars start end)
         (let ((rest (list-tail chars start)))
           (if (not (and (count? end) (<= start end)))
               (fail-in 'list->text "not a range:" start end))
           (let ((string (make-string (- end start))))
             (let loop ((index 0) (rest rest))
               (if (= index (- end start))
                   (fresh-text string)
                   (begin
                     (string-set! string index (car rest))
                     (loop (+ index 1) (cdr rest))))))))))

    (define (reverse-list->text chars)
      (%check-argument list? chars 'reverse-list->text 1 "list")
      (fresh-text (reverse-list->string chars)))

    (define-textual (textual->utf8 textual) (textual 1) (string start end base)
      (string->utf8 string start end))

    (define-textual (textual->utf16 textual) (textual 1) (string start end base)
      (encode string start end 'big #t))

    (define-textual (textual->utf16be textual) (textual 1) (string start end base)
      (encode string start end 'big #f))

    (define-textual (textual->utf16le textual) (textual 1) (string start end base)
      (encode string start end 'little #f))

    ;; (define-decoder (name bytes start end) text): start and end may be left out.
    (define-syntax define-decoder
      (syntax-rules ()
        ((_ (name bytes start end) text)
         (define name
           (case-lambda
             ((bytes) (name bytes 0))
             ((bytes start)
              (%check-argument bytevector? bytes 'name 1 "bytevector")
              (name bytes start (bytevector-length bytes)))
             ((bytes start end)
              (%check-argument bytevector? bytes 'name 1 "bytevector")
              (check-index end (bytevector-length bytes) 'name)
              (check-index start end 'name)
              text))))))

    (define-decoder (utf8->text bytes start end)
      (let ((string (utf8->string bytes start end)))
        ;; What is no UTF-8 becomes other characters, which have other bytes.
        (if (not (equal? (string->utf8 string) (bytevector-copy bytes start end)))
            (fail-in 'utf8->text "these bytes are no UTF-8:" bytes))
        (fresh-text string)))

    (define (utf16->fresh-text bytes start end order who)
      (if (not (and (even? start) (even? end)))
          (fail-in who "expected even indexes, found" start end))
      (fresh-text (decode bytes start end order
                          (lambda (message index) (fail-in who message index)))))

    (define-decoder (utf16be->text bytes start end)
      (utf16->fresh-text bytes start end 'big 'utf16be->text))

    (define-decoder (utf16le->text bytes start end)
      (utf16->fresh-text bytes start end 'little 'utf16le->text))

    (define-decoder (utf16->text bytes start end)
      (let ((first (and (<= (+ start 2) end) (bytevector-u8-ref bytes start)))
            (second (and (<= (+ start 2) end) (bytevector-u8-ref bytes (+ start 1)))))
        (cond ((and (eqv? first #xFE) (eqv? second #xFF))
               (utf16->fresh-text bytes (+ start 2) end 'big 'utf16->text))
              ((and (eqv? first #xFF) (eqv? second #xFE))
               (utf16->fresh-text bytes (+ start 2) end 'little 'utf16->text))
              (else (utf16->fresh-text bytes start end 'big 'utf16->text)))))

    ;; selection

    (define (text-length text)
      (%check-argument text? text 'text-length 1 "text")
      (length-of text))

    (define (textual-length textual)
      (check-textual textual 'textual-length 1)
      (length-of textual))

    (define (ref textual index who)
      (check-index index (- (length-of textual) 1) who)
      (string-ref (string-of textual) (+ (base-of textual) index)))

    (define (text-ref text index)
      (%check-argument text? text 'text-ref 1 "text")
      (ref text index 'text-ref))

    (define (textual-ref textual index)
      (check-textual textual 'textual-ref 1)
      (ref textual index 'textual-ref))

    (define (subtext text start end)
      (%check-argument text? text 'subtext 1 "text")
      (text-check-range text start end 'subtext)
      (subtextual text start end))

    (define (subtextual textual start end)
      (check-textual textual 'subtextual 1)
      (text-check-range textual start end 'subtextual)
      (let ((base (base-of textual)))
        (part textual (+ base start) (+ base end))))

    (define-textual (textual-copy textual) (textual 1) (string start end base)
      (copied-text string start end))

    (define (check-taken textual count who)
      (check-textual textual who 1)
      (check-index count (length-of textual) who))

    (define (textual-take textual count)
      (check-taken textual count 'textual-take)
      (subtextual textual 0 count))

    (define (textual-drop textual count)
      (check-taken textual count 'textual-drop)
      (subtextual textual count (length-of textual)))

    (define (textual-take-right textual count)
      (check-taken textual count 'textual-take-right)
      (subtextual textual (- (length-of textual) count) (length-of textual)))

    (define (textual-drop-right textual count)
      (check-taken textual count 'textual-drop-right)
      (subtextual textual 0 (- (length-of textual) count)))

    (define-textual (padded-left textual length char) (textual 1) (string start end base)
      (if (<= length (- end start))
          (part textual (- end length) end)
          (fresh-text (string-pad string length char start end))))

    (define-textual (padded-right textual length char) (textual 1) (string start end base)
      (if (<= length (- end start))
          (part textual start (+ start length))
          (fresh-text (string-pad-right string length char start end))))

    ;; (define-pad name padded)
    (define-syntax define-pad
      (syntax-rules ()
        ((_ name padded)
         (define name
           (case-lambda
             ((textual length) (name textual length #\space))
             ((textual length char . range)
              (%check-argument count? length 'name 2 "non-negative exact integer")
              (%check-argument char? char 'name 3 "character")
              (apply padded textual length char range)))))))

    (define-pad textual-pad padded-left)
    (define-pad textual-pad-right padded-right)

    ;; (define-trim name trimmed (textual string skip? start end) text)
    (define-syntax define-trim
      (syntax-rules ()
        ((_ name trimmed (textual string skip? start end) text)
         (begin
           (define-textual (trimmed textual skip?) (textual 1) (string start end base) text)
           (define name
             (case-lambda
               ((textual) (trimmed textual char-whitespace?))
               ((textual skip? . range) (apply trimmed textual skip? range))))))))

    (define-trim textual-trim trimmed-left (textual string skip? start end)
      (part textual (skip-from string skip? start end) end))

    (define-trim textual-trim-right trimmed-right (textual string skip? start end)
      (part textual start (skip-before string skip? start end)))

    (define-trim textual-trim-both trimmed-both (textual string skip? start end)
      (let ((start (skip-from string skip? start end)))
        (part textual start (skip-before string skip? start end))))

    (define textual-replace
      (case-lambda
        ((a b start1 end1) (textual-replace a b start1 end1 0))
        ((a b start1 end1 start2)
         (check-textual b 'textual-replace 2)
         (textual-replace a b start1 end1 start2 (length-of b)))
        ((a b start1 end1 start2 end2)
         (check-textual a 'textual-replace 1)
         (check-textual b 'textual-replace 2)
         (text-check-range a start1 end1 'textual-replace)
         (text-check-range b start2 end2 'textual-replace)
         (let ((base (base-of b)))
           (fresh-text (string-replace (characters a) (string-of b) start1 end1
                                       (+ base start2) (+ base end2)))))))

    ;; comparison

    ;; Whether the characters of `a` come before those of `b`, as numbers.
    (define (before? a b)
      (let* ((start (base-of a)) (other (base-of b))
             (string (string-of a)) (other-string (string-of b))
             (same (match-length-left char=? string start (+ start (length-of a))
                                      other-string other (+ other (length-of b)))))
        (cond ((= same (length-of b)) #f)
              ((= same (length-of a)) #t)
              (else (char<? (string-ref string (+ start same))
                            (string-ref other-string (+ other same)))))))

    (define (same? a b)
      (let ((length (length-of a)) (start (base-of a)) (other (base-of b)))
        (and (= length (length-of b))
             (= length (match-length-left char=? (string-of a) start (+ start length)
                                          (string-of b) other (+ other length))))))

    ;; (define-comparison (name ci-name a b) holds): of all neighbours; `ci-name` compares folded texts.
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ (name ci-name a b) holds)
         (begin
           (define (name first . more)
             (compare-all 'name (lambda (a b) holds) (lambda (textual) textual) first more))
           (define (ci-name first . more)
             (compare-all 'ci-name (lambda (a b) holds) folded first more))))))

    (define (folded textual) (string-foldcase (characters textual)))

    (define (compare-all who holds? prepare first more)
      (check-textual first who 1)
      (let loop ((a (prepare first)) (rest more) (number 2) (ordered? #t))
        (if (null? rest)
            ordered?
            (begin
              (check-textual (car rest) who number)
              (let ((b (prepare (car rest))))
                (loop b (cdr rest) (+ number 1) (and ordered? (holds? a b))))))))

    (define-comparison (textual=? textual-ci=? a b) (same? a b))
    (define-comparison (textual<? textual-ci<? a b) (before? a b))
    (define-comparison (textual>? textual-ci>? a b) (before? b a))
    (define-comparison (textual<=? textual-ci<=? a b) (not (before? b a)))
    (define-comparison (textual>=? textual-ci>=? a b) (not (before? a b)))

    ;; common beginnings and ends, and searching

    (define-two-textual (textual-prefix-length a b) (string1 start1 end1) (string2 start2 end2)
      (match-length-left char=? string1 start1 end1 string2 start2 end2))

    (define-two-textual (textual-suffix-length a b) (string1 start1 end1) (string2 start2 end2)
      (match-length-right char=? string1 start1 end1 string2 start2 end2))

    (define-two-textual (textual-prefix? a b) (string1 start1 end1) (string2 start2 end2)
      (string-prefix? string1 string2 start1 end1 start2 end2))

    (define-two-textual (textual-suffix? a b) (string1 start1 end1) (string2 start2 end2)
      (string-suffix? string1 string2 start1 end1 start2 end2))

    (define-two-textual (textual-contains a b) (string1 start1 end1) (string2 start2 end2)
      (relative (search-left string1 start1 end1 string2 start2 end2) (base-of a)))

    (define-two-textual (textual-contains-right a b) (string1 start1 end1) (string2 start2 end2)
      (relative (search-right string1 start1 end1 string2 start2 end2) (base-of a)))

    (define (relative index base) (and index (- index base)))

    ;; (define-search name find)
    (define-syntax define-search
      (syntax-rules ()
        ((_ name find)
         (define-textual (name textual holds?) (textual 1) (string start end base)
           (relative (find string holds? start end) base)))))

    (define-search textual-index string-index)
    (define-search textual-index-right string-index-right)
    (define-search textual-skip string-skip)
    (define-search textual-skip-right string-skip-right)

    ;; case

    ;; (define-case name change)
    (define-syntax define-case
      (syntax-rules ()
        ((_ name change)
         (define (name textual)
           (check-textual textual 'name 1)
           ;; The answer may be the string itself.
           (fresh-text (string-copy (change (characters textual))))))))

    (define-case textual-upcase string-upcase)
    (define-case textual-downcase string-downcase)
    (define-case textual-foldcase string-foldcase)
    (define-case textual-titlecase string-titlecase)

    ;; concatenation

    (define (concatenated textuals who)
      (let loop ((rest textuals) (length 0) (number 1))
        (if (null? rest)
            (fresh-text (filled length textuals))
            (begin
              (check-textual (car rest) who number)
              (loop (cdr rest) (+ length (length-of (car rest))) (+ number 1))))))

    (define (filled length textuals)
      (let ((string (make-string length)))
        (let loop ((rest textuals) (at 0))
          (if (null? rest)
              string
              (let* ((textual (car rest)) (base (base-of textual)) (count (length-of textual)))
                (string-copy! string at (string-of textual) base (+ base count))
                (loop (cdr rest) (+ at count)))))))

    (define (textual-append . textuals) (concatenated textuals 'textual-append))

    (define (textual-concatenate textuals)
      (%check-argument list? textuals 'textual-concatenate 1 "list")
      (concatenated textuals 'textual-concatenate))

    (define textual-concatenate-reverse
      (case-lambda
        ((textuals)
         (%check-argument list? textuals 'textual-concatenate-reverse 1 "list")
         (concatenated (reverse textuals) 'textual-concatenate-reverse))
        ((textuals final) (textual-concatenate-reverse (cons final textuals)))
        ((textuals final end)
         (textual-concatenate-reverse (cons (subtextual final 0 end) textuals)))))

    (define textual-join
      (case-lambda
        ((textuals) (textual-join textuals " " 'infix))
        ((textuals delimiter) (textual-join textuals delimiter 'infix))
        ((textuals delimiter grammar)
         (%check-argument list? textuals 'textual-join 1 "list")
         (check-textual delimiter 'textual-join 2)
         (concatenated (joined textuals delimiter grammar) 'textual-join))))

    (define (joined textuals delimiter grammar)
      (case grammar
        ((infix) (if (null? textuals) '() (cdr (prefixed textuals delimiter))))
        ((strict-infix)
         (if (null? textuals)
             (fail-in 'textual-join "strict-infix does not allow an empty list"))
         (cdr (prefixed textuals delimiter)))
        ((prefix) (prefixed textuals delimiter))
        ((suffix) (reverse (prefixed (reverse textuals) delimiter)))
        (else (fail-in 'textual-join "unknown grammar:" grammar))))

    (define (prefixed textuals delimiter)
      (let loop ((rest textuals) (result '()))
        (if (null? rest)
            (reverse result)
            (loop (cdr rest) (cons (car rest) (cons delimiter result))))))

    ;; all characters

    (define-textual (textual-fold kons knil textual) (textual 3) (string start end base)
      (string-fold kons knil string start end))

    (define-textual (textual-fold-right kons knil textual) (textual 3) (string start end base)
      (string-fold-right kons knil string start end))

    (define (pieces->text reversed)
      (fresh-text (string-concatenate-reverse (map piece->string reversed))))

    (define (textual-map procedure first . more)
      (check-procedure procedure 'textual-map 1)
      (pieces->text (fold-all (lambda (answer pieces) (cons (piece answer 'textual-map) pieces))
                              procedure 'textual-map first more)))

    (define (textual-for-each procedure first . more)
      (check-procedure procedure 'textual-for-each 1)
      (fold-all (lambda (answer ignored) ignored) procedure 'textual-for-each first more)
      (if #f #f))

    ;; Folds the answers of `procedure` to the characters of all texts at each index, up to the end of the shortest one.
    (define (fold-all kons procedure who first more)
      (check-textual first who 2)
      (if (null? more)
          (textual-fold (lambda (char result) (kons (procedure char) result)) '() first)
          (let ((all (cons first more)))
            (do ((rest more (cdr rest)) (number 3 (+ number 1)))
                ((null? rest))
              (check-textual (car rest) who number))
            (let ((end (apply min (map length-of all))))
              (let loop ((index 0) (result '()))
                (if (= index end)
                    result
                    (loop (+ index 1)
                          (kons (apply procedure (chars-at all index)) result))))))))

    (define (chars-at textuals index)
      (map (lambda (textual) (string-ref (string-of textual) (+ (base-of textual) index)))
           textuals))

    (define-textual (textual-map-index procedure textual) (textual 2) (string start end base)
      (let loop ((index start) (pieces '()))
        (if (= index end)
            (pieces->text pieces)
            (loop (+ index 1)
                  (cons (piece (procedure (- index base)) 'textual-map-index) pieces)))))

    (define-textual (textual-for-each-index procedure textual) (textual 2) (string start end base)
      (do ((index start (+ index 1)))
          ((= index end))
        (procedure (- index base))))

    (define-textual (textual-count textual holds?) (textual 1) (string start end base)
      (string-count string holds? start end))

    (define-textual (textual-filter holds? textual) (textual 2) (string start end base)
      (fresh-text (string-filter holds? string start end)))

    (define-textual (textual-remove holds? textual) (textual 2) (string start end base)
      (fresh-text (string-remove holds? string start end)))

    ;; replication and splitting

    (define-textual (textual-replicate textual from to) (textual 1) (string start end base)
      (fresh-text (string-replicate string from to start end)))

    (define (textual-split textual delimiter . more)
      (check-textual textual 'textual-split 1)
      (check-textual delimiter 'textual-split 2)
      (let-values (((grammar limit start end) (split-options more (length-of textual))))
        (%check-argument grammar? grammar 'textual-split 3 "grammar")
        (%check-argument limit? limit 'textual-split 4 "non-negative exact integer or #f")
        (text-check-range textual start end 'textual-split)
        (if (and (= start end) (eq? grammar 'strict-infix))
            (fail-in 'textual-split "strict-infix does not allow an empty text"))
        (let ((base (base-of textual)))
          (map fresh-text (string-split (string-of textual) (characters delimiter) grammar limit
                                        (+ base start) (+ base end))))))

    (define (grammar? object) (memq object '(infix strict-infix prefix suffix)))
    (define (limit? object) (or (not object) (count? object)))

    (define split-options
      (let ((options (case-lambda
                       ((length) (values 'infix #f 0 length))
                       ((length grammar) (values grammar #f 0 length))
                       ((length grammar limit) (values grammar limit 0 length))
                       ((length grammar limit start) (values grammar limit start length))
                       ((length grammar limit start end) (values grammar limit start end)))))
        (lambda (more length) (apply options length more))))))
