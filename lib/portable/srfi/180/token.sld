;;; The tokens of JSON texts (RFC 8259), for SRFI 180.
;;;
;;; A port is read no further than a token goes. A generator gives one character more behind a number, which is lost
;;; when another reader goes on with the generator.

(define-library (srfi 180 token)
  (export json-error? json-error-reason fail
          json-nesting-depth-limit json-number-of-character-limit
          make-source source-of peek-next read-next whitespace? read-token fail-at describe)
  (import (scheme base) (scheme write) (only (cozen condition) %check-argument)
          (only (cozen hash-table) make-weak-table table-set! table-contains?))
  (begin

    ;; errors

    ;; The conditions that this library has raised.
    (define raised (make-weak-table eq?))

    (define (fail message . irritants)
      (guard (condition (#t (table-set! raised condition #t) (raise condition)))
        (apply error message irritants)))

    (define (json-error? object) (table-contains? raised object))

    (define (json-error-reason object)
      (%check-argument json-error? object 'json-error-reason 1 "JSON error")
      (let ((port (open-output-string)))
        (write-string (error-object-message object) port)
        (for-each (lambda (irritant)
                    (write-char #\space port)
                    (write irritant port))
                  (error-object-irritants object))
        (get-output-string port)))

    ;; limits

    (define (limit who)
      (lambda (object)
        (%check-argument real? object who 1 "real number")
        object))

    (define json-nesting-depth-limit (make-parameter +inf.0 (limit 'json-nesting-depth-limit)))
    (define json-number-of-character-limit
      (make-parameter +inf.0 (limit 'json-number-of-character-limit)))

    ;; sources

    (define-record-type source
      (new-source port generator peeked left line buffer)
      source?
      ;; The port where characters are read without being counted, else #f.
      (port source-port)
      (generator source-generator)
      ;; A character of the generator that was looked at, or #f.
      (peeked peeked set-peeked!)
      ;; So many characters may still be read.
      (left left set-left!)
      ;; The number of the line: 1 and the line ends between tokens. There are none inside tokens.
      (line line set-line!)
      ;; Where the characters of a token are collected.
      (buffer buffer set-buffer!))

    (define (textual-input? object)
      (or (procedure? object) (and (input-port? object) (textual-port? object))))

    ;; A source of what the procedure `who` reads, by its argument `number`: a textual input port, or a generator of
    ;; characters.
    (define (source-of port-or-generator who number)
      (%check-argument textual-input? port-or-generator who number
                       "textual input port or a generator of characters")
      (make-source port-or-generator (json-number-of-character-limit)))

    (define (make-source port-or-generator limit)
      (new-source (and (port? port-or-generator) (= limit +inf.0) port-or-generator)
                  port-or-generator #f limit 1 (make-string 40)))

    (define (peek-next source)
      (let ((port (source-port source)))
        (if port
            (peek-char port)
            (peek-slowly source))))

    (define (read-next source)
      (let ((port (source-port source)))
        (if port
            (read-char port)
            (read-slowly source))))

    (define (peek-slowly source)
      (let ((generator (source-generator source)))
        (cond ((port? generator) (peek-char generator))
              ((peeked source))
              (else
               (let ((next (generator)))
                 (set-peeked! source next)
                 next)))))

    (define (read-slowly source)
      (let ((next (peek-slowly source)))
        (if (not (eof-object? next))
            (begin
              (if (<= (left source) 0)
                  (fail-at source "the text has more characters than the limit allows"))
              (set-left! source (- (left source) 1))
              (if (port? (source-generator source))
                  (read-char (source-generator source))
                  (set-peeked! source #f))))
        next))

    (define (fail-at source message . irritants)
      (apply fail
             (string-append "JSON, line " (number->string (line source)) ": " message)
             irritants))

    ;; Puts a character into the buffer behind the first ones, of which there are `count`; answers how many there
    ;; are now.
    (define (collect source count char)
      (let ((old (buffer source)))
        (if (= count (string-length old))
            (let ((new (make-string (* 2 count))))
              (string-copy! new 0 old)
              (set-buffer! source new)))
        (string-set! (buffer source) count char)
        (+ count 1)))

    (define (collected source count) (substring (buffer source) 0 count))

    ;; tokens

    (define (whitespace? char)
      (and (char? char)
           (or (char=? char #\space) (char=? char #\newline) (char=? char #\return)
               (char=? char #\tab))))

    ;; The next token: one of the characters [ ] { } , and :, a string, a number, #t, #f, null, or the eof object.
    (define (read-token source)
      (let ((char (read-next source)))
        (cond ((eof-object? char) char)
              ((whitespace? char)
               (if (char=? char #\newline) (set-line! source (+ (line source) 1)))
               (read-token source))
              (else
               (case char
                 ((#\[ #\] #\{ #\} #\, #\:) char)
                 ((#\") (rest-of-string source 0))
                 ((#\0 #\1 #\2 #\3 #\4 #\5 #\6 #\7 #\8 #\9) (rest-of-number source char))
                 ((#\-) (- (rest-of-number source (read-first-digit source))))
                 ((#\t) (rest-of-word source "true" #t))
                 ((#\f) (rest-of-word source "false" #f))
                 ((#\n) (rest-of-word source "null" 'null))
                 (else (fail-at source "expected a value, found" char)))))))

    (define (describe token)
      (if (eof-object? token) "the end of the text" token))

    ;; The first letter has been read.
    (define (rest-of-word source word value)
      (let loop ((index 1))
        (if (= index (string-length word))
            value
            (let ((char (read-next source)))
              (if (not (eqv? char (string-ref word index)))
                  (fail-at source (string-append "expected `" word "`, found") (describe char)))
              (loop (+ index 1))))))

    ;; strings

    ;; So many characters have been collected.
    (define (rest-of-string source count)
      (let ((char (read-next source)))
        (cond ((eof-object? char) (fail-at source "the text ends inside a string"))
              ((char=? char #\") (collected source count))
              ((char=? char #\\) (rest-of-string source (collect-escape source count)))
              ((char<? char #\space)
               (fail-at source "a control character must be escaped in a string:" char))
              (else (rest-of-string source (collect source count char))))))

    ;; The backslash has been read.
    (define (collect-escape source count)
      (let ((char (read-next source)))
        (case char
          ((#\" #\\ #\/) (collect source count char))
          ((#\b) (collect source count #\backspace))
          ((#\f) (collect source count #\x0c))
          ((#\n) (collect source count #\newline))
          ((#\r) (collect source count #\return))
          ((#\t) (collect source count #\tab))
          ((#\u) (collect-unit source count (read-hexadecimal source)))
          (else (fail-at source "no such escape in a string:" (describe char))))))

    ;; A code unit of UTF-16. A half without its other half becomes U+FFFD.
    (define (collect-unit source count unit)
      (cond ((not (<= #xD800 unit #xDFFF)) (collect source count (integer->char unit)))
            ((and (< unit #xDC00) (eqv? (peek-next source) #\\))
             (read-next source)
             (collect-behind-half source count unit))
            (else (collect source count replacement))))

    (define replacement #\xFFFD)

    ;; The first half and another backslash have been read.
    (define (collect-behind-half source count first)
      (if (eqv? (peek-next source) #\u)
          (begin
            (read-next source)
            (let ((second (read-hexadecimal source)))
              (if (<= #xDC00 second #xDFFF)
                  (collect source count (character-of-halves first second))
                  (collect-unit source (collect source count replacement) second))))
          (collect-escape source (collect source count replacement))))

    (define (character-of-halves first second)
      (integer->char (+ #x10000 (* #x400 (- first #xD800)) (- second #xDC00))))

    (define (read-hexadecimal source)
      (let loop ((left 4) (value 0))
        (if (= left 0)
            value
            (let* ((char (read-next source))
                   (digit (and (char? char) (hexadecimal-digit char))))
              (if (not digit)
                  (fail-at source "expected four hexadecimal digits behind \\u, found"
                           (describe char)))
              (loop (- left 1) (+ (* 16 value) digit))))))

    (define (hexadecimal-digit char)
      (cond ((char<=? #\0 char #\9) (- (char->integer char) 48))
            ((char<=? #\a char #\f) (- (char->integer char) 87))
            ((char<=? #\A char #\F) (- (char->integer char) 55))
            (else #f)))

    ;; numbers

    ;; The digits of the integer and the fraction are collected in the buffer, and are a number too as long as they
    ;; are few.
    (define (rest-of-number source first)
      (let ((count (read-digits source (collect source 0 first))))
        (if (and (char=? first #\0) (< 1 count))
            (fail-at source "a number begins with a zero that another digit follows"))
        (let* ((point? (read-if source #\. #\.))
               (all (if point? (read-more-digits source count) count))
               (exponent? (read-if source #\e #\E))
               (exponent (if exponent? (read-exponent source all) 0)))
          (if (or point? exponent?)
              (decimal source all (- exponent (- all count)))
              (digits->integer source all)))))

    ;; One digit or more.
    (define (read-more-digits source count)
      (read-digits source (collect source count (read-first-digit source))))

    ;; Whether the next character was one of these two, and has been read.
    (define (read-if source one other)
      (let ((char (peek-next source)))
        (and (or (eqv? char one) (eqv? char other))
             (begin (read-next source) #t))))

    (define (read-first-digit source)
      (let ((char (read-next source)))
        (if (not (digit? char)) (fail-at source "expected a digit, found" (describe char)))
        char))

    ;; Collects digits; answers how many characters there are now.
    (define (read-digits source count)
      (let loop ((count count))
        (let ((char (peek-next source)))
          (if (digit? char)
              (begin
                (read-next source)
                (loop (collect source count char)))
              count))))

    (define (digit? char) (and (char? char) (char<=? #\0 char #\9)))

    ;; Behind the `e`. The digits go behind those of the number, of which there are `count`.
    (define (read-exponent source count)
      (let* ((minus? (read-if source #\- #\-))
             (plus? (and (not minus?) (read-if source #\+ #\+)))
             (end (read-more-digits source count))
             (size (string->number (substring (buffer source) count end))))
        (if minus? (- size) size)))

    ;; So many digits make a fixnum, and an exact flonum.
    (define few-digits 15)

    (define (digits->integer source count)
      (if (<= count few-digits)
          (few-digits->integer source count)
          (string->number (collected source count))))

    (define (few-digits->integer source count)
      (let ((digits (buffer source)))
        (let loop ((index 0) (value 0))
          (if (= index count)
              value
              (loop (+ index 1)
                    (+ (* 10 value) (- (char->integer (string-ref digits index)) 48)))))))

    ;; The flonum that is closest to the digits times a power of ten. Powers up to 22 are flonums without rounding, so
    ;; that one operation rounds rightly (Clinger, How to read floating point numbers accurately, 1990).
    (define (decimal source count exponent)
      (if (and (<= count few-digits) (<= -22 exponent 22))
          (let ((value (inexact (few-digits->integer source count))))
            (if (< exponent 0)
                (/ value (vector-ref powers (- exponent)))
                (* value (vector-ref powers exponent))))
          (string->number
           (string-append (collected source count) "e" (number->string exponent)))))

    (define powers
      (let ((powers (make-vector 23 1.)))
        (let loop ((index 1))
          (if (= index 23)
              powers
              (begin
                (vector-set! powers index (inexact (expt 10 index)))
                (loop (+ index 1)))))))))
