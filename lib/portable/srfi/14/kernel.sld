;;; SRFI 14: character sets, and two procedures for other libraries.
;;;
;;; The standard sets follow Unicode 17.0. `char-set:lower-case` and `char-set:upper-case` hold
;;; letters only. Procedures whose names end in ! are allowed to reuse their arguments, and do not.

(define-library (srfi 14 kernel)
  (export char-set? char-set= char-set<= char-set-hash
          char-set-cursor char-set-ref char-set-cursor-next end-of-char-set?
          char-set-fold char-set-unfold char-set-unfold! char-set-for-each char-set-map
          char-set-copy char-set list->char-set list->char-set! string->char-set string->char-set!
          char-set-filter char-set-filter! ucs-range->char-set ucs-range->char-set! ->char-set
          char-set->list char-set->string char-set-size char-set-count char-set-contains?
          char-set-every char-set-any
          char-set-adjoin char-set-adjoin! char-set-delete char-set-delete!
          char-set-complement char-set-complement! char-set-union char-set-union!
          char-set-intersection char-set-intersection! char-set-difference char-set-difference!
          char-set-xor char-set-xor! char-set-diff+intersection char-set-diff+intersection!
          char-set:lower-case char-set:upper-case char-set:title-case char-set:letter
          char-set:digit char-set:letter+digit char-set:graphic char-set:printing
          char-set:whitespace char-set:iso-control char-set:punctuation char-set:symbol
          char-set:hex-digit char-set:blank char-set:ascii char-set:empty char-set:full
          differences->char-set char-set-bounds)
  (import (scheme base) (scheme case-lambda) (cozen sort) (srfi 14 unicode))
  (begin

    ;; `bounds` is a vector of code points in rising order: every first one begins a range, every
    ;; second one is the first that follows the range. Until somebody asks, a standard set has a
    ;; thunk there. `table` has a byte for each ASCII character, 1 for a member; #f until somebody
    ;; asks.
    (define-record-type char-set
      (new-char-set bounds table)
      char-set?
      (bounds bounds-or-thunk set-bounds!)
      (table table set-table!))

    (define (bounds->char-set bounds) (new-char-set bounds #f))

    (define (bounds set)
      (let ((found (bounds-or-thunk set)))
        (if (vector? found)
            found
            (let ((found (found)))
              (set-bounds! set found)
              found))))

    ;; The first code point that no character has.
    (define limit #x110000)

    (define ascii-count 128)

    (define (check-char-set object who)
      (if (not (char-set? object))
          (error (string-append who ": expected a character set, found") object)))

    (define (check-character object who)
      (if (not (char? object))
          (error (string-append who ": expected a character, found") object)))

    ;; membership

    ;; How many bounds are at most `code`: an odd number inside a range.
    (define (bounds-up-to bounds code)
      (let loop ((low 0) (high (vector-length bounds)))
        (if (< low high)
            (let ((middle (quotient (+ low high) 2)))
              (if (<= (vector-ref bounds middle) code)
                  (loop (+ middle 1) high)
                  (loop low middle)))
            low)))

    (define (ascii-table set)
      (or (table set)
          (let ((new (make-bytevector ascii-count 0)))
            (each-code (bounds set)
                       (lambda (code)
                         (and (< code ascii-count)
                              (begin
                                (bytevector-u8-set! new code 1)
                                #t))))
            (set-table! set new)
            new)))

    (define (char-set-contains? set character)
      (check-char-set set "char-set-contains?")
      (check-character character "char-set-contains?")
      (let ((code (char->integer character)))
        (if (< code ascii-count)
            (= (bytevector-u8-ref (ascii-table set) code) 1)
            (odd? (bounds-up-to (bounds set) code)))))

    ;; Calls `visit` with the code points in order, until `visit` answers #f.
    (define (each-code bounds visit)
      (let ((length (vector-length bounds)))
        (let next-range ((index 0))
          (if (< index length)
              (let ((end (vector-ref bounds (+ index 1))))
                (let loop ((code (vector-ref bounds index)))
                  (cond ((= code end) (next-range (+ index 2)))
                        ((visit code) (loop (+ code 1))))))))))

    ;; comparison

    (define (same? a b)
      (let ((a (bounds a)) (b (bounds b)))
        (let ((length (vector-length a)))
          (and (= length (vector-length b))
               (let loop ((index 0))
                 (or (= index length)
                     (and (= (vector-ref a index) (vector-ref b index))
                          (loop (+ index 1)))))))))

    (define (subset? a b)
      (= 0 (vector-length (difference (bounds a) (bounds b)))))

    (define (all-neighbours? holds? sets who)
      (for-each (lambda (set) (check-char-set set who)) sets)
      (or (null? sets)
          (let loop ((first (car sets)) (rest (cdr sets)))
            (or (null? rest)
                (and (holds? first (car rest))
                     (loop (car rest) (cdr rest)))))))

    (define (char-set= . sets) (all-neighbours? same? sets "char-set="))
    (define (char-set<= . sets) (all-neighbours? subset? sets "char-set<="))

    (define default-hash-bound 536870909)

    (define char-set-hash
      (case-lambda
        ((set) (char-set-hash set 0))
        ((set bound)
         (check-char-set set "char-set-hash")
         (if (not (and (exact-integer? bound) (>= bound 0)))
             (error "char-set-hash: expected a bound that is not negative, found" bound))
         (let* ((bounds (bounds set)) (length (vector-length bounds)))
           (let loop ((index 0) (hash 0))
             (if (< index length)
                 (loop (+ index 1)
                       (modulo (+ (* hash 31) (vector-ref bounds index)) default-hash-bound))
                 (modulo hash (if (= bound 0) default-hash-bound bound))))))))

    ;; algebra over bounds

    ;; (define-merge name (in-a? in-b?) in?): a merge of two sorted vectors of bounds. `in?` says
    ;; whether a code point is in the result that is, or is not, in the operands.
    (define-syntax define-merge
      (syntax-rules ()
        ((_ name (in-a? in-b?) in?)
         (define (name a b)
           (let* ((a-length (vector-length a))
                  (b-length (vector-length b))
                  (result (make-vector (+ a-length b-length) 0)))
             (let loop ((i 0) (j 0) (count 0))
               (if (and (= i a-length) (= j b-length))
                   (if (= count (vector-length result))
                       result
                       (vector-copy result 0 count))
                   (let* ((x (if (< i a-length) (vector-ref a i) (+ limit 1)))
                          (y (if (< j b-length) (vector-ref b j) (+ limit 1)))
                          (at (if (< x y) x y))
                          (i (if (= x at) (+ i 1) i))
                          (j (if (= y at) (+ j 1) j))
                          (in-a? (odd? i))
                          (in-b? (odd? j)))
                     (if (eq? in? (odd? count))
                         (loop i j count)
                         (begin
                           (vector-set! result count at)
                           (loop i j (+ count 1))))))))))))

    (define-merge union (in-a? in-b?) (if in-a? #t in-b?))
    (define-merge intersection (in-a? in-b?) (if in-a? in-b? #f))
    (define-merge difference (in-a? in-b?) (if in-a? (not in-b?) #f))
    (define-merge exclusive-union (in-a? in-b?) (not (eq? in-a? in-b?)))

    ;; All of the bounds in a list, joined by `merge`; neighbours first, so that many small sets
    ;; take no quadratic time.
    (define (merge-all merge all)
      (if (null? (cdr all))
          (car all)
          (merge-all merge
                     (let pairs ((rest all))
                       (if (or (null? rest) (null? (cdr rest)))
                           rest
                           (cons (merge (car rest) (cadr rest)) (pairs (cddr rest))))))))

    (define (checked-bounds sets who)
      (map (lambda (set)
             (check-char-set set who)
             (bounds set))
           sets))

    (define (char-set-union . sets)
      (bounds->char-set
       (merge-all union (cons '#() (checked-bounds sets "char-set-union")))))

    (define (char-set-intersection . sets)
      (bounds->char-set
       (merge-all intersection
                  (cons full-bounds (checked-bounds sets "char-set-intersection")))))

    (define (char-set-xor . sets)
      (bounds->char-set
       (merge-all exclusive-union (cons '#() (checked-bounds sets "char-set-xor")))))

    (define (char-set-difference first . more)
      (check-char-set first "char-set-difference")
      (bounds->char-set
       (difference (bounds first)
                   (merge-all union (cons '#() (checked-bounds more "char-set-difference"))))))

    (define (char-set-diff+intersection first . more)
      (check-char-set first "char-set-diff+intersection")
      (let ((others (merge-all union
                               (cons '#() (checked-bounds more "char-set-diff+intersection")))))
        (values (bounds->char-set (difference (bounds first) others))
                (bounds->char-set (intersection (bounds first) others)))))

    (define (char-set-complement set)
      (check-char-set set "char-set-complement")
      (bounds->char-set (difference full-bounds (bounds set))))

    (define (char-set-adjoin set . characters)
      (check-char-set set "char-set-adjoin")
      (bounds->char-set (union (bounds set) (characters->bounds characters "char-set-adjoin"))))

    (define (char-set-delete set . characters)
      (check-char-set set "char-set-delete")
      (bounds->char-set
       (difference (bounds set) (characters->bounds characters "char-set-delete"))))

    (define char-set-union! char-set-union)
    (define char-set-intersection! char-set-intersection)
    (define char-set-xor! char-set-xor)
    (define char-set-difference! char-set-difference)
    (define (char-set-diff+intersection! first second . more)
      (apply char-set-diff+intersection first second more))
    (define char-set-complement! char-set-complement)
    (define char-set-adjoin! char-set-adjoin)
    (define char-set-delete! char-set-delete)

    ;; construction

    (define (characters->bounds characters who)
      (codes->bounds
       (map (lambda (character)
              (check-character character who)
              (char->integer character))
            characters)))

    (define (codes->bounds codes)
      (sorted-codes->bounds (list-sort < codes)))

    (define (sorted-codes->bounds codes)
      (if (null? codes)
          '#()
          (let loop ((rest (cdr codes)) (start (car codes)) (end (+ (car codes) 1)) (bounds '()))
            (cond ((null? rest) (list->vector (reverse (cons end (cons start bounds)))))
                  ((< (car rest) end) (loop (cdr rest) start end bounds))
                  ((= (car rest) end) (loop (cdr rest) start (+ end 1) bounds))
                  (else
                   (loop (cdr rest) (car rest) (+ (car rest) 1)
                         (cons end (cons start bounds))))))))

    (define (joined bounds base who)
      (check-char-set base who)
      (bounds->char-set (union bounds (base-bounds base))))

    (define (base-bounds base) (bounds base))

    (define (char-set . characters)
      (bounds->char-set (characters->bounds characters "char-set")))

    (define (char-set-copy set)
      (check-char-set set "char-set-copy")
      (bounds->char-set (bounds set)))

    (define list->char-set
      (case-lambda
        ((characters) (list->char-set characters char-set:empty))
        ((characters base)
         (joined (characters->bounds characters "list->char-set") base "list->char-set"))))

    (define string->char-set
      (case-lambda
        ((string) (string->char-set string char-set:empty))
        ((string base)
         (joined (characters->bounds (string->list string) "string->char-set")
                 base "string->char-set"))))

    (define char-set-filter
      (case-lambda
        ((holds? set) (char-set-filter holds? set char-set:empty))
        ((holds? set base)
         (check-char-set set "char-set-filter")
         (joined (filter-bounds (lambda (code) (holds? (integer->char code))) (bounds set))
                 base "char-set-filter"))))

    (define (filter-bounds holds? bounds)
      (let ((codes '()))
        (each-code bounds
                   (lambda (code)
                     (if (holds? code) (set! codes (cons code codes)))
                     #t))
        (sorted-codes->bounds (reverse codes))))

    (define ucs-range->char-set
      (case-lambda
        ((low high) (ucs-range->char-set low high #f char-set:empty))
        ((low high error?) (ucs-range->char-set low high error? char-set:empty))
        ((low high error? base)
         (if (not (and (exact-integer? low) (exact-integer? high) (<= 0 low high)))
             (error "ucs-range->char-set: not a range of code points:" low high))
         (let* ((start (if (< low limit) low limit))
                (end (if (< high limit) high limit))
                (found (if (= start end) '#() (intersection (vector start end) full-bounds))))
           (if (and error? (not (= low high)) (not (equal? (vector low high) found)))
               (error "ucs-range->char-set: the range has code points without characters:"
                      low high))
           (joined found base "ucs-range->char-set")))))

    (define (char-set-unfold stop? character next seed . base)
      (let loop ((seed seed) (characters '()))
        (if (stop? seed)
            (joined (characters->bounds characters "char-set-unfold")
                    (if (pair? base) (car base) char-set:empty)
                    "char-set-unfold")
            (loop (next seed) (cons (character seed) characters)))))

    (define (list->char-set! characters base) (list->char-set characters base))
    (define (string->char-set! string base) (string->char-set string base))
    (define (char-set-filter! holds? set base) (char-set-filter holds? set base))
    (define (ucs-range->char-set! low high error? base)
      (ucs-range->char-set low high error? base))
    (define (char-set-unfold! stop? character next seed base)
      (char-set-unfold stop? character next seed base))

    (define (->char-set object)
      (cond ((char-set? object) object)
            ((string? object) (string->char-set object))
            ((char? object) (char-set object))
            (else
             (error "->char-set: expected a character set, string or character, found" object))))

    ;; iteration

    ;; A cursor is the code point of a member, or #f at the end.
    (define (char-set-cursor set)
      (check-char-set set "char-set-cursor")
      (let ((bounds (bounds set)))
        (and (> (vector-length bounds) 0) (vector-ref bounds 0))))

    (define (char-set-ref set cursor)
      (check-char-set set "char-set-ref")
      (if (not cursor) (error "char-set-ref: the cursor is at the end of the set"))
      (integer->char cursor))

    (define (char-set-cursor-next set cursor)
      (check-char-set set "char-set-cursor-next")
      (if (not cursor) (error "char-set-cursor-next: the cursor is at the end of the set"))
      (let* ((bounds (bounds set))
             (code (+ cursor 1))
             (count (bounds-up-to bounds code)))
        (cond ((odd? count) code)
              ((< count (vector-length bounds)) (vector-ref bounds count))
              (else #f))))

    (define (end-of-char-set? cursor) (not cursor))

    (define (char-set-fold procedure seed set)
      (check-char-set set "char-set-fold")
      (let ((result seed))
        (each-code (bounds set)
                   (lambda (code)
                     (set! result (procedure (integer->char code) result))
                     #t))
        result))

    (define (char-set-for-each procedure set)
      (check-char-set set "char-set-for-each")
      (each-code (bounds set)
                 (lambda (code)
                   (procedure (integer->char code))
                   #t)))

    (define (char-set-map procedure set)
      (check-char-set set "char-set-map")
      (bounds->char-set
       (characters->bounds
        (char-set-fold (lambda (character mapped) (cons (procedure character) mapped)) '() set)
        "char-set-map")))

    (define (char-set-every holds? set)
      (check-char-set set "char-set-every")
      (let ((result #t))
        (each-code (bounds set)
                   (lambda (code)
                     (set! result (holds? (integer->char code)))
                     result))
        result))

    (define (char-set-any holds? set)
      (check-char-set set "char-set-any")
      (let ((result #f))
        (each-code (bounds set)
                   (lambda (code)
                     (set! result (holds? (integer->char code)))
                     (not result)))
        result))

    (define (char-set-count holds? set)
      (check-char-set set "char-set-count")
      (char-set-fold (lambda (character count) (if (holds? character) (+ count 1) count)) 0 set))

    (define (char-set-size set)
      (check-char-set set "char-set-size")
      (let* ((bounds (bounds set)) (length (vector-length bounds)))
        (let loop ((index 0) (size 0))
          (if (= index length)
              size
              (loop (+ index 2)
                    (+ size (- (vector-ref bounds (+ index 1)) (vector-ref bounds index))))))))

    (define (char-set->list set)
      (reverse (char-set-fold cons '() set)))

    (define (char-set->string set)
      (let ((string (make-string (char-set-size set))) (index 0))
        (char-set-for-each (lambda (character)
                             (string-set! string index character)
                             (set! index (+ index 1)))
                           set)
        string))

    ;; standard sets

    ;; All characters: no surrogates.
    (define full-bounds (vector 0 #xD800 #xE000 limit))

    (define char-set:full (bounds->char-set full-bounds))
    (define char-set:empty (bounds->char-set '#()))
    (define char-set:ascii (bounds->char-set (vector 0 ascii-count)))
    (define char-set:iso-control (bounds->char-set '#(0 32 127 160)))
    (define char-set:hex-digit (bounds->char-set '#(48 58 65 71 97 103)))

    ;; (define-standard name bounds): computed when somebody asks.
    (define-syntax define-standard
      (syntax-rules ()
        ((_ name bounds)
         (define name (bounds->char-set (lambda () bounds))))))

    ;; A set of which a bytevector holds the differences of the bounds; and the bounds of a set.
    (define (differences->char-set bytes) (bounds->char-set (lambda () (sums bytes))))
    (define (char-set-bounds set) (bounds set))

    (define-standard char-set:lower-case (sums lower-case-differences))
    (define-standard char-set:upper-case (sums upper-case-differences))
    (define-standard char-set:title-case (sums title-case-differences))
    (define-standard char-set:letter (sums letter-differences))
    (define-standard char-set:digit (sums digit-differences))
    (define-standard char-set:punctuation (sums punctuation-differences))
    (define-standard char-set:symbol (sums symbol-differences))
    (define-standard char-set:letter+digit
      (union (bounds char-set:letter) (bounds char-set:digit)))
    (define-standard char-set:graphic
      (union (bounds char-set:letter+digit)
             (union (bounds char-set:punctuation) (bounds char-set:symbol))))
    (define-standard char-set:blank (union (sums space-separator-differences) '#(9 10)))
    ;; Besides the blanks: line feed to carriage return, and the two separators.
    (define-standard char-set:whitespace
      (union (bounds char-set:blank) '#(10 14 #x2028 #x202A)))
    (define-standard char-set:printing
      (union (bounds char-set:whitespace) (bounds char-set:graphic)))

    ;; The code points of which a bytevector holds the differences: see (srfi 14 unicode).
    (define (sums bytes)
      (let ((length (bytevector-length bytes)))
        (let loop ((index 0) (difference 0) (sum 0) (result '()))
          (if (= index length)
              (list->vector (reverse result))
              (let ((byte (bytevector-u8-ref bytes index)))
                (if (< byte 128)
                    (let ((sum (+ sum (+ (* difference 128) byte))))
                      (loop (+ index 1) 0 sum (cons sum result)))
                    (loop (+ index 1) (+ (* difference 128) (- byte 128)) sum result)))))))))
