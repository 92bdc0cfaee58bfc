;;; What the string libraries SRFI 13, 130 and 152 share.
;;;
;;; A criterion is a character or a predicate of characters here; SRFI 13 makes predicates of
;;; character sets. Results are always new strings.

(define-library (srfi 13 kernel)
  (export define-ranged define-two-ranged check-range check-count
          index-from skip-from index-before skip-before
          search-left search-right match-length-left match-length-right
          string-null? string-every string-any string-tabulate string-unfold string-unfold-right
          reverse-list->string string-join string-concatenate string-concatenate-reverse
          string-take string-drop string-take-right string-drop-right string-pad string-pad-right
          string-trim string-trim-right string-trim-both string-replace
          string-prefix-length string-suffix-length string-prefix? string-suffix?
          string-index string-index-right string-skip string-skip-right
          string-contains string-contains-right
          string-fold string-fold-right string-count string-filter string-remove string-reverse
          string-replicate replicate! string-split)
  (import (scheme base) (scheme case-lambda) (scheme char) (srfi 13 search))
  (begin

    ;; arguments

    (define (check-range who string start end)
      (if (not (string? string))
          (error (string-append (symbol->string who) ": expected a string, found") string))
      (if (not (and (exact-integer? start) (exact-integer? end)
                    (<= 0 start) (<= start end) (<= end (string-length string))))
          (error (string-append (symbol->string who) ": no range of a string of length "
                                (number->string (string-length string)) ":")
                 start end)))

    (define (check-count who count limit)
      (if (not (and (exact-integer? count) (<= 0 count) (<= count limit)))
          (error (string-append (symbol->string who) ": expected an integer from 0 to "
                                (number->string limit) ", found")
                 count)))

    (define (length-for who string)
      (if (not (string? string))
          (error (string-append (symbol->string who) ": expected a string, found") string))
      (string-length string))

    ;; (define-ranged (name argument ...) (string start end) body ...): `string` is one of the
    ;; arguments; `start` and `end` may follow the arguments.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name argument ...) (string start end) body1 body2 ...)
         (define name
           (let ((of-range (lambda (argument ... start end) body1 body2 ...)))
             (case-lambda
               ((argument ...) (of-range argument ... 0 (length-for 'name string)))
               ((argument ... start)
                (let ((end (length-for 'name string)))
                  (check-range 'name string start end)
                  (of-range argument ... start end)))
               ((argument ... start end)
                (check-range 'name string start end)
                (of-range argument ... start end))))))))

    ;; The same for the ranges of two strings: start and end of `a`, then start and end of `b`.
    (define-syntax define-two-ranged
      (syntax-rules ()
        ((_ (name argument ...) (a start1 end1) (b start2 end2) body1 body2 ...)
         (define name
           (let ((of-ranges (lambda (argument ... start1 end1 start2 end2) body1 body2 ...)))
             (case-lambda
               ((argument ...)
                (of-ranges argument ... 0 (length-for 'name a) 0 (length-for 'name b)))
               ((argument ... start1 . more)
                (call-with-ranges 'name a b start1 more
                                  (lambda (start1 end1 start2 end2)
                                    (of-ranges argument ... start1 end1 start2 end2))))))))))

    (define (call-with-ranges who a b start1 more receiver)
      (let* ((end1 (if (pair? more) (car more) (length-for who a)))
             (more (if (pair? more) (cdr more) '()))
             (start2 (if (pair? more) (car more) 0))
             (more (if (pair? more) (cdr more) '()))
             (end2 (if (pair? more) (car more) (length-for who b))))
        (if (and (pair? more) (pair? (cdr more)))
            (error (string-append (symbol->string who) ": too many arguments:") (cdr more)))
        (check-range who a start1 end1)
        (check-range who b start2 end2)
        (receiver start1 end1 start2 end2)))

    ;; characters that meet a criterion

    (define-ranged (string-index string criterion) (string start end)
      (let ((index (index-from string criterion start end)))
        (and (< index end) index)))

    (define-ranged (string-skip string criterion) (string start end)
      (let ((index (skip-from string criterion start end)))
        (and (< index end) index)))

    (define-ranged (string-index-right string criterion) (string start end)
      (let ((index (index-before string criterion start end)))
        (and (> index start) (- index 1))))

    (define-ranged (string-skip-right string criterion) (string start end)
      (let ((index (skip-before string criterion start end)))
        (and (> index start) (- index 1))))

    (define (->predicate criterion)
      (if (char? criterion)
          (lambda (character) (char=? character criterion))
          criterion))

    (define-ranged (string-every criterion string) (string start end)
      (let ((holds? (->predicate criterion)))
        (or (= start end)
            (let loop ((index start))
              (if (= (+ index 1) end)
                  (holds? (string-ref string index))
                  (and (holds? (string-ref string index))
                       (loop (+ index 1))))))))

    (define-ranged (string-any criterion string) (string start end)
      (let ((holds? (->predicate criterion)))
        (and (< start end)
             (let loop ((index start))
               (if (= (+ index 1) end)
                   (holds? (string-ref string index))
                   (or (holds? (string-ref string index))
                       (loop (+ index 1))))))))

    (define-ranged (string-count string criterion) (string start end)
      (let ((holds? (->predicate criterion)))
        (let loop ((index start) (count 0))
          (cond ((= index end) count)
                ((holds? (string-ref string index)) (loop (+ index 1) (+ count 1)))
                (else (loop (+ index 1) count))))))

    (define (filtered holds? string start end)
      (let ((result (make-string (- end start))))
        (let loop ((index start) (count 0))
          (if (= index end)
              (substring result 0 count)
              (let ((character (string-ref string index)))
                (if (holds? character)
                    (begin
                      (string-set! result count character)
                      (loop (+ index 1) (+ count 1)))
                    (loop (+ index 1) count)))))))

    (define-ranged (string-filter criterion string) (string start end)
      (filtered (->predicate criterion) string start end))

    (define-ranged (string-remove criterion string) (string start end)
      (let ((holds? (->predicate criterion)))
        (filtered (lambda (character) (not (holds? character))) string start end)))

    ;; construction

    (define (string-null? string) (= (length-for 'string-null? string) 0))

    (define (string-tabulate procedure length)
      (let ((result (make-string length)))
        (let loop ((index 0))
          (if (= index length)
              result
              (begin
                (string-set! result index (procedure index))
                (loop (+ index 1)))))))

    (define (->string object)
      (if (char? object) (string object) object))

    ;; The characters and strings that unfolding makes, last one first.
    (define (unfolded stop? element next seed first last)
      (let loop ((seed seed) (parts (list first)))
        (if (stop? seed)
            (cons (last seed) parts)
            (loop (next seed) (cons (element seed) parts)))))

    (define (part-length part)
      (if (char? part) 1 (string-length part)))

    (define (parts-length parts)
      (let loop ((parts parts) (length 0))
        (if (null? parts)
            length
            (loop (cdr parts) (+ length (part-length (car parts)))))))

    ;; Puts a part into a string.
    (define (put! string at part)
      (if (char? part)
          (string-set! string at part)
          (string-copy! string at part)))

    (define (nothing seed) "")

    (define string-unfold
      (case-lambda
        ((stop? element next seed) (string-unfold stop? element next seed "" nothing))
        ((stop? element next seed first) (string-unfold stop? element next seed first nothing))
        ((stop? element next seed first last)
         (let* ((parts (unfolded stop? element next seed first last))
                (length (parts-length parts))
                (result (make-string length)))
           (let loop ((parts parts) (end length))
             (if (null? parts)
                 result
                 (let ((at (- end (part-length (car parts)))))
                   (put! result at (car parts))
                   (loop (cdr parts) at))))))))

    (define string-unfold-right
      (case-lambda
        ((stop? element next seed) (string-unfold-right stop? element next seed "" nothing))
        ((stop? element next seed last)
         (string-unfold-right stop? element next seed last nothing))
        ((stop? element next seed last first)
         (let* ((parts (unfolded stop? element next seed last first))
                (result (make-string (parts-length parts))))
           (let loop ((parts parts) (at 0))
             (if (null? parts)
                 result
                 (begin
                   (put! result at (car parts))
                   (loop (cdr parts) (+ at (part-length (car parts)))))))))))

    (define (reverse-list->string characters)
      (let* ((length (length characters)) (result (make-string length)))
        (let loop ((index (- length 1)) (rest characters))
          (if (null? rest)
              result
              (begin
                (string-set! result index (car rest))
                (loop (- index 1) (cdr rest)))))))

    ;; concatenation

    (define (string-concatenate strings)
      (let ((result (make-string (total-length strings 'string-concatenate))))
        (let loop ((strings strings) (at 0))
          (if (null? strings)
              result
              (begin
                (string-copy! result at (car strings))
                (loop (cdr strings) (+ at (string-length (car strings)))))))))

    (define (total-length strings who)
      (let loop ((strings strings) (length 0))
        (if (null? strings)
            length
            (loop (cdr strings) (+ length (length-for who (car strings)))))))

    (define string-concatenate-reverse
      (case-lambda
        ((strings) (string-concatenate-reverse strings "" 0))
        ((strings final) (string-concatenate-reverse strings final (string-length final)))
        ((strings final end)
         (check-range 'string-concatenate-reverse final 0 end)
         (let* ((length (total-length strings 'string-concatenate-reverse))
                (result (make-string (+ length end))))
           (string-copy! result length final 0 end)
           (let loop ((strings strings) (end length))
             (if (null? strings)
                 result
                 (let ((at (- end (string-length (car strings)))))
                   (string-copy! result at (car strings))
                   (loop (cdr strings) at))))))))

    (define string-join
      (case-lambda
        ((strings) (string-join strings " " 'infix))
        ((strings delimiter) (string-join strings delimiter 'infix))
        ((strings delimiter grammar)
         (length-for 'string-join delimiter)
         (case grammar
           ((infix strict-infix)
            (cond ((pair? strings)
                   (string-concatenate
                    (cons (car strings) (prefixed (cdr strings) delimiter))))
                  ((eq? grammar 'strict-infix)
                   (error "string-join: no strings, which strict-infix does not allow"))
                  (else "")))
           ((prefix) (string-concatenate (prefixed strings delimiter)))
           ((suffix) (string-concatenate (suffixed strings delimiter)))
           (else (error "string-join: unknown grammar:" grammar))))))

    (define (prefixed strings delimiter)
      (let loop ((strings strings) (result '()))
        (if (null? strings)
            (reverse result)
            (loop (cdr strings) (cons (car strings) (cons delimiter result))))))

    (define (suffixed strings delimiter)
      (let loop ((strings strings) (result '()))
        (if (null? strings)
            (reverse result)
            (loop (cdr strings) (cons delimiter (cons (car strings) result))))))

    ;; selection

    (define (string-take string count)
      (check-count 'string-take count (length-for 'string-take string))
      (substring string 0 count))

    (define (string-drop string count)
      (check-count 'string-drop count (length-for 'string-drop string))
      (substring string count (string-length string)))

    (define (string-take-right string count)
      (let ((length (length-for 'string-take-right string)))
        (check-count 'string-take-right count length)
        (substring string (- length count) length)))

    (define (string-drop-right string count)
      (let ((length (length-for 'string-drop-right string)))
        (check-count 'string-drop-right count length)
        (substring string 0 (- length count))))

    (define-ranged (padded-left string length fill) (string start end)
      (let ((count (- end start)))
        (if (<= length count)
            (substring string (- end length) end)
            (let ((result (make-string length fill)))
              (string-copy! result (- length count) string start end)
              result))))

    (define-ranged (padded-right string length fill) (string start end)
      (if (<= length (- end start))
          (substring string start (+ start length))
          (let ((result (make-string length fill)))
            (string-copy! result 0 string start end)
            result)))

    (define string-pad
      (case-lambda
        ((string length) (padded-left string length #\space))
        ((string length fill) (padded-left string length fill))
        ((string length fill start) (padded-left string length fill start))
        ((string length fill start end) (padded-left string length fill start end))))

    (define string-pad-right
      (case-lambda
        ((string length) (padded-right string length #\space))
        ((string length fill) (padded-right string length fill))
        ((string length fill start) (padded-right string length fill start))
        ((string length fill start end) (padded-right string length fill start end))))

    ;; (define-trim name trim-range (string criterion start end) trimmed): the criterion may be
    ;; left out.
    (define-syntax define-trim
      (syntax-rules ()
        ((_ name trim-range (string criterion start end) trimmed)
         (begin
           (define-ranged (trim-range string criterion) (string start end) trimmed)
           (define name
             (case-lambda
               ((string) (trim-range string char-whitespace?))
               ((string criterion) (trim-range string criterion))
               ((string criterion start) (trim-range string criterion start))
               ((string criterion start end) (trim-range string criterion start end))))))))

    (define-trim string-trim trim-left (string criterion start end)
      (substring string (skip-from string criterion start end) end))

    (define-trim string-trim-right trim-right (string criterion start end)
      (substring string start (skip-before string criterion start end)))

    (define-trim string-trim-both trim-both (string criterion start end)
      (let ((start (skip-from string criterion start end)))
        (substring string start (skip-before string criterion start end))))

    (define string-replace
      (let ((replace
             (lambda (a b start1 end1 start2 end2)
               (let* ((inserted (- end2 start2))
                      (length (string-length a))
                      (result (make-string (+ start1 inserted (- length end1)))))
                 (string-copy! result 0 a 0 start1)
                 (string-copy! result start1 b start2 end2)
                 (string-copy! result (+ start1 inserted) a end1 length)
                 result))))
        (case-lambda
          ((a b start1 end1)
           (string-replace a b start1 end1 0 (length-for 'string-replace b)))
          ((a b start1 end1 start2)
           (string-replace a b start1 end1 start2 (length-for 'string-replace b)))
          ((a b start1 end1 start2 end2)
           (check-range 'string-replace a start1 end1)
           (check-range 'string-replace b start2 end2)
           (replace a b start1 end1 start2 end2)))))

    ;; common beginnings and ends

    (define (match-length-left same? a start1 end1 b start2 end2)
      (let loop ((i start1) (j start2))
        (if (and (< i end1) (< j end2) (same? (string-ref a i) (string-ref b j)))
            (loop (+ i 1) (+ j 1))
            (- i start1))))

    (define (match-length-right same? a start1 end1 b start2 end2)
      (let loop ((i end1) (j end2))
        (if (and (> i start1) (> j start2)
                 (same? (string-ref a (- i 1)) (string-ref b (- j 1))))
            (loop (- i 1) (- j 1))
            (- end1 i))))

    (define-two-ranged (string-prefix-length a b) (a start1 end1) (b start2 end2)
      (match-length-left eq-char? a start1 end1 b start2 end2))

    (define-two-ranged (string-suffix-length a b) (a start1 end1) (b start2 end2)
      (match-length-right eq-char? a start1 end1 b start2 end2))

    (define-two-ranged (string-prefix? a b) (a start1 end1) (b start2 end2)
      (= (- end1 start1) (match-length-left eq-char? a start1 end1 b start2 end2)))

    (define-two-ranged (string-suffix? a b) (a start1 end1) (b start2 end2)
      (= (- end1 start1) (match-length-right eq-char? a start1 end1 b start2 end2)))

    (define (eq-char? a b) (char=? a b))

    ;; search

    (define-two-ranged (string-contains a b) (a start1 end1) (b start2 end2)
      (search-left a start1 end1 b start2 end2))

    (define-two-ranged (string-contains-right a b) (a start1 end1) (b start2 end2)
      (search-right a start1 end1 b start2 end2))

    ;; folding

    (define-ranged (string-fold procedure seed string) (string start end)
      (let loop ((index start) (result seed))
        (if (= index end)
            result
            (loop (+ index 1) (procedure (string-ref string index) result)))))

    (define-ranged (string-fold-right procedure seed string) (string start end)
      (let loop ((index end) (result seed))
        (if (= index start)
            result
            (loop (- index 1) (procedure (string-ref string (- index 1)) result)))))

    (define-ranged (string-reverse string) (string start end)
      (let ((result (make-string (- end start))))
        (let loop ((index start) (at (- end start 1)))
          (if (= index end)
              result
              (begin
                (string-set! result at (string-ref string index))
                (loop (+ index 1) (- at 1)))))))

    ;; replication and splitting

    ;; Writes characters `from` to `to` of a string that repeats without end in both directions.
    (define (replicate! who target at from to string start end)
      (let ((period (- end start)))
        (if (not (and (exact-integer? from) (exact-integer? to) (<= from to)))
            (error (string-append (symbol->string who) ": not a range:") from to))
        (if (and (= period 0) (< from to))
            (error (string-append (symbol->string who) ": nothing to repeat:") string start end))
        (let loop ((from from) (at at))
          (if (< from to)
              (let* ((offset (modulo from period))
                     (count (min (- to from) (- period offset))))
                (string-copy! target at string (+ start offset) (+ start offset count))
                (loop (+ from count) (+ at count)))))))

    (define-ranged (string-replicate string from to) (string start end)
      (if (not (and (exact-integer? from) (exact-integer? to) (<= from to)))
          (error "string-replicate: not a range:" from to))
      (let ((result (make-string (- to from))))
        (replicate! 'string-replicate result 0 from to string start end)
        result))

    (define-ranged (split-range string delimiter grammar limit) (string start end)
      (length-for 'string-split delimiter)
      (if (not (or (not limit) (and (exact-integer? limit) (<= 0 limit))))
          (error "string-split: expected a count or #f as limit, found" limit))
      (if (not (memq grammar '(infix strict-infix prefix suffix)))
          (error "string-split: unknown grammar:" grammar))
      (cond ((= start end)
             (if (eq? grammar 'strict-infix)
                 (error "string-split: an empty string, which strict-infix does not allow"))
             '())
            ((= (string-length delimiter) 0) (split-characters string limit start end))
            (else
             (let* ((reversed (split-parts string delimiter limit start end))
                    (reversed (if (eq? grammar 'suffix) (without-empty reversed) reversed))
                    (parts (reverse reversed)))
               (if (eq? grammar 'prefix) (without-empty parts) parts)))))

    ;; Without an empty string at the beginning, unless that is all.
    (define (without-empty parts)
      (if (and (pair? (cdr parts)) (string-null? (car parts)))
          (cdr parts)
          parts))

    ;; The parts, last one first.
    (define (split-parts string delimiter limit start end)
      (let ((length (string-length delimiter)))
        (let loop ((start start) (limit limit) (parts '()))
          (let ((found (and (not (eqv? limit 0))
                            (search-left string start end delimiter 0 length))))
            (if found
                (loop (+ found length) (and limit (- limit 1))
                      (cons (substring string start found) parts))
                (cons (substring string start end) parts))))))

    (define (split-characters string limit start end)
      (let loop ((index start) (limit limit) (parts '()))
        (cond ((= index end) (reverse parts))
              ((eqv? limit 0) (reverse (cons (substring string index end) parts)))
              (else
               (loop (+ index 1) (and limit (- limit 1))
                     (cons (substring string index (+ index 1)) parts))))))

    (define string-split
      (case-lambda
        ((string delimiter) (split-range string delimiter 'infix #f))
        ((string delimiter grammar) (split-range string delimiter grammar #f))
        ((string delimiter grammar limit) (split-range string delimiter grammar limit))
        ((string delimiter grammar limit start)
         (split-range string delimiter grammar limit start))
        ((string delimiter grammar limit start end)
         (split-range string delimiter grammar limit start end))))))
