;;; SRFI 115: from SREs to patterns.
;;;
;;; A pattern is one of
;;;   (set char-set), (literal string), (sequence pattern ...), (choice pattern ...),
;;;   (star greedy? pattern), (optional greedy? pattern), (group number pattern),
;;;   (assertion holds?), where `holds?` gets a string, a position, a start and an end,
;;;   (look ahead? negative? pattern), (back-reference numbers same-char?)

(define-library (srfi 115 parse)
  (export parse-sre)
  (import (scheme base) (scheme char) (scheme lazy) (srfi 14)
          (only (srfi 14 kernel) differences->char-set) (srfi 115 unicode))
  (begin

    (define (bad-sre sre) (error "regexp: not an SRE:" sre))

    ;; character sets

    (define alphabetic (differences->char-set alphabetic-differences))
    (define lower (differences->char-set lower-case-differences))
    (define upper (differences->char-set upper-case-differences))
    (define mark (differences->char-set mark-differences))
    (define other (differences->char-set other-differences))

    (define cased (delay (char-set-union lower upper char-set:title-case)))
    (define alphanumeric (delay (char-set-union alphabetic char-set:digit)))
    (define graphic
      (delay (char-set-union (force alphanumeric) char-set:punctuation char-set:symbol)))
    (define printing (delay (char-set-union (force graphic) char-set:whitespace)))
    (define no-newline
      (delay (char-set-difference char-set:full (char-set #\return #\newline))))
    (define ascii-control (ucs-range->char-set 0 32))

    ;; The set of a name, or #f.
    (define (named-set name fold? ascii?)
      (let ((set
             (case name
               ((any) char-set:full)
               ((nonl) (force no-newline))
               ((ascii) char-set:ascii)
               ((lower-case lower) (if fold? (force cased) lower))
               ((upper-case upper) (if fold? (force cased) upper))
               ((title-case title) (if fold? (force cased) char-set:title-case))
               ((alphabetic alpha) alphabetic)
               ((numeric num digit) char-set:digit)
               ((alphanumeric alphanum alnum) (force alphanumeric))
               ((punctuation punct) char-set:punctuation)
               ((symbol) char-set:symbol)
               ((graphic graph) (force graphic))
               ((whitespace white space) char-set:whitespace)
               ((printing print) (force printing))
               ((control cntrl) (if ascii? ascii-control other))
               ((hex-digit xdigit) char-set:hex-digit)
               (else #f))))
        (and set
             (if ascii? (char-set-intersection set char-set:ascii) set))))

    (define (word-set ascii?)
      (char-set-adjoin (named-set 'alphanumeric #f ascii?) #\_))

    (define (any-set ascii?) (if ascii? char-set:ascii char-set:full))

    (define fold-exceptions-by-folding
      (map (lambda (characters) (cons (string-ref characters 0) (cdr (string->list characters))))
           fold-exceptions))

    ;; Adds to a set, which holds a character, the characters with the same case folding.
    (define (adjoin-case-variants character set ascii?)
      (let* ((folding (char-foldcase character))
             (exceptions (assv folding fold-exceptions-by-folding)))
        (let loop ((candidates (list folding (char-upcase folding) (char-downcase folding)))
                   (more (if exceptions (cdr exceptions) '()))
                   (variants '()))
          (cond ((null? candidates)
                 (if (null? more)
                     (list->char-set variants set)
                     (loop more '() variants)))
                ((and (char=? (char-foldcase (car candidates)) folding)
                      (not (and ascii? (char>? (car candidates) #\x7F))))
                 (loop (cdr candidates) more (cons (car candidates) variants)))
                (else (loop (cdr candidates) more variants))))))

    ;; A set with the characters that differ in case only.
    (define (folded set ascii?)
      (char-set-fold
       (lambda (character result)
         (if (and ascii? (char>? character #\x7F))
             result
             (adjoin-case-variants character result ascii?)))
       set set))

    ;; The set of an SRE that matches one character of a set, or #f for other SREs.
    (define (set-of sre fold? ascii?)
      (define (terminal set) (if fold? (folded set ascii?) set))
      (define (sets sres)
        (map (lambda (sre) (or (set-of sre fold? ascii?) (bad-sre sre))) sres))
      (define (only-one fold? ascii?)
        (and (pair? (cdr sre)) (null? (cddr sre))
             (set-of (cadr sre) fold? ascii?)))
      (cond ((char? sre) (terminal (char-set sre)))
            ((string? sre)
             (and (= (string-length sre) 1) (terminal (string->char-set sre))))
            ((char-set? sre) (terminal sre))
            ((symbol? sre) (named-set sre fold? ascii?))
            ((not (and (pair? sre) (list? sre))) #f)
            ((string? (car sre))
             (and (null? (cdr sre)) (terminal (string->char-set (car sre)))))
            (else
             (case (car sre)
               ((char-set)
                (if (and (pair? (cdr sre)) (string? (cadr sre)) (null? (cddr sre)))
                    (terminal (string->char-set (cadr sre)))
                    (bad-sre sre)))
               ((/ char-range) (terminal (ranges (cdr sre) sre)))
               ((or |\||)
                (let loop ((rest (cdr sre)) (result char-set:empty))
                  (if (null? rest)
                      result
                      (let ((set (set-of (car rest) fold? ascii?)))
                        (and set (loop (cdr rest) (char-set-union result set)))))))
               ((and &) (apply char-set-intersection (any-set ascii?) (sets (cdr sre))))
               ((- difference)
                (if (null? (cdr sre)) (bad-sre sre))
                (apply char-set-difference (sets (cdr sre))))
               ((~ complement) (apply char-set-difference (any-set ascii?) (sets (cdr sre))))
               ((w/case) (only-one #f ascii?))
               ((w/nocase) (only-one #t ascii?))
               ((w/ascii) (only-one fold? #t))
               ((w/unicode) (only-one fold? #f))
               (else #f)))))

    ;; Characters and strings, whose characters pair up.
    (define (ranges specifications sre)
      (let loop ((rest (apply append
                              (map (lambda (specification)
                                     (cond ((char? specification) (list specification))
                                           ((string? specification) (string->list specification))
                                           (else (bad-sre sre))))
                                   specifications)))
                 (set char-set:empty))
        (cond ((null? rest) set)
              ((or (null? (cdr rest)) (char>? (car rest) (cadr rest))) (bad-sre sre))
              (else
               (loop (cddr rest)
                     (ucs-range->char-set (char->integer (car rest))
                                          (+ 1 (char->integer (cadr rest)))
                                          #f set))))))

    ;; assertions

    (define (beginning-of-string? string at start end) (= at start))
    (define (end-of-string? string at start end) (= at end))

    (define (beginning-of-line? string at start end)
      (or (= at start)
          (let ((before (string-ref string (- at 1))))
            (or (char=? before #\newline)
                (and (char=? before #\return)
                     (not (and (< at end) (char=? (string-ref string at) #\newline))))))))

    (define (end-of-line? string at start end)
      (or (= at end)
          (let ((after (string-ref string at)))
            (or (char=? after #\return)
                (and (char=? after #\newline)
                     (not (and (> at start)
                               (char=? (string-ref string (- at 1)) #\return))))))))

    ;; (word-edge wanted ascii?): `wanted` gets whether a word character is before and after.
    (define (word-edge wanted ascii?)
      (let ((set (word-set ascii?)))
        (lambda (string at start end)
          (wanted (and (> at start) (char-set-contains? set (string-ref string (- at 1))))
                  (and (< at end) (char-set-contains? set (string-ref string at)))))))

    (define (word-begins? before? after?) (and (not before?) after?))
    (define (word-ends? before? after?) (and before? (not after?)))
    (define (no-edge? before? after?) (eq? before? after?))

    (define (always string at start end) #t)

    ;; Whether a grapheme cluster may begin at a position.
    (define (cluster-boundary? string at start end)
      (or (= at start)
          (= at end)
          (let* ((before (string-ref string (- at 1)))
                 (after (string-ref string at))
                 (a (char->integer before))
                 (b (char->integer after)))
            (cond ((and (= a 13) (= b 10)) #f)
                  ((or (breaks-clusters? a) (breaks-clusters? b)) #t)
                  ((and (memq (hangul-kind a) '(l)) (memq (hangul-kind b) '(l v lv lvt))) #f)
                  ((and (memq (hangul-kind a) '(v lv)) (memq (hangul-kind b) '(v t))) #f)
                  ((and (memq (hangul-kind a) '(t lvt)) (eq? (hangul-kind b) 't)) #f)
                  ((or (<= #x200C b #x200D) (<= #x1F3FB b #x1F3FF)
                       (char-set-contains? mark after))
                   #f)
                  ((and (regional? a) (regional? b)) (even? (regionals-before string at start)))
                  ((= a #x200D) (not (or (<= #x2190 b #x2BFF) (<= #x1F000 b #x1FAFF))))
                  (else #t)))))

    (define (breaks-clusters? code)
      (or (< code 32) (<= 127 code 159) (= code #x200B) (<= #x200E code #x200F)
          (<= #x2028 code #x202E) (= code #xFEFF)))

    (define (hangul-kind code)
      (cond ((or (<= #x1100 code #x115F) (<= #xA960 code #xA97C)) 'l)
            ((or (<= #x1160 code #x11A7) (<= #xD7B0 code #xD7C6)) 'v)
            ((or (<= #x11A8 code #x11FF) (<= #xD7CB code #xD7FB)) 't)
            ((<= #xAC00 code #xD7A3) (if (= 0 (modulo (- code #xAC00) 28)) 'lv 'lvt))
            (else #f)))

    (define (regional? code) (<= #x1F1E6 code #x1F1FF))

    (define (regionals-before string at start)
      (let loop ((index at) (count 0))
        (if (and (> index start) (regional? (char->integer (string-ref string (- index 1)))))
            (loop (- index 1) (+ count 1))
            count)))

    ;; SREs

    ;; Answers the pattern, how many groups it has, and pairs of names and groups.
    (define (parse-sre sre)
      (define group-count 0)
      (define names '())

      (define (parse sre fold? ascii? capture?)
        (define (parse-all sres fold? ascii? capture?)
          (let loop ((rest sres) (patterns '()))
            (cond ((pair? rest)
                   (loop (cdr rest) (cons (parse (car rest) fold? ascii? capture?) patterns)))
                  ((and (pair? patterns) (null? (cdr patterns))) (car patterns))
                  (else (cons 'sequence (reverse patterns))))))
        (define (rest-of sres) (parse-all sres fold? ascii? capture?))
        (define (check-arguments sre . tests)
          (let loop ((rest (cdr sre)) (tests tests))
            (if (pair? tests)
                (if (and (pair? rest) ((car tests) (car rest)))
                    (loop (cdr rest) (cdr tests))
                    (bad-sre sre)))))
        (define (edge wanted) (list 'assertion (word-edge wanted ascii?)))
        (define (word patterns)
          (append '(sequence) (list (edge word-begins?)) patterns (list (edge word-ends?))))
        (define (word-of set)
          (word (list (list 'sequence (list 'set set) (list 'star #t (list 'set set))))))

        (define (parse-symbol)
          (case sre
            ((bos) (list 'assertion beginning-of-string?))
            ((eos) (list 'assertion end-of-string?))
            ((bol) (list 'assertion beginning-of-line?))
            ((eol) (list 'assertion end-of-line?))
            ((bow) (edge word-begins?))
            ((eow) (edge word-ends?))
            ((nwb) (edge no-edge?))
            ((word) (word-of (word-set ascii?)))
            ((bog eog) (list 'assertion (if ascii? always cluster-boundary?)))
            ((grapheme)
             (if ascii?
                 (list 'set char-set:ascii)
                 (list 'sequence (list 'set char-set:full)
                       (list 'star #f (list 'set char-set:full))
                       (list 'assertion cluster-boundary?))))
            (else (bad-sre sre))))

        (define (parse-string)
          (if fold?
              (cons 'sequence
                    (map (lambda (character)
                           (list 'set (folded (char-set character) ascii?)))
                         (string->list sre)))
              (list 'literal sre)))

        (define (parse-group name sres)
          (if capture?
              (begin
                (set! group-count (+ group-count 1))
                (let ((number group-count))
                  (if name (set! names (append names (list (cons name number)))))
                  (list 'group number (rest-of sres))))
              (rest-of sres)))

        ;; Not less than `low` times, not more than `high`; #f is no limit.
        (define (repeat greedy? low high sres)
          (if (and high (< high low)) (bad-sre sre))
          (let ((pattern (rest-of sres)))
            (append '(sequence)
                    (make-list low pattern)
                    (list (if high
                              (optional-times greedy? (- high low) pattern)
                              (list 'star greedy? pattern))))))

        (define (parse-reference field)
          (let ((numbers
                 (if (exact-integer? field)
                     (list field)
                     (let loop ((rest names))
                       (cond ((null? rest) '())
                             ((eq? (car (car rest)) field)
                              (cons (cdr (car rest)) (loop (cdr rest))))
                             (else (loop (cdr rest))))))))
            (if (or (null? numbers)
                    (not (let loop ((rest numbers))
                           (or (null? rest)
                               (and (<= 1 (car rest) group-count) (loop (cdr rest)))))))
                (bad-sre sre))
            (list 'back-reference numbers (if fold? char-ci=? char=?))))

        (define (parse-list)
          (let ((sres (cdr sre)))
            (case (car sre)
              ((: seq) (rest-of sres))
              ((or |\||)
               (cons 'choice
                     (let loop ((rest sres))
                       (if (null? rest)
                           '()
                           (let ((first (parse (car rest) fold? ascii? capture?)))
                             (cons first (loop (cdr rest))))))))
              ((* zero-or-more) (repeat #t 0 #f sres))
              ((+ one-or-more) (repeat #t 1 #f sres))
              ((? optional) (list 'optional #t (rest-of sres)))
              ((= exactly)
               (check-arguments sre count?)
               (repeat #t (car sres) (car sres) (cdr sres)))
              ((>= at-least)
               (check-arguments sre count?)
               (repeat #t (car sres) #f (cdr sres)))
              ((** repeated)
               (check-arguments sre count? count?)
               (repeat #t (car sres) (cadr sres) (cddr sres)))
              ((*? non-greedy-zero-or-more) (repeat #f 0 #f sres))
              ((?? non-greedy-optional) (list 'optional #f (rest-of sres)))
              ((**? non-greedy-repeated)
               (check-arguments sre count? count?)
               (repeat #f (car sres) (cadr sres) (cddr sres)))
              (($ submatch) (parse-group #f sres))
              ((-> submatch-named)
               (check-arguments sre symbol?)
               (parse-group (car sres) (cdr sres)))
              ((backref)
               (check-arguments sre (lambda (field) (or (exact-integer? field) (symbol? field))))
               (parse-reference (car sres)))
              ((w/case) (parse-all sres #f ascii? capture?))
              ((w/nocase) (parse-all sres #t ascii? capture?))
              ((w/ascii) (parse-all sres fold? #t capture?))
              ((w/unicode) (parse-all sres fold? #f capture?))
              ((w/nocapture) (parse-all sres fold? ascii? #f))
              ((word) (word (list (rest-of sres))))
              ((word+)
               (word-of (char-set-intersection
                         (word-set ascii?)
                         (or (set-of (cons 'or sres) fold? ascii?) (bad-sre sre)))))
              ((look-ahead) (list 'look #t #f (rest-of sres)))
              ((neg-look-ahead) (list 'look #t #t (rest-of sres)))
              ((look-behind) (list 'look #f #f (rest-of sres)))
              ((neg-look-behind) (list 'look #f #t (rest-of sres)))
              (else (bad-sre sre)))))

        (let ((set (set-of sre fold? ascii?)))
          (cond (set (list 'set set))
                ((string? sre) (parse-string))
                ((symbol? sre) (parse-symbol))
                ((and (pair? sre) (list? sre)) (parse-list))
                (else (bad-sre sre)))))

      (let ((pattern (parse sre #f #f #t)))
        (values pattern group-count names)))

    (define (count? object) (and (exact-integer? object) (>= object 0)))

    ;; Zero to `count` times, one inside the other.
    (define (optional-times greedy? count pattern)
      (let loop ((count count) (result '(sequence)))
        (if (= count 0)
            result
            (loop (- count 1) (list 'optional greedy? (list 'sequence pattern result))))))))
