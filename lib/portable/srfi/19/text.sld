;;; SRFI 19: dates as text, by the names of English.

(define-library (srfi 19 text)
  (export date->string string->date)
  (import (scheme base) (scheme case-lambda) (scheme char) (srfi 19 calendar))
  (begin

    (define week-days
      '#("Sunday" "Monday" "Tuesday" "Wednesday" "Thursday" "Friday" "Saturday"))

    (define months
      '#("January" "February" "March" "April" "May" "June" "July" "August" "September" "October"
         "November" "December"))

    (define (week-day-name date) (vector-ref week-days (date-week-day date)))
    (define (month-name date) (vector-ref months (- (date-month date) 1)))
    (define (short name) (substring name 0 3))

    ;; Dates to text

    (define (pad number width char)
      (let* ((text (number->string number))
             (missing (- width (string-length text))))
        (if (> missing 0) (string-append (make-string missing char) text) text)))

    (define date->string
      (case-lambda
        ((date) (date->string date "~c"))
        ((date template)
         (if (not (date? date)) (error "date->string: expected a date, found" date))
         (let ((port (open-output-string)))
           (write-date date template port)
           (get-output-string port)))))

    (define (write-date date template port)
      (let ((end (string-length template)))
        (let loop ((index 0))
          (if (< index end)
              (let ((char (string-ref template index)))
                (cond ((not (char=? char #\~))
                       (write-char char port)
                       (loop (+ index 1)))
                      ((= (+ index 1) end)
                       (error "date->string: a tilde ends the format string" template))
                      (else
                       (write-directive date (string-ref template (+ index 1)) port)
                       (loop (+ index 2)))))))))

    ;; Directives that stand for others.
    (define compound-directives
      '((#\c . "~a ~b ~d ~H:~M:~S~z ~Y") (#\D . "~m/~d/~y") (#\r . "~I:~M:~S ~p")
        (#\T . "~H:~M:~S") (#\x . "~m/~d/~y") (#\X . "~H:~M:~S") (#\h . "~b")
        (#\1 . "~Y-~m-~d") (#\2 . "~H:~M:~S~z") (#\3 . "~H:~M:~S")
        (#\4 . "~Y-~m-~dT~H:~M:~S~z") (#\5 . "~Y-~m-~dT~H:~M:~S")))

    (define (write-directive date directive port)
      (let ((compound (assv directive compound-directives)))
        (if compound
            (write-date date (cdr compound) port)
            (write-string (directive-text date directive) port))))

    (define (directive-text date directive)
      (case directive
        ((#\~) "~")
        ((#\n) "\n")
        ((#\t) "\t")
        ((#\a) (short (week-day-name date)))
        ((#\A) (week-day-name date))
        ((#\b) (short (month-name date)))
        ((#\B) (month-name date))
        ((#\d) (pad (date-day date) 2 #\0))
        ((#\e) (pad (date-day date) 2 #\space))
        ((#\f) (seconds-with-fraction date))
        ((#\H) (pad (date-hour date) 2 #\0))
        ((#\I) (pad (hour-of-12 date) 2 #\0))
        ((#\j) (pad (date-year-day date) 3 #\0))
        ((#\k) (pad (date-hour date) 2 #\space))
        ((#\l) (pad (hour-of-12 date) 2 #\space))
        ((#\m) (pad (date-month date) 2 #\0))
        ((#\M) (pad (date-minute date) 2 #\0))
        ((#\N) (pad (date-nanosecond date) 9 #\0))
        ((#\p) (if (< (date-hour date) 12) "AM" "PM"))
        ((#\s) (number->string (time-second (date->time-utc date))))
        ((#\S) (pad (date-second date) 2 #\0))
        ((#\U) (pad (date-week-number date 0) 2 #\0))
        ((#\V) (pad (iso-week date) 2 #\0))
        ((#\w) (number->string (date-week-day date)))
        ((#\W) (pad (date-week-number date 1) 2 #\0))
        ((#\y) (pad (modulo (date-year date) 100) 2 #\0))
        ((#\Y) (number->string (date-year date)))
        ((#\z) (zone-text (date-zone-offset date)))
        (else (error "date->string: there is no such directive:" (string #\~ directive)))))

    (define (hour-of-12 date)
      (let ((hour (modulo (date-hour date) 12)))
        (if (= hour 0) 12 hour)))

    ;; Without zeros at the end of the fraction.
    (define (seconds-with-fraction date)
      (let ((second (number->string (date-second date))))
        (if (= (date-nanosecond date) 0)
            second
            (let loop ((text (pad (date-nanosecond date) 9 #\0)))
              (let ((last (- (string-length text) 1)))
                (if (char=? (string-ref text last) #\0)
                    (loop (substring text 0 last))
                    (string-append second "." text)))))))

    (define (zone-text offset)
      (if (= offset 0)
          "Z"
          (let ((minutes (quotient (abs offset) 60)))
            (string-append (if (< offset 0) "-" "+")
                           (pad (quotient minutes 60) 2 #\0)
                           (pad (modulo minutes 60) 2 #\0)))))

    ;; The week has the year of its Thursday.
    (define (iso-week date)
      (let* ((thursday (modified-julian-day->date
                        (+ (floor (date->modified-julian-day (at-utc-noon date)))
                           (- 3 (modulo (- (date-week-day date) 1) 7)))
                        0)))
        (+ 1 (quotient (- (date-year-day thursday) 1) 7))))

    (define (at-utc-noon date)
      (make-date 0 0 0 12 (date-day date) (date-month date) (date-year date) 0))

    ;; Text to dates

    (define (bad input template)
      (error "string->date: the text does not match the template:" input template))

    ;; The fields are a vector: second, minute, hour, day, month, year, zone offset.
    (define (string->date input template)
      (let ((fields (vector 0 0 0 #f #f #f 0))
            (port (open-input-string input))
            (end (string-length template)))
        (let loop ((index 0))
          (if (< index end)
              (let ((char (string-ref template index)))
                (cond ((not (char=? char #\~))
                       (if (not (eqv? (read-char port) char)) (bad input template))
                       (loop (+ index 1)))
                      ((= (+ index 1) end)
                       (error "string->date: a tilde ends the template" template))
                      (else
                       (if (not (read-directive (string-ref template (+ index 1)) port fields))
                           (bad input template))
                       (loop (+ index 2)))))))
        (if (not (and (vector-ref fields 3) (vector-ref fields 4) (vector-ref fields 5)))
            (error "string->date: the date is incomplete:" input template))
        (make-date 0 (vector-ref fields 0) (vector-ref fields 1) (vector-ref fields 2)
                   (vector-ref fields 3) (vector-ref fields 4) (vector-ref fields 5)
                   (vector-ref fields 6))))

    ;; #f if the text does not match.
    (define (read-directive directive port fields)
      (define (set-field! place value)
        (and value
             (begin
               (vector-set! fields place value)
               #t)))
      (case directive
        ((#\~) (eqv? (read-char port) #\~))
        ((#\a #\A) (and (read-name port week-days) #t))
        ((#\b #\B #\h) (set-field! 4 (read-name port months)))
        ((#\d) (skip-to port char-numeric?) (set-field! 3 (read-number port 2)))
        ((#\e) (skip-blank port) (set-field! 3 (read-number port 2)))
        ((#\H) (skip-to port char-numeric?) (set-field! 2 (read-number port 2)))
        ((#\k) (skip-blank port) (set-field! 2 (read-number port 2)))
        ((#\m) (skip-to port char-numeric?) (set-field! 4 (read-number port 2)))
        ((#\M) (skip-to port char-numeric?) (set-field! 1 (read-number port 2)))
        ((#\S) (skip-to port char-numeric?) (set-field! 0 (read-number port 2)))
        ((#\y) (set-field! 5 (near-year (read-number port 2))))
        ((#\Y) (skip-to port char-numeric?) (set-field! 5 (read-number port 4)))
        ((#\z) (set-field! 6 (read-zone port)))
        (else (error "string->date: there is no such directive:" (string #\~ directive)))))

    (define (skip-to port wanted?)
      (let ((char (peek-char port)))
        (if (and (char? char) (not (wanted? char)))
            (begin
              (read-char port)
              (skip-to port wanted?)))))

    (define (skip-blank port)
      (if (eqv? (peek-char port) #\space) (read-char port)))

    ;; At most `count` digits; #f if there is none.
    (define (read-number port count)
      (let loop ((count count) (number #f))
        (let ((char (peek-char port)))
          (if (and (> count 0) (char? char) (char<=? #\0 char #\9))
              (loop (- count 1)
                    (+ (* 10 (or number 0)) (digit-value (read-char port))))
              number))))

    ;; A full or short name: its number from 1, or #f.
    (define (read-name port names)
      (skip-to port char-alphabetic?)
      (let ((name (let loop ((chars '()))
                    (let ((char (peek-char port)))
                      (if (and (char? char) (char-alphabetic? char))
                          (loop (cons (read-char port) chars))
                          (list->string (reverse chars)))))))
        (let loop ((index 0))
          (cond ((= index (vector-length names)) #f)
                ((or (string-ci=? name (vector-ref names index))
                     (string-ci=? name (short (vector-ref names index))))
                 (+ index 1))
                (else (loop (+ index 1)))))))

    ;; The year with these two last digits that is less than 50 years away.
    (define (near-year number)
      (and number
           (let* ((now (date-year (current-date 0)))
                  (year (+ number (* 100 (quotient now 100)))))
             (cond ((< number 0) #f)
                   ((> (- year now) 50) (- year 100))
                   ((<= (- year now) -50) (+ year 100))
                   (else year)))))

    ;; Z, +hhmm, +hh:mm or +hh
    (define (read-zone port)
      (let ((char (read-char port)))
        (cond ((memv char '(#\Z #\z)) 0)
              ((memv char '(#\+ #\-))
               (let ((hours (read-number port 2)))
                 (if (eqv? (peek-char port) #\:) (read-char port))
                 (let ((minutes (or (read-number port 2) 0)))
                   (and hours
                        (* (if (eqv? char #\-) -60 60)
                           (+ (* 60 hours) minutes))))))
              (else #f))))))
