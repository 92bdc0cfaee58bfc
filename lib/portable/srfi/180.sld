;;; SRFI 180: JSON.
;;;
;;; Halves of surrogate pairs that stand alone become U+FFFD. A number with a point or an exponent is inexact.

(define-library (srfi 180)
  (export json-number-of-character-limit json-nesting-depth-limit
          json-null? json-error? json-error-reason
          json-generator json-fold json-read json-lines-read json-sequence-read
          json-accumulator json-write)
  (import (scheme base) (scheme case-lambda) (only (cozen condition) %check-argument)
          (srfi 180 token))
  (begin

    (define (json-null? object) (eq? object 'null))

    ;; (define-reader (name before ...) (source number) body ...): `source` is what argument `number` is a source of,
    ;; the last argument; it may be left out for the current input port.
    (define-syntax define-reader
      (syntax-rules ()
        ((_ (name before ...) (source number) body1 body2 ...)
         (define name
           (case-lambda
             ((before ...) (name before ... (current-input-port)))
             ((before ... port-or-generator)
              (let ((source (source-of port-or-generator 'name number)))
                body1 body2 ...)))))))

    (define (unexpected source token expected)
      (fail-at source (string-append "expected " expected ", found") (describe token)))

    ;; `depth` structures are open already, and another one begins.
    (define (check-depth source depth)
      (if (>= depth (json-nesting-depth-limit))
          (fail-at source "the text nests more deeply than the limit allows:" depth)))

    ;; whole values

    (define-reader (json-read) (source 1) (read-text source))

    ;; A value, or the eof object.
    (define (read-text source)
      (let ((token (read-token source)))
        (if (eof-object? token)
            token
            (value-of token source 0))))

    ;; The value that begins with `token`.
    (define (value-of token source depth)
      (cond ((eqv? token #\[)
             (check-depth source depth)
             (rest-of-array source (+ depth 1)))
            ((eqv? token #\{)
             (check-depth source depth)
             (rest-of-object source (+ depth 1)))
            ((or (char? token) (eof-object? token)) (unexpected source token "a value"))
            (else token)))

    (define (rest-of-array source depth)
      (let ((token (read-token source)))
        (if (eqv? token #\])
            (vector)
            (let loop ((token token) (count 1) (elements '()))
              (let* ((elements (cons (value-of token source depth) elements))
                     (next (read-token source)))
                (cond ((eqv? next #\,) (loop (read-token source) (+ count 1) elements))
                      ((eqv? next #\]) (reversed->vector elements count))
                      (else (unexpected source next "`,` or `]`"))))))))

    (define (reversed->vector elements count)
      (let ((vector (make-vector count)))
        (let loop ((index (- count 1)) (rest elements))
          (if (null? rest)
              vector
              (begin
                (vector-set! vector index (car rest))
                (loop (- index 1) (cdr rest)))))))

    (define (rest-of-object source depth)
      (let ((token (read-token source)))
        (if (eqv? token #\})
            '()
            (let loop ((token token) (members '()))
              (let* ((key (string->symbol (key-of token source)))
                     (value (value-of (read-token source) source depth))
                     (members (cons (cons key value) members))
                     (next (read-token source)))
                (cond ((eqv? next #\,) (loop (read-token source) members))
                      ((eqv? next #\}) (reverse members))
                      (else (unexpected source next "`,` or `}`"))))))))

    ;; The key that `token` is, with the colon behind it.
    (define (key-of token source)
      (if (not (string? token)) (unexpected source token "a string as a key"))
      (let ((colon (read-token source)))
        (if (not (eqv? colon #\:)) (unexpected source colon "`:`")))
      token)

    ;; events

    (define-reader (json-generator) (source 1) (events source))

    (define (events source)

      ;; What closes the structures that are open, innermost first.
      (define open '())
      (define depth 0)

      ;; What gives the next event.
      (define next (lambda () (let ((token (read-token source)))
                                (if (eof-object? token) token (value token)))))

      (define (value token)
        (cond ((eqv? token #\[) (enter #\] 'array-start first-element))
              ((eqv? token #\{) (enter #\} 'object-start first-key))
              ((or (char? token) (eof-object? token)) (unexpected source token "a value"))
              (else (set! next behind-value) token)))

      (define (enter closing event first)
        (check-depth source depth)
        (set! open (cons closing open))
        (set! depth (+ depth 1))
        (set! next first)
        event)

      (define (leave)
        (let ((event (if (eqv? (car open) #\]) 'array-end 'object-end)))
          (set! open (cdr open))
          (set! depth (- depth 1))
          (set! next behind-value)
          event))

      (define (first-element)
        (let ((token (read-token source)))
          (if (eqv? token #\]) (leave) (value token))))

      (define (first-key)
        (let ((token (read-token source)))
          (if (eqv? token #\}) (leave) (key token))))

      (define (key token)
        (let ((key (key-of token source)))
          (set! next (lambda () (value (read-token source))))
          key))

      (define (behind-value)
        (if (null? open)
            (eof-object)
            (let ((token (read-token source)))
              (cond ((eqv? token (car open)) (leave))
                    ((not (eqv? token #\,))
                     (unexpected source token
                                 (if (eqv? (car open) #\]) "`,` or `]`" "`,` or `}`")))
                    ((eqv? (car open) #\]) (value (read-token source)))
                    (else (key (read-token source)))))))

      (lambda () (next)))

    (define-reader (json-fold procedure array-start array-end object-start object-end seed)
        (source 7)
      (let loop ((rest (list procedure array-start array-end object-start object-end)) (number 1))
        (if (pair? rest)
            (begin
              (%check-argument procedure? (car rest) 'json-fold number "procedure")
              (loop (cdr rest) (+ number 1)))))
      (let ((next-event (events source)))
        ;; The seeds outside the structures that are open, innermost first.
        (let loop ((seed seed) (outer '()))
          (let ((event (next-event)))
            (case event
              ((array-start) (loop (array-start seed) (cons seed outer)))
              ((object-start) (loop (object-start seed) (cons seed outer)))
              ((array-end object-end)
               (let* ((end (if (eq? event 'array-end) array-end object-end))
                      (seed (procedure (end seed) (car outer))))
                 (if (null? (cdr outer)) seed (loop seed (cdr outer)))))
              (else
               (cond ((eof-object? event) seed)
                     ((null? outer) (procedure event seed))
                     (else (loop (procedure event seed) outer)))))))))

    ;; many texts

    (define-reader (json-lines-read) (source 1)
      (lambda () (read-text source)))

    (define record-separator #\x1E)

    ;; RFC 7464: each text stands behind a record separator. What is broken is passed over; a number or a word at the
    ;; end, without white space behind it, may be broken.
    (define-reader (json-sequence-read) (source 1)
      (lambda ()
        (let loop ()
          (if (skip-to-text source)
              (let ((value (read-record source)))
                (if (eof-object? value) (loop) value))
              (eof-object)))))

    ;; Reads up to a record separator, and it. #f if there is none.
    (define (skip-to-text source)
      (let ((char (read-next source)))
        (cond ((eof-object? char) #f)
              ((eqv? char record-separator) #t)
              (else (skip-to-text source)))))

    (define (read-record source)
      (define record
        (make-source (lambda ()
                       (if (eqv? (peek-next source) record-separator)
                           (eof-object)
                           (read-next source)))
                     +inf.0))
      (guard (condition ((json-error? condition) (eof-object)))
        (let ((value (read-text record)))
          (if (or (vector? value) (pair? value) (null? value) (string? value)
                  (whitespace? (peek-next record)))
              value
              (eof-object)))))

    ;; writing

    (define (sink? object)
      (or (procedure? object) (and (output-port? object) (textual-port? object))))

    (define-syntax check-sink
      (syntax-rules ()
        ((_ object who number)
         (%check-argument sink? object who number "textual output port or an accumulator"))))

    (define (put text sink)
      (if (port? sink)
          (write-string text sink)
          (sink text)))

    (define (put-char char sink)
      (if (port? sink)
          (write-char char sink)
          (sink char)))

    (define (put-part string sink start end)
      (cond ((= start end))
            ((port? sink) (write-string string sink start end))
            (else (sink (substring string start end)))))

    (define (put-string string sink)
      (put-char #\" sink)
      (let ((end (string-length string)))
        (let loop ((start 0) (index 0))
          (if (= index end)
              (put-part string sink start end)
              (let ((char (string-ref string index)))
                (if (plain? char)
                    (loop start (+ index 1))
                    (begin
                      (put-part string sink start index)
                      (put (escape char) sink)
                      (loop (+ index 1) (+ index 1))))))))
      (put-char #\" sink))

    (define (plain? char)
      (not (or (char<? char #\space) (char=? char #\") (char=? char #\\))))

    (define (escape char)
      (case char
        ((#\") "\\\"")
        ((#\\) "\\\\")
        ((#\backspace) "\\b")
        ((#\x0c) "\\f")
        ((#\newline) "\\n")
        ((#\return) "\\r")
        ((#\tab) "\\t")
        (else
         (let ((digits (number->string (char->integer char) 16)))
           (string-append "\\u" (make-string (- 4 (string-length digits)) #\0) digits)))))

    (define (scalar? object)
      (or (string? object) (boolean? object) (eq? object 'null)
          (and (number? object)
               (or (exact-integer? object)
                   (and (real? object) (inexact? object) (rational? object))))))

    (define (put-scalar object sink)
      (cond ((string? object) (put-string object sink))
            ((number? object) (put (number->string object) sink))
            ((eq? object 'null) (put "null" sink))
            (else (put (if object "true" "false") sink))))

    (define json-write
      (case-lambda
        ((object) (json-write object (current-output-port)))
        ((object sink)
         (check-sink sink 'json-write 2)
         (check-value object)
         (put-value object sink))))

    (define (check-value object)
      (cond ((scalar? object))
            ((vector? object) (vector-for-each check-value object))
            ((list? object) (for-each check-member object))
            (else (fail "json-write: JSON has no such value:" object))))

    (define (check-member member)
      (if (not (and (pair? member) (symbol? (car member))))
          (fail "json-write: expected a pair with a symbol as its key, found" member))
      (check-value (cdr member)))

    (define (put-value object sink)
      (cond ((vector? object)
             (put-char #\[ sink)
             (let ((end (vector-length object)))
               (let loop ((index 0))
                 (if (< index end)
                     (begin
                       (if (< 0 index) (put-char #\, sink))
                       (put-value (vector-ref object index) sink)
                       (loop (+ index 1))))))
             (put-char #\] sink))
            ((or (pair? object) (null? object))
             (put-char #\{ sink)
             (let loop ((rest object) (first? #t))
               (if (pair? rest)
                   (begin
                     (if (not first?) (put-char #\, sink))
                     (put-string (symbol->string (car (car rest))) sink)
                     (put-char #\: sink)
                     (put-value (cdr (car rest)) sink)
                     (loop (cdr rest) #f))))
             (put-char #\} sink))
            (else (put-scalar object sink))))

    ;; writing events

    ;; The eof object ends the text: it must be whole, or not begun. An accumulator gets the eof object too, and what
    ;; it answers is the answer.
    (define (json-accumulator sink)

      ;; States are procedures of an event: what is expected next, and behind each structure that is open, innermost
      ;; first.
      (define state (lambda (event) (value event "" done)))
      (define behind '())
      (define begun? #f)

      (define (wrong event)
        (fail "json-accumulator: no place for this event:" event))

      ;; A value behind `separator`. `after` is the state behind it.
      (define (value event separator after)
        (cond ((eq? event 'array-start) (enter separator "[" first-element after))
              ((eq? event 'object-start) (enter separator "{" first-key after))
              ((scalar? event)
               (set! begun? #t)
               (put separator sink)
               (put-scalar event sink)
               (set! state after))
              (else (wrong event))))

      (define (enter separator bracket first after)
        (set! begun? #t)
        (put separator sink)
        (put bracket sink)
        (set! behind (cons after behind))
        (set! state first))

      (define (leave bracket)
        (put bracket sink)
        (set! state (car behind))
        (set! behind (cdr behind)))

      (define (done event) (wrong event))

      (define (first-element event)
        (if (eq? event 'array-end) (leave "]") (value event "" more-elements)))

      (define (more-elements event)
        (if (eq? event 'array-end) (leave "]") (value event "," more-elements)))

      (define (first-key event)
        (if (eq? event 'object-end) (leave "}") (key event "")))

      (define (more-keys event)
        (if (eq? event 'object-end) (leave "}") (key event ",")))

      (define (key event separator)
        (if (not (string? event)) (wrong event))
        (put separator sink)
        (put-string event sink)
        (set! state member-value))

      (define (member-value event) (value event ":" more-keys))

      (define (finish)
        (if (and begun? (not (eq? state done)))
            (fail "json-accumulator: the text is not complete"))
        (if (procedure? sink) (sink (eof-object))))

      (check-sink sink 'json-accumulator 1)
      (lambda (event)
        (if (eof-object? event)
            (finish)
            (state event))))))
