;;; SRFI 115: regular expressions.
;;;
;;; A pattern becomes procedures that match with backtracking: alternatives are tried in their
;;; order, and repetitions are greedy unless they say otherwise. A match that backtracks much starts
;;; to note the states it has tried, so that the work stays linear in the length of the string;
;;; only patterns with `backref`, and what is inside look-around patterns, go without. All the
;;; optional features are there. Grapheme clusters follow the pattern of the SRFI's text.

(define-library (srfi 115)
  (export regexp rx regexp->sre char-set->sre valid-sre? regexp? regexp-match?
          regexp-matches regexp-matches? regexp-search
          regexp-fold regexp-extract regexp-split regexp-partition
          regexp-replace regexp-replace-all
          regexp-match-submatch regexp-match-submatch-start regexp-match-submatch-end
          regexp-match-count regexp-match->list)
  (import (scheme base) (scheme case-lambda) (srfi 14) (only (srfi 14 kernel) char-set-bounds)
          (srfi 115 parse) (srfi 115 match))
  (begin

    ;; regexps

    ;; `match` is what (srfi 115 match) makes of the pattern; `group-count` does not count group 0;
    ;; `names` has pairs of names and groups; `first` is the set of characters that a match can
    ;; begin with, or #f.
    (define-record-type regexp-type
      (new-regexp sre match group-count names first)
      regexp?
      (sre regexp->sre)
      (match regexp-matcher)
      (group-count group-count)
      (names group-names)
      (first first-set))

    (define-record-type regexp-match-type
      (new-match string slots names)
      regexp-match?
      (string match-string)
      (slots match-slots)
      (names match-names))

    (define (regexp object)
      (if (regexp? object)
          object
          (let*-values (((sre) (without-regexps object))
                        ((pattern group-count names) (parse-sre sre))
                        ((match) (compile-pattern pattern group-count)))
            (new-regexp sre match group-count names (first-characters pattern)))))

    ;; Regexps may stand in an SRE.
    (define (without-regexps sre)
      (cond ((regexp? sre) (regexp->sre sre))
            ((pair? sre) (cons (without-regexps (car sre)) (without-regexps (cdr sre))))
            (else sre)))

    (define-syntax rx
      (syntax-rules ()
        ((_ sre ...) (regexp `(: sre ...)))))

    (define (valid-sre? object)
      (guard (problem (#t #f))
        (regexp object)
        #t))

    ;; Ranges of more than two characters become ranges, the others a string.
    (define (char-set->sre set)
      (let* ((bounds (char-set-bounds set)) (length (vector-length bounds)))
        (let loop ((index 0) (singles '()) (ranges '()))
          (if (= index length)
              (let ((singles (list 'char-set (list->string (reverse singles)))))
                (if (null? ranges)
                    singles
                    (list 'or singles (list '/ (list->string (reverse ranges))))))
              (let ((low (integer->char (vector-ref bounds index)))
                    (count (- (vector-ref bounds (+ index 1)) (vector-ref bounds index)))
                    (high (integer->char (- (vector-ref bounds (+ index 1)) 1))))
                (cond ((= count 1) (loop (+ index 2) (cons low singles) ranges))
                      ((= count 2) (loop (+ index 2) (cons high (cons low singles)) ranges))
                      (else (loop (+ index 2) singles (cons high (cons low ranges))))))))))

    ;; matching

    (define (check-range who string start end)
      (if (not (string? string))
          (error (string-append who ": expected a string, found") string))
      (if (not (and (exact-integer? start) (exact-integer? end)
                    (<= 0 start end (string-length string))))
          (error (string-append who ": no range of the string:") start end)))

    ;; (define-ranged (name who argument ...) string (start end) body ...): start and end may follow.
    ;; #f as the end means the end of the string.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ (name who argument ...) string (start end) body1 body2 ...)
         (define name
           (case-lambda
             ((argument ...) (name argument ... 0 #f))
             ((argument ... start) (name argument ... start #f))
             ((argument ... start given-end)
              (let ((end (or given-end
                             (if (string? string) (string-length string) 0))))
                (check-range who string start end)
                body1 body2 ...)))))))

    (define (match-of regexp string slots)
      (and slots (new-match string slots (group-names regexp))))

    (define-ranged (regexp-matches "regexp-matches" object string) string (start end)
      (let ((regexp (regexp object)))
        (match-of regexp string
                  (run-match (regexp-matcher regexp) (group-count regexp)
                             string start start end #t #f))))

    (define-ranged (regexp-matches? "regexp-matches?" object string) string (start end)
      (if (regexp-matches object string start end) #t #f))

    (define-ranged (regexp-search "regexp-search" object string) string (start end)
      (search-from (regexp object) string start start end))

    ;; The first match at or after `from` in a range.
    (define (search-from regexp string from start end)
      (match-of regexp string
                (run-match (regexp-matcher regexp) (group-count regexp)
                           string from start end #f (or (first-set regexp) 'any))))

    ;; matches

    (define (check-match object who)
      (if (not (regexp-match? object))
          (error (string-append who ": expected a regexp match, found") object)))

    (define (regexp-match-count match)
      (check-match match "regexp-match-count")
      (- (quotient (vector-length (match-slots match)) 2) 1))

    ;; The slot of a field's start. Of groups with one name, the first that matched.
    (define (field-slot match field who)
      (check-match match who)
      (let ((slots (match-slots match)))
        (cond ((and (exact-integer? field) (<= 0 field) (< (* 2 field) (vector-length slots)))
               (* 2 field))
              ((and (symbol? field) (assq field (match-names match)))
               (let loop ((names (match-names match)) (found #f))
                 (cond ((null? names) found)
                       ((not (eq? (car (car names)) field)) (loop (cdr names) found))
                       ((vector-ref slots (* 2 (cdr (car names)))) (* 2 (cdr (car names))))
                       (else (loop (cdr names) (or found (* 2 (cdr (car names)))))))))
              (else (error (string-append who ": no submatch of the pattern:") field)))))

    (define (regexp-match-submatch-start match field)
      (vector-ref (match-slots match) (field-slot match field "regexp-match-submatch-start")))

    (define (regexp-match-submatch-end match field)
      (vector-ref (match-slots match)
                  (+ 1 (field-slot match field "regexp-match-submatch-end"))))

    (define (regexp-match-submatch match field)
      (let* ((slot (field-slot match field "regexp-match-submatch"))
             (start (vector-ref (match-slots match) slot)))
        (and start
             (substring (match-string match) start
                        (vector-ref (match-slots match) (+ slot 1))))))

    (define (regexp-match->list match)
      (let loop ((field (regexp-match-count match)) (result '()))
        (if (< field 0)
            result
            (loop (- field 1) (cons (regexp-match-submatch match field) result)))))

    (define (match-start match) (vector-ref (match-slots match) 0))
    (define (match-end match) (vector-ref (match-slots match) 1))

    ;; iteration

    (define (return-last index match string result) result)

    ;; An empty match directly after another match does not count.
    (define regexp-fold
      (case-lambda
        ((object procedure seed string)
         (regexp-fold object procedure seed string return-last 0 #f))
        ((object procedure seed string finish)
         (regexp-fold object procedure seed string finish 0 #f))
        ((object procedure seed string finish start)
         (regexp-fold object procedure seed string finish start #f))
        ((object procedure seed string finish start given-end)
         (let ((regexp (regexp object))
               (end (or given-end (if (string? string) (string-length string) 0))))
           (check-range "regexp-fold" string start end)
           (let loop ((from start) (last start) (after? #f) (result seed))
             (let ((match (and (<= from end) (search-from regexp string from start end))))
               (cond ((not match) (finish last #f string result))
                     ((< (match-start match) (match-end match))
                      (loop (match-end match) (match-end match) #t
                            (procedure last match string result)))
                     ((and after? (= (match-start match) last))
                      (loop (+ from 1) last #f result))
                     (else
                      (loop (+ (match-end match) 1) (match-end match) #f
                            (procedure last match string result))))))))))

    (define (empty-match? match) (= (match-start match) (match-end match)))

    (define-ranged (regexp-extract "regexp-extract" object string) string (start end)
      (reverse
       (regexp-fold object
                    (lambda (last match string found)
                      (if (empty-match? match)
                          found
                          (cons (regexp-match-submatch match 0) found)))
                    '() string return-last start end)))

    ;; Calls `procedure` with what is between matches that are not empty, a match, and a result; at
    ;; the end, with the rest and #f.
    (define (fold-parts procedure seed object string start end)
      (let* ((last start)
             (result
              (regexp-fold object
                           (lambda (ignored match string result)
                             (if (empty-match? match)
                                 result
                                 (let ((between (substring string last (match-start match))))
                                   (set! last (match-end match))
                                   (procedure between match result))))
                           seed string return-last start end)))
        (procedure (substring string last end) #f result)))

    (define-ranged (regexp-split "regexp-split" object string) string (start end)
      (reverse
       (fold-parts (lambda (between match parts) (cons between parts))
                   '() object string start end)))

    (define-ranged (regexp-partition "regexp-partition" object string) string (start end)
      (reverse
       (fold-parts (lambda (between match parts)
                     (cond (match (cons (regexp-match-submatch match 0) (cons between parts)))
                           ((and (string=? between "") (pair? parts)) parts)
                           (else (cons between parts))))
                   '() object string start end)))

    ;; replacement

    ;; The strings that a template makes of a match. It is a string, a field, `pre`, `post`, a
    ;; procedure of the match, or a list of these.
    (define (expand template match string start end)
      (cond ((string? template) template)
            ((exact-integer? template) (or (regexp-match-submatch match template) ""))
            ((eq? template 'pre) (substring string start (match-start match)))
            ((eq? template 'post) (substring string (match-end match) end))
            ((symbol? template) (or (regexp-match-submatch match template) ""))
            ((procedure? template) (template match))
            ((list? template)
             (apply string-append
                    (map (lambda (part) (expand part match string start end)) template)))
            (else (error "regexp-replace: no template:" template))))

    (define regexp-replace
      (case-lambda
        ((object string template) (regexp-replace object string template 0 #f 0))
        ((object string template start) (regexp-replace object string template start #f 0))
        ((object string template start end)
         (regexp-replace object string template start end 0))
        ((object string template start given-end count)
         (let ((end (or given-end (if (string? string) (string-length string) 0))))
           (check-range "regexp-replace" string start end)
           (let ((match (nth-match (regexp object) string start end (or count 0))))
             (if match
                 (string-append (substring string start (match-start match))
                                (expand template match string start end)
                                (substring string (match-end match) end))
                 (substring string start end)))))))

    ;; Match number `count`, from 0 on, or #f.
    (define (nth-match regexp string start end count)
      (call-with-current-continuation
       (lambda (return)
         (regexp-fold regexp
                      (lambda (last match string number)
                        (if (= number count) (return match) (+ number 1)))
                      0 string
                      (lambda (last match string number) #f)
                      start end))))

    (define-ranged (regexp-replace-all "regexp-replace-all" object string template)
      string (start end)
      (apply string-append
             (reverse
              (regexp-fold object
                           (lambda (last match string parts)
                             (cons (expand template match string start end)
                                   (cons (substring string last (match-start match)) parts)))
                           '() string
                           (lambda (last match string parts)
                             (cons (substring string last end) parts))
                           start end))))))
