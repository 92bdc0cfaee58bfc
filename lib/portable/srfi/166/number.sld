;;; SRFI 166: numbers as text.

(define-library (srfi 166 number)
  (export numeric numeric/comma numeric/si numeric/fitted number-text)
  (import (scheme base) (scheme case-lambda) (scheme complex) (scheme inexact)
          (srfi 166 state))
  (begin

    (define (check-number name object)
      (if (not (number? object))
          (error (string-append name ": expected a number, found") object)))

    ;; Digits of a non-negative number, without sign and commas: the integer part, and the rest. The rest
    ;; is empty, or begins with the point or with the exponent.
    (define (number-parts x radix precision)
      (cond ((not (finite? x)) (values (number->string x) ""))
            (precision (fixed-parts (exact x) radix precision))
            ((or (= radix 10) (exact? x))
             (split-at-point (number->string x radix) (inexact? x)))
            (else (expanded-parts (exact x) radix))))

    ;; An exponent belongs to the rest, as in 1e100.
    (define (split-at-point text exponent?)
      (let loop ((index 0))
        (cond ((= index (string-length text)) (values text ""))
              ((or (char=? (string-ref text index) #\.)
                   (and exponent? (char=? (string-ref text index) #\e)))
               (values (substring text 0 index) (substring text index (string-length text))))
              (else (loop (+ index 1))))))

    (define (fixed-parts x radix precision)
      (let* ((text (number->string (round (* x (expt radix precision))) radix))
             (missing (- (+ precision 1) (string-length text)))
             (text (if (> missing 0) (string-append (make-string missing #\0) text) text))
             (point (- (string-length text) precision)))
        (values (substring text 0 point)
                (if (= precision 0)
                    ""
                    (string-append "." (substring text point (string-length text)))))))

    ;; As many digits as a double can have, without zeros at the end.
    (define (expanded-parts x radix)
      (let-values (((integer fraction)
                    (fixed-parts x radix (exact (ceiling (/ 53 (log radix 2)))))))
        (let loop ((end (string-length fraction)))
          (if (and (> end 2) (char=? (string-ref fraction (- end 1)) #\0))
              (loop (- end 1))
              (values integer (substring fraction 0 end))))))

    ;; The rule is a number of digits, or a list of which the last repeats.
    (define (insert-commas digits rule separator)
      (let loop ((end (string-length digits)) (rule rule) (parts '()))
        (let ((size (if (pair? rule) (car rule) rule)))
          (if (<= end size)
              (join (cons (substring digits 0 end) parts) separator)
              (loop (- end size)
                    (if (and (pair? rule) (pair? (cdr rule))) (cdr rule) rule)
                    (cons (substring digits (- end size) end) parts))))))

    (define (join parts separator)
      (if (null? (cdr parts))
          (car parts)
          (string-append (car parts) separator (join (cdr parts) separator))))

    ;; The rest of a number, with another point. The rest of 1e100 has no point.
    (define (with-point rest point)
      (if (and (> (string-length rest) 0) (char=? (string-ref rest 0) #\.))
          (string-append point (substring rest 1 (string-length rest)))
          rest))

    (define (as-string object) (if (char? object) (string object) object))

    (define (all-digits? text)
      (let loop ((index 0))
        (or (= index (string-length text))
            (and (not (memv (string-ref text index) '(#\e #\/ #\+ #\.)))
                 (loop (+ index 1))))))

    (define (negative-number? x)
      (or (< x 0) (and (inexact? x) (= x 0) (< (/ 1.0 x) 0.0))))

    ;; Of a real number.
    (define (real-text x radix precision sign-rule comma-rule comma-sep decimal-sep)
      (let-values (((integer fraction) (number-parts (if (nan? x) x (abs x)) radix precision)))
        (let* ((integer (if (and (> (string-length integer) 0)
                                 (char=? (string-ref integer 0) #\+))
                            (substring integer 1 (string-length integer))
                            integer))
               (point (cond (decimal-sep (as-string decimal-sep))
                            ((eqv? comma-sep #\.) ",")
                            (else ".")))
               (integer (if (and comma-rule (or (= radix 10) (finite? x)) (all-digits? integer))
                            (insert-commas integer
                                            comma-rule
                                            (if (and (eqv? comma-sep #\,) (string=? point ","))
                                                "."
                                                (as-string comma-sep)))
                            integer))
               (text (string-append integer (with-point fraction point))))
          (cond ((nan? x) "+nan.0")
                ((negative-number? x)
                 (if (pair? sign-rule)
                     (string-append (car sign-rule) text (cdr sign-rule))
                     (string-append "-" text)))
                ((or (eq? sign-rule #t) (infinite? x)) (string-append "+" text))
                (else text)))))

    (define (number-text z radix precision sign-rule comma-rule comma-sep decimal-sep)
      (if (real? z)
          (real-text z radix precision sign-rule comma-rule comma-sep decimal-sep)
          (string-append
           (real-text (real-part z) radix precision sign-rule comma-rule comma-sep decimal-sep)
           (real-text (imag-part z) radix precision #t comma-rule comma-sep decimal-sep)
           "i")))

    ;; The point goes to the column before the last of the alignment's width.
    (define (align text width point)
      (let* ((place (let loop ((index 0))
                      (cond ((= index (string-length text)) index)
                            ((char=? (string-ref text index) (string-ref point 0)) index)
                            (else (loop (+ index 1))))))
             (missing (- width place 1)))
        (if (> missing 0) (string-append (make-string missing #\space) text) text)))

    (define-syntax with-defaults
      (syntax-rules ()
        ((_ arguments (variable ...) body)
         (call-with-defaults arguments (list variable ...)
                             (lambda (variable ...) body)))))

    ;; Calls the procedure with what is given, and with state variables' values for the rest.
    (define (call-with-defaults given variables procedure)
      (if (> (length given) (length variables))
          (error "numeric: too many arguments" given))
      (make-formatter
       (lambda (state)
         (run (apply procedure
                     (let loop ((given given) (variables variables))
                       (cond ((null? variables) '())
                             ((pair? given) (cons (car given) (loop (cdr given) (cdr variables))))
                             (else (cons (get state (car variables))
                                         (loop '() (cdr variables)))))))
              state))))

    (define (numeric number . arguments)
      (check-number "numeric" number)
      (with-defaults arguments (radix precision sign-rule comma-rule comma-sep decimal-sep)
        (fn (decimal-align)
          (let ((text (number-text number radix precision sign-rule comma-rule comma-sep
                                   decimal-sep)))
            (if decimal-align
                (align text
                       decimal-align
                       (cond (decimal-sep (as-string decimal-sep))
                             ((eqv? comma-sep #\.) ",")
                             (else ".")))
                text)))))

    (define (numeric/comma number . arguments)
      (check-number "numeric/comma" number)
      (with-defaults arguments (comma-rule radix precision sign-rule)
        (numeric number radix precision sign-rule (or comma-rule 3))))

    (define large-names '#("" "k" "M" "G" "T" "P" "E" "Z" "Y"))
    (define small-names '#("" "m" "\xB5;" "n" "p" "f" "a" "z" "y"))

    (define numeric/si
      (case-lambda
        ((number) (numeric/si number 1000 ""))
        ((number base) (numeric/si number base ""))
        ((number base separator)
         (check-number "numeric/si" number)
         (if (not (memv base '(1000 1024)))
             (error "numeric/si: expected 1000 or 1024 as the base, found" base))
         (let loop ((size (abs (exact number))) (power 0))
           (cond ((and (>= size base) (< power 8)) (loop (/ size base) (+ power 1)))
                 ((and (< 0 size 1) (> power -8)) (loop (* size base) (- power 1)))
                 (else
                  (let ((name (if (< power 0)
                                  (vector-ref small-names (- power))
                                  (vector-ref large-names power))))
                    (each (if (< number 0) "-" "")
                          (tenths size)
                          separator
                          (cond ((= base 1000) name)
                                ((= power 0) "")
                                ((= power 1) "Ki")
                                (else (string-append name "i")))))))))))

    ;; With one digit behind the point, unless that is 0.
    (define (tenths size)
      (let-values (((whole tenth) (truncate/ (round (* 10 size)) 10)))
        (if (= tenth 0)
            (number->string whole)
            (string-append (number->string whole) "." (number->string tenth)))))

    (define (numeric/fitted size number . arguments)
      (call-with-output
       (apply numeric number arguments)
       (lambda (text)
         (if (<= (string-length text) size)
             text
             (fn ((state-precision precision))
               (let ((digits (or (and (pair? arguments)
                                      (pair? (cdr arguments))
                                      (cadr arguments))
                                 state-precision
                                 0)))
                 (if (and (> digits 0) (> size digits))
                     (string-append (make-string (- size digits 1) #\#)
                                    "."
                                    (make-string digits #\#))
                     (make-string size #\#))))))))))
