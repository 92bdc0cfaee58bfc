;;; SRFI 19: times, dates, and what converts them into each other.
;;;
;;; The calendar is the Gregorian one for all years, with a year 0. UTC stands for the local time
;;; zone. Monotonic time is TAI. CPU times are those of the jiffy clock.

(define-library (srfi 19 calendar)
  (export time-duration time-monotonic time-process time-tai time-thread time-utc
          current-date current-julian-day current-modified-julian-day current-time
          time-resolution
          make-time time? time-type time-nanosecond time-second set-time-type!
          set-time-nanosecond! set-time-second! copy-time
          time<=? time<? time=? time>=? time>?
          time-difference time-difference! add-duration add-duration! subtract-duration
          subtract-duration!
          make-date date? date-nanosecond date-second date-minute date-hour date-day date-month
          date-year date-zone-offset date-year-day date-week-day date-week-number
          date->julian-day date->modified-julian-day date->time-monotonic date->time-tai
          date->time-utc
          julian-day->date julian-day->time-monotonic julian-day->time-tai julian-day->time-utc
          modified-julian-day->date modified-julian-day->time-monotonic
          modified-julian-day->time-tai modified-julian-day->time-utc
          time-monotonic->date time-monotonic->julian-day time-monotonic->modified-julian-day
          time-monotonic->time-tai time-monotonic->time-tai! time-monotonic->time-utc
          time-monotonic->time-utc!
          time-tai->date time-tai->julian-day time-tai->modified-julian-day
          time-tai->time-monotonic time-tai->time-monotonic! time-tai->time-utc
          time-tai->time-utc!
          time-utc->date time-utc->julian-day time-utc->modified-julian-day
          time-utc->time-monotonic time-utc->time-monotonic! time-utc->time-tai
          time-utc->time-tai!)
  (import (scheme base) (scheme case-lambda) (scheme time))
  (begin

    (define time-duration 'time-duration)
    (define time-monotonic 'time-monotonic)
    (define time-process 'time-process)
    (define time-tai 'time-tai)
    (define time-thread 'time-thread)
    (define time-utc 'time-utc)

    (define giga 1000000000)
    (define day-seconds 86400)

    ;; Times

    (define-record-type time
      (new-time type nanosecond second)
      time?
      (type time-type set-type!)
      (nanosecond time-nanosecond set-nanosecond!)
      (second time-second set-second!))

    (define (check-type name type)
      (if (not (memq type '(time-duration time-monotonic time-process time-tai time-thread
                                          time-utc)))
          (error (string-append name ": expected a type of time, found") type)))

    (define (check-integer name object)
      (if (not (exact-integer? object))
          (error (string-append name ": expected an exact integer, found") object)))

    ;; A time of this type.
    (define (check-time name type object)
      (if (not (and (time? object) (eq? (time-type object) type)))
          (error (string-append name ": expected a time of type "
                                (symbol->string type) ", found")
                 object)))

    (define (make-time type nanosecond second)
      (check-type "make-time" type)
      (check-integer "make-time" nanosecond)
      (check-integer "make-time" second)
      (new-time type nanosecond second))

    (define (set-time-type! time type)
      (check-type "set-time-type!" type)
      (set-type! time type))

    (define (set-time-nanosecond! time nanosecond)
      (check-integer "set-time-nanosecond!" nanosecond)
      (set-nanosecond! time nanosecond))

    (define (set-time-second! time second)
      (check-integer "set-time-second!" second)
      (set-second! time second))

    (define (copy-time time)
      (new-time (time-type time) (time-nanosecond time) (time-second time)))

    ;; In nanoseconds, and back. Only a duration may have negative nanoseconds.
    (define (total time) (+ (* giga (time-second time)) (time-nanosecond time)))

    (define (total->time type total)
      (let-values (((second nanosecond)
                    (if (eq? type time-duration) (truncate/ total giga) (floor/ total giga))))
        (new-time type nanosecond second)))

    (define (check-same name a b)
      (if (not (and (time? a) (time? b)))
          (error (string-append name ": expected two times, found") a b))
      (if (not (eq? (time-type a) (time-type b)))
          (error (string-append name ": the times have different types:")
                 (time-type a) (time-type b))))

    (define-syntax define-comparisons
      (syntax-rules ()
        ((_ (name compare) ...)
         (begin
           (define (name a b)
             (check-same (symbol->string 'name) a b)
             (compare (total a) (total b)))
           ...))))

    (define-comparisons (time<=? <=) (time<? <) (time=? =) (time>=? >=) (time>? >))

    (define (time-difference a b)
      (check-same "time-difference" a b)
      (total->time time-duration (- (total a) (total b))))

    (define (add-duration time duration)
      (check-time "add-duration" time-duration duration)
      (total->time (time-type time) (+ (total time) (total duration))))

    (define (subtract-duration time duration)
      (check-time "subtract-duration" time-duration duration)
      (total->time (time-type time) (- (total time) (total duration))))

    (define time-difference! time-difference)
    (define add-duration! add-duration)
    (define subtract-duration! subtract-duration)

    ;; Clocks

    (define current-time
      (case-lambda
        (() (current-time time-utc))
        ((type)
         (check-type "current-time" type)
         (case type
           ((time-utc) (clock-time))
           ((time-tai) (time-utc->time-tai (clock-time)))
           ((time-monotonic) (time-utc->time-monotonic (clock-time)))
           ((time-process time-thread)
            (total->time type (quotient (* giga (current-jiffy)) (jiffies-per-second))))
           (else (error "current-time: a duration has no clock"))))))

    (define (clock-time)
      (total->time time-utc (floor (* giga (exact (current-second))))))

    ;; A double holds the seconds since 1970 to less than a microsecond.
    (define time-resolution
      (case-lambda
        (() (time-resolution time-utc))
        ((type)
         (check-type "time-resolution" type)
         (if (memq type '(time-process time-thread))
             (max 1 (quotient giga (jiffies-per-second)))
             1000))))

    (define current-date
      (case-lambda
        (() (current-date 0))
        ((offset) (time-utc->date (current-time) offset))))

    (define (current-julian-day) (time-utc->julian-day (current-time)))
    (define (current-modified-julian-day) (time-utc->modified-julian-day (current-time)))

    ;; Leap seconds: from which second of UTC on, TAI is ahead by how much; the latest first.

    (define leap-seconds
      '((1483228800 . 37) (1435708800 . 36) (1341100800 . 35) (1230768000 . 34)
        (1136073600 . 33) (915148800 . 32) (867715200 . 31) (820454400 . 30)
        (773020800 . 29) (741484800 . 28) (709948800 . 27) (662688000 . 26) (631152000 . 25)
        (567993600 . 24) (489024000 . 23) (425865600 . 22) (394329600 . 21) (362793600 . 20)
        (315532800 . 19) (283996800 . 18) (252460800 . 17) (220924800 . 16) (189302400 . 15)
        (157766400 . 14) (126230400 . 13) (94694400 . 12) (78796800 . 11) (63072000 . 10)))

    (define (utc->tai second)
      (let loop ((rest leap-seconds))
        (cond ((null? rest) second)
              ((>= second (car (car rest))) (+ second (cdr (car rest))))
              (else (loop (cdr rest))))))

    ;; A leap second has the UTC of the second that follows.
    (define (tai->utc second)
      (let loop ((rest leap-seconds))
        (cond ((null? rest) second)
              ((>= second (- (+ (car (car rest)) (cdr (car rest))) 1))
               (max (car (car rest)) (- second (cdr (car rest)))))
              (else (loop (cdr rest))))))

    (define (leap-second? tai-second)
      (let loop ((rest leap-seconds))
        (and (pair? (cdr rest))
             (or (= tai-second (- (+ (car (car rest)) (cdr (car rest))) 1))
                 (loop (cdr rest))))))

    ;; (define-converters (name from to (second) expression) ...)
    (define-syntax define-converters
      (syntax-rules ()
        ((_ (name name! from to (second) expression) ...)
         (begin
           (define (name time)
             (check-time (symbol->string 'name) from time)
             (let ((second (time-second time)))
               (new-time to (time-nanosecond time) expression)))
           ...
           (define name! name) ...))))

    (define-converters
      (time-utc->time-tai time-utc->time-tai! time-utc time-tai (s) (utc->tai s))
      (time-utc->time-monotonic time-utc->time-monotonic! time-utc time-monotonic
                                (s) (utc->tai s))
      (time-tai->time-utc time-tai->time-utc! time-tai time-utc (s) (tai->utc s))
      (time-tai->time-monotonic time-tai->time-monotonic! time-tai time-monotonic (s) s)
      (time-monotonic->time-utc time-monotonic->time-utc! time-monotonic time-utc
                                (s) (tai->utc s))
      (time-monotonic->time-tai time-monotonic->time-tai! time-monotonic time-tai (s) s))

    ;; Dates

    (define-record-type date
      (new-date nanosecond second minute hour day month year zone-offset)
      date?
      (nanosecond date-nanosecond) (second date-second) (minute date-minute) (hour date-hour)
      (day date-day) (month date-month) (year date-year) (zone-offset date-zone-offset))

    (define (make-date nanosecond second minute hour day month year zone-offset)
      (define (check object low high)
        (if (not (and (exact-integer? object) (<= low object high)))
            (error "make-date: a component is not an exact integer in its range:"
                   object low high)))
      (check nanosecond 0 (- giga 1))
      (check second 0 60)
      (check minute 0 59)
      (check hour 0 23)
      (check day 0 31)
      (check month 1 12)
      (check-integer "make-date" year)
      (check-integer "make-date" zone-offset)
      (new-date nanosecond second minute hour day month year zone-offset))

    ;; Days since 1970-01-01. The year of this count begins in March, so that a leap day ends it.
    (define (days year month day)
      (let* ((year (if (<= month 2) (- year 1) year))
             (month (modulo (- month 3) 12))
             (year-days (+ (quotient (+ (* 153 month) 2) 5) (- day 1))))
        (+ (* 365 year)
           (floor-quotient year 4)
           (- (floor-quotient year 100))
           (floor-quotient year 400)
           year-days
           -719468)))

    ;; Answers year, month and day.
    (define (days->civil count)
      (let*-values (((era rest) (floor/ (+ count 719468) 146097))
                    ((year-of-era)
                     (quotient (- rest
                                  (quotient rest 1460)
                                  (- (quotient rest 36524))
                                  (quotient rest 146096))
                               365))
                    ((year-day)
                     (- rest (+ (* 365 year-of-era)
                                (quotient year-of-era 4)
                                (- (quotient year-of-era 100)))))
                    ((month) (quotient (+ (* 5 year-day) 2) 153))
                    ((day) (+ 1 (- year-day (quotient (+ (* 153 month) 2) 5))))
                    ((month) (if (< month 10) (+ month 3) (- month 9))))
        (values (+ (* 400 era) year-of-era (if (<= month 2) 1 0)) month day)))

    (define (date-days date) (days (date-year date) (date-month date) (date-day date)))

    (define (date-year-day date)
      (+ 1 (- (date-days date) (days (date-year date) 1 1))))

    (define (date-week-day date) (modulo (+ 4 (date-days date)) 7))

    (define (date-week-number date first-day)
      (quotient (+ (date-year-day date) 6 (- (modulo (- (date-week-day date) first-day) 7)))
                7))

    ;; Dates and UTC

    (define (date->utc-second date)
      (+ (* day-seconds (date-days date))
         (* 3600 (date-hour date))
         (* 60 (date-minute date))
         (date-second date)
         (- (date-zone-offset date))))

    (define (date->time-utc date)
      (new-time time-utc (date-nanosecond date) (date->utc-second date)))

    ;; The 60th second is a leap second, if TAI has one there.
    (define (date->time-tai date)
      (let ((tai (utc->tai (date->utc-second date))))
        (new-time time-tai
                  (date-nanosecond date)
                  (if (and (= (date-second date) 60) (leap-second? (- tai 1))) (- tai 1) tai))))

    (define (date->time-monotonic date) (time-tai->time-monotonic (date->time-tai date)))

    ;; `extra` is 1 in a leap second, which belongs to the minute before.
    (define (second->date second nanosecond offset extra)
      (check-integer "a date's zone offset" offset)
      (let*-values (((local) (- (+ second offset) extra))
                    ((day-count rest) (floor/ local day-seconds))
                    ((year month day) (days->civil day-count))
                    ((hour rest) (floor/ rest 3600))
                    ((minute second) (floor/ rest 60)))
        (new-date nanosecond (+ second extra) minute hour day month year offset)))

    (define time-utc->date
      (case-lambda
        ((time) (time-utc->date time 0))
        ((time offset)
         (check-time "time-utc->date" time-utc time)
         (second->date (time-second time) (time-nanosecond time) offset 0))))

    (define (tai-second->date second nanosecond offset)
      (second->date (tai->utc second) nanosecond offset (if (leap-second? second) 1 0)))

    (define time-tai->date
      (case-lambda
        ((time) (time-tai->date time 0))
        ((time offset)
         (check-time "time-tai->date" time-tai time)
         (tai-second->date (time-second time) (time-nanosecond time) offset))))

    (define time-monotonic->date
      (case-lambda
        ((time) (time-monotonic->date time 0))
        ((time offset)
         (check-time "time-monotonic->date" time-monotonic time)
         (tai-second->date (time-second time) (time-nanosecond time) offset))))

    ;; Julian days: exact rational numbers.

    (define epoch-in-julian-days 4881175/2)
    (define epoch-in-modified-julian-days 40587)

    (define (utc->days time) (/ (total time) (* giga day-seconds)))

    (define (days->utc days)
      (if (not (rational? days)) (error "expected a number of days, found" days))
      (total->time time-utc (round (* giga day-seconds (exact days)))))

    (define (time-utc->julian-day time)
      (check-time "time-utc->julian-day" time-utc time)
      (+ epoch-in-julian-days (utc->days time)))

    (define (time-utc->modified-julian-day time)
      (check-time "time-utc->modified-julian-day" time-utc time)
      (+ epoch-in-modified-julian-days (utc->days time)))

    (define (time-tai->julian-day time) (time-utc->julian-day (time-tai->time-utc time)))

    (define (time-tai->modified-julian-day time)
      (time-utc->modified-julian-day (time-tai->time-utc time)))

    (define (time-monotonic->julian-day time)
      (time-utc->julian-day (time-monotonic->time-utc time)))

    (define (time-monotonic->modified-julian-day time)
      (time-utc->modified-julian-day (time-monotonic->time-utc time)))

    (define (date->julian-day date) (time-utc->julian-day (date->time-utc date)))

    (define (date->modified-julian-day date)
      (time-utc->modified-julian-day (date->time-utc date)))

    (define (julian-day->time-utc day) (days->utc (- day epoch-in-julian-days)))

    (define (modified-julian-day->time-utc day)
      (days->utc (- day epoch-in-modified-julian-days)))

    (define (julian-day->time-tai day) (time-utc->time-tai (julian-day->time-utc day)))

    (define (julian-day->time-monotonic day)
      (time-utc->time-monotonic (julian-day->time-utc day)))

    (define (modified-julian-day->time-tai day)
      (time-utc->time-tai (modified-julian-day->time-utc day)))

    (define (modified-julian-day->time-monotonic day)
      (time-utc->time-monotonic (modified-julian-day->time-utc day)))

    (define julian-day->date
      (case-lambda
        ((day) (julian-day->date day 0))
        ((day offset) (time-utc->date (julian-day->time-utc day) offset))))

    (define modified-julian-day->date
      (case-lambda
        ((day) (modified-julian-day->date day 0))
        ((day offset) (time-utc->date (modified-julian-day->time-utc day) offset))))))
