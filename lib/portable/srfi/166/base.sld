;;; SRFI 166: the formatters of everyday use.

(define-library (srfi 166 base)
  (export show displayed written written-shared written-simply escaped maybe-escaped
          numeric numeric/comma numeric/si numeric/fitted
          nl fl space-to tab-to nothing each each-in-list
          joined joined/prefix joined/suffix joined/last joined/dot joined/range
          padded padded/right padded/both trimmed trimmed/right trimmed/both trimmed/lazy
          fitted fitted/right fitted/both
          fn with with! forked call-with-output make-state-variable
          port row col width output output-default writer string-width substring/width
          substring/preserve pad-char ellipsis radix precision decimal-sep decimal-align
          sign-rule comma-rule comma-sep word-separator? ambiguous-is-wide?
          pretty-environment)
  (import (scheme base) (scheme case-lambda) (scheme write) (srfi 166 state)
          (srfi 166 number))
  (begin

    (define (show destination . formatters)
      (let ((state (make-state)))
        (define (show-to destination-port)
          (put! state port destination-port)
          (put! state writer written)
          (put! state substring/width plain-substring)
          (for-each (lambda (formatter) (run formatter state)) formatters))
        (cond ((output-port? destination) (show-to destination))
              ((eq? destination #t) (show-to (current-output-port)))
              ((not destination)
               (let ((text-port (open-output-string)))
                 (show-to text-port)
                 (get-output-string text-port)))
              (else
               (error "show: expected an output port or a boolean, found" destination)))))

    ;; A negative start stands for what has no width before the first column.
    (define (plain-substring text from to) (substring text (max 0 from) to))

    ;; Objects

    (define (text-of procedure object)
      (let ((text-port (open-output-string)))
        (procedure object text-port)
        (get-output-string text-port)))

    (define (plain? state)
      (and (eqv? (get state radix) 10) (not (get state precision))))

    (define (make-written procedure)
      (lambda (object)
        (make-formatter
         (lambda (state)
           (if (and (plain? state) (not (number? object)))
               (emit (text-of procedure object) state)
               (write-piecewise object state))))))

    (define written (make-written write))
    (define written-shared (make-written write-shared))

    (define (written-simply object)
      (make-formatter (lambda (state) (write-piecewise object state))))

    ;; Each part is a piece of output of its own, so that an endless list can be cut off.
    (define (write-piecewise object state)
      (cond ((pair? object)
             (emit "(" state)
             (write-piecewise (car object) state)
             (let loop ((rest (cdr object)))
               (cond ((pair? rest)
                      (emit " " state)
                      (write-piecewise (car rest) state)
                      (loop (cdr rest)))
                     ((not (null? rest))
                      (emit " . " state)
                      (write-piecewise rest state))))
             (emit ")" state))
            ((vector? object)
             (emit "#" state)
             (write-piecewise (vector->list object) state))
            ((number? object) (emit (readable-number object state) state))
            (else (emit (text-of write object) state))))

    (define (readable-number number state)
      (let ((base (get state radix))
            (digits (get state precision)))
        (cond ((and (eqv? base 10) digits)
               (number-text number 10 digits #f #f #\, #f))
              ((and (memv base '(2 8 16)) (exact? number))
               (string-append (cond ((eqv? base 2) "#b") ((eqv? base 8) "#o") (else "#x"))
                              (number->string number base)))
              (else (number->string number)))))

    (define (escape-text text quote-char escape-char renamer)
      (let ((text-port (open-output-string)))
        (string-for-each
         (lambda (char)
           (let ((renamed (and renamer (renamer char))))
             (cond ((and renamed escape-char)
                    (write-char escape-char text-port)
                    (write-char renamed text-port))
                   ((eqv? char quote-char)
                    (write-char (or escape-char quote-char) text-port)
                    (write-char char text-port))
                   ((and escape-char (eqv? char escape-char))
                    (write-char escape-char text-port)
                    (write-char char text-port))
                   (else (write-char char text-port)))))
         text)
        (get-output-string text-port)))

    (define escaped
      (case-lambda
        ((text) (escaped text #\" #\\ #f))
        ((text quote-char) (escaped text quote-char #\\ #f))
        ((text quote-char escape-char) (escaped text quote-char escape-char #f))
        ((text quote-char escape-char renamer)
         (displayed (escape-text text quote-char escape-char renamer)))))

    (define maybe-escaped
      (case-lambda
        ((text special?) (maybe-escaped text special? #\" #\\ #f))
        ((text special? quote-char) (maybe-escaped text special? quote-char #\\ #f))
        ((text special? quote-char escape-char)
         (maybe-escaped text special? quote-char escape-char #f))
        ((text special? quote-char escape-char renamer)
         (let loop ((index 0))
           (if (= index (string-length text))
               (displayed text)
               (let ((char (string-ref text index)))
                 (if (or (eqv? char quote-char)
                         (eqv? char escape-char)
                         (special? char))
                     (each (string quote-char)
                           (escape-text text quote-char escape-char renamer)
                           (string quote-char))
                     (loop (+ index 1)))))))))

    ;; Space

    (define nl (displayed "\n"))
    (define fl (fn (col) (if (= col 0) nothing nl)))

    (define (space-to column)
      (fn (col pad-char)
        (if (< col column) (make-string (- column col) pad-char) nothing)))

    (define tab-to
      (case-lambda
        (() (tab-to 8))
        ((size)
         (fn (col pad-char)
           (let ((over (modulo col size)))
             (if (= over 0) nothing (make-string (- size over) pad-char)))))))

    ;; Concatenation. Each element is formatted when its turn comes.

    (define (join-list mapper list separator dot-mapper last-mapper)
      (make-formatter
       (lambda (state)
         (let loop ((rest list) (first? #t))
           (cond ((pair? rest)
                  (if (not first?) (run separator state))
                  (run ((if (null? (cdr rest)) last-mapper mapper) (car rest)) state)
                  (loop (cdr rest) #f))
                 ((and dot-mapper (not (null? rest)))
                  (if (not first?) (run separator state))
                  (run (dot-mapper rest) state)))))))

    (define joined
      (case-lambda
        ((mapper list) (joined mapper list ""))
        ((mapper list separator) (join-list mapper list separator #f mapper))))

    (define joined/prefix
      (case-lambda
        ((mapper list) (joined/prefix mapper list ""))
        ((mapper list separator)
         (joined (lambda (element) (each separator (mapper element))) list))))

    (define joined/suffix
      (case-lambda
        ((mapper list) (joined/suffix mapper list ""))
        ((mapper list separator)
         (joined (lambda (element) (each (mapper element) separator)) list))))

    (define joined/last
      (case-lambda
        ((mapper last-mapper list) (joined/last mapper last-mapper list ""))
        ((mapper last-mapper list separator)
         (join-list mapper list separator #f last-mapper))))

    (define joined/dot
      (case-lambda
        ((mapper dot-mapper list) (joined/dot mapper dot-mapper list ""))
        ((mapper dot-mapper list separator)
         (join-list mapper list separator dot-mapper mapper))))

    (define joined/range
      (case-lambda
        ((mapper start) (joined/range mapper start #f ""))
        ((mapper start end) (joined/range mapper start end ""))
        ((mapper start end separator)
         (make-formatter
          (lambda (state)
            (let loop ((i start))
              (if (or (not end) (< i end))
                  (begin
                    (if (> i start) (run separator state))
                    (run (mapper i) state)
                    (loop (+ i 1))))))))))

    ;; Padding

    (define (padding count char) (make-string (max 0 count) char))

    (define (padded size . formatters)
      (call-with-output
       (each-in-list formatters)
       (lambda (text)
         (fn (string-width pad-char)
           (each (padding (- size (string-width text)) pad-char) text)))))

    (define (padded/right size . formatters)
      (fn ((start col))
        (each (each-in-list formatters)
              (fn (col pad-char) (padding (- (+ start size) col) pad-char)))))

    (define (padded/both size . formatters)
      (call-with-output
       (each-in-list formatters)
       (lambda (text)
         (fn (string-width pad-char)
           (let* ((missing (max 0 (- size (string-width text))))
                  (left (quotient missing 2)))
             (each (padding left pad-char)
                   text
                   (padding (- missing left) pad-char)))))))

    ;; Trimming. `left` and `right` are the columns to cut off a text of this width.

    (define (trim-with size formatters ellipsis-count cut)
      (call-with-output
       (each-in-list formatters)
       (lambda (text)
         (fn (string-width ellipsis)
           (let ((have (string-width text))
                 (extra (* ellipsis-count (string-width ellipsis))))
             (cond ((<= have size) text)
                   ((> extra size)
                    (error "trimmed: the width is less than that of the ellipsis:" size ellipsis))
                   (else (cut text have (- have (- size extra))))))))))

    ;; What must not be lost of the text that is cut off.
    (define (kept text from to)
      (fn (substring/width substring/preserve)
        (if substring/preserve
            (substring/preserve (substring/width text from to))
            nothing)))

    (define (trimmed size . formatters)
      (trim-with size formatters 1
                 (lambda (text have over)
                   (fn (substring/width ellipsis)
                     (each (kept text -1 over) ellipsis (substring/width text over have))))))

    (define (trimmed/right size . formatters)
      (trim-with size formatters 1
                 (lambda (text have over)
                   (fn (substring/width ellipsis)
                     (each (substring/width text -1 (- have over))
                           ellipsis
                           (kept text (- have over) have))))))

    (define (trimmed/both size . formatters)
      (trim-with size formatters 2
                 (lambda (text have over)
                   (let* ((left (quotient over 2))
                          (end (- have (- over left))))
                     (fn (substring/width ellipsis)
                       (each (kept text -1 left)
                             ellipsis
                             (substring/width text left end)
                             ellipsis
                             (kept text end have)))))))

    ;; Ends by an escape, as the formatters may be endless. They run in a copy of the state.
    (define (trimmed/lazy size . formatters)
      (make-formatter
       (lambda (state)
         (let ((copy (copy-state state))
               (left size))
           (call-with-current-continuation
            (lambda (return)
              (put! copy output
                    (lambda (text)
                      (make-formatter
                       (lambda (copy)
                         (let ((have ((get copy string-width) text)))
                           (if (<= have left)
                               (begin
                                 (set! left (- left have))
                                 (emit text state)
                                 (put! copy col (get state col))
                                 (put! copy row (get state row)))
                               (begin
                                 (emit ((get copy substring/width) text 0 left) state)
                                 (return #t))))))))
              (for-each (lambda (formatter) (run formatter copy)) formatters)))))))

    (define (fitted size . formatters)
      (padded size (apply trimmed size formatters)))

    (define (fitted/right size . formatters)
      (padded/right size (apply trimmed/right size formatters)))

    (define (fitted/both size . formatters)
      (padded/both size (apply trimmed/both size formatters)))))
