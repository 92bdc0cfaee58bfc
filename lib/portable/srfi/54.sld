;;; SRFI 54: formatting by one procedure.

(define-library (srfi 54)
  (export cat)
  (import (scheme base) (scheme char) (scheme complex) (scheme inexact) (scheme write))
  (begin

    ;; What the optional arguments ask for. Their types tell them apart.
    (define-record-type options
      (make-options exactness radix sign? precision separator writer pipe take converter
                    width char port strings)
      options?
      (exactness exactness set-exactness!)
      (radix radix set-radix!)
      (sign? sign? set-sign!)
      (precision precision set-precision!)
      (separator separator set-separator!)
      (writer writer set-writer!)
      (pipe pipe set-pipe!)
      (take take set-take!)
      (converter converter set-converter!)
      (width width set-width!)
      (char pad-char set-char!)
      (port port set-port!)
      (strings strings set-strings!))

    (define (parse-options arguments)
      (let ((options (make-options #f 10 #f #f #f #f '() #f #f 0 #\space #f '())))
        (for-each (lambda (argument) (add-option! options argument)) arguments)
        options))

    (define (add-option! options argument)
      (cond ((symbol? argument) (add-symbol! options argument))
            ((exact-integer? argument) (set-width! options argument))
            ((and (real? argument) (inexact? argument) (integer? argument))
             (set-precision! options argument))
            ((char? argument) (set-char! options argument))
            ((string? argument)
             (set-strings! options (append (strings options) (list argument))))
            ((or (boolean? argument) (output-port? argument)) (set-port! options argument))
            ((procedure? argument) (set-writer! options argument))
            ((pair? argument) (add-list! options argument))
            (else (bad-option argument))))

    (define (bad-option argument) (error "cat: this is no option:" argument))

    (define (add-symbol! options symbol)
      (case symbol
        ((exact inexact) (set-exactness! options symbol))
        ((binary) (set-radix! options 2))
        ((octal) (set-radix! options 8))
        ((decimal) (set-radix! options 10))
        ((hexadecimal) (set-radix! options 16))
        ((sign) (set-sign! options #t))
        (else (bad-option symbol))))

    (define (add-list! options list)
      (let ((first (car list)))
        (cond ((and (procedure? first) (procedure? (cdr list))) (set-converter! options list))
              ((not (list? list)) (bad-option list))
              ((procedure? first) (set-pipe! options list))
              ((and (char? first)
                    (or (null? (cdr list))
                        (and (exact-integer? (cadr list)) (> (cadr list) 0))))
               (set-separator! options list))
              ((and (exact-integer? first)
                    (or (null? (cdr list)) (exact-integer? (cadr list))))
               (set-take! options list))
              (else (bad-option list)))))

    (define (cat object . arguments)
      (let* ((options (parse-options arguments))
             (text (apply string-append (padded-text object options) (strings options)))
             (destination (port options)))
        (if destination
            (write-string text (if (eq? destination #t) (current-output-port) destination)))
        text))

    ;; Digits that pad a number go behind its prefix and sign.
    (define (padded-text object options)
      (cond ((and (converter options) ((car (converter options)) object))
             (pad "" ((cdr (converter options)) object) options))
            ((number? object)
             (let-values (((prefix digits) (number-text object options)))
               (if (char-numeric? (pad-char options))
                   (pad prefix digits options)
                   (pad "" (string-append prefix digits) options))))
            (else (pad "" (object-text object options) options))))

    (define (pad prefix text options)
      (let* ((width (width options))
             (missing (- (abs width) (string-length prefix) (string-length text)))
             (space (make-string (max 0 missing) (pad-char options))))
        (if (< width 0)
            (string-append prefix text space)
            (string-append prefix space text))))

    ;; Objects that are no numbers

    (define (object-text object options)
      (let ((text-port (open-output-string)))
        ((or (writer options)
             (if (or (string? object) (char? object) (boolean? object)) display write))
         object text-port)
        (let loop ((text (get-output-string text-port)) (pipe (pipe options)))
          (if (pair? pipe)
              (loop ((car pipe) text) (cdr pipe))
              (if (take options) (take-parts text (take options)) text)))))

    (define (take-parts text counts)
      (let* ((length (string-length text))
             (left (car counts))
             (right (if (pair? (cdr counts)) (cadr counts) 0)))
        (string-append
         (if (< left 0)
             (substring text (min length (- left)) length)
             (substring text 0 (min length left)))
         (if (< right 0)
             (substring text 0 (max 0 (+ length right)))
             (substring text (max 0 (- length right)) length)))))

    ;; Numbers. The prefix has the signs of exactness and radix, and the sign.

    (define (number-text number options)
      (let* ((number (case (exactness options)
                       ((exact) (exact number))
                       ((inexact) (inexact number))
                       (else number)))
             (decimal? (= (radix options) 10))
             (digits (precision options))
             (prefix (string-append
                      (cond ((not decimal?) (if (exact? number) "" "#i"))
                            ((and digits (exact? number) (not (negative-zero-or-less? digits)))
                             "#e")
                            (else ""))
                      (case (radix options) ((2) "#b") ((8) "#o") ((16) "#x") (else "")))))
        (if (and digits (not decimal?))
            (error "cat: a precision needs the decimal radix:" digits))
        (let ((text (if (real? number)
                        (real-text number options)
                        (complex-text number options))))
          (if (memv (string-ref text 0) '(#\+ #\-))
              (values (string-append prefix (substring text 0 1))
                      (substring text 1 (string-length text)))
              (values (string-append prefix
                                     (if (and (sign? options)
                                              (not (and (real? number) (zero? number))))
                                         "+"
                                         ""))
                      text)))))

    (define (negative-zero-or-less? x)
      (or (< x 0) (and (= x 0) (< (/ 1.0 x) 0.0))))

    (define (complex-text number options)
      (let ((imaginary (real-text (imag-part number) options)))
        (string-append (real-text (real-part number) options)
                       (if (memv (string-ref imaginary 0) '(#\+ #\-)) "" "+")
                       imaginary
                       "i")))

    (define (real-text number options)
      (let ((text (cond ((not (finite? number)) (number->string number))
                        ((precision options) (rounded number (exact (abs (precision options)))))
                        ((= (radix options) 10) (number->string number))
                        (else (number->string (exact number) (radix options))))))
        (if (and (separator options) (finite? number))
            (separate text (separator options))
            text)))

    ;; The digits that a flonum is written with are rounded, to even where they are half-way; an
    ;; exponent stays as it is.
    (define (rounded number digits)
      (let-values (((mantissa exponent) (split-exponent number)))
        (let* ((scaled (number->string (round (* (abs mantissa) (expt 10 digits)))))
               (missing (- (+ digits 1) (string-length scaled)))
               (scaled (string-append (make-string (max 0 missing) #\0) scaled))
               (point (- (string-length scaled) digits)))
          (string-append (if (< number 0) "-" "")
                         (substring scaled 0 point)
                         "."
                         (substring scaled point (string-length scaled))
                         exponent))))

    (define (split-exponent number)
      (if (exact? number)
          (values number "")
          (let ((text (number->string number)))
            (let loop ((index 0))
              (cond ((= index (string-length text))
                     (values (string->number (string-append "#e" text)) ""))
                    ((char=? (string-ref text index) #\e)
                     (values (string->number (string-append "#e" (substring text 0 index)))
                             (substring text index (string-length text))))
                    (else (loop (+ index 1))))))))

    ;; Separates digits into groups, from the point to both sides.
    (define (separate text separator)
      (let* ((char (car separator))
             (size (if (pair? (cdr separator)) (cadr separator) 3))
             (start (if (memv (string-ref text 0) '(#\+ #\-)) 1 0))
             (point (end-of-digits text start))
             (fraction? (and (< point (string-length text))
                             (char=? (string-ref text point) #\.)))
             (end (if fraction? (end-of-digits text (+ point 1)) point)))
        (string-append (substring text 0 start)
                       (groups (substring text start point) char size
                               (modulo (- point start) size))
                       (if fraction? "." "")
                       (if fraction? (groups (substring text (+ point 1) end) char size 0) "")
                       (substring text end (string-length text)))))

    (define (end-of-digits text index)
      (if (and (< index (string-length text))
               (or (char-numeric? (string-ref text index))
                   (memv (string-ref text index) '(#\a #\b #\c #\d #\f))))
          (end-of-digits text (+ index 1))
          index))

    ;; `first` is the size of the first group, or 0 if that is as large as the others.
    (define (groups digits char size first)
      (let loop ((start 0) (end (if (= first 0) size first)) (parts '()))
        (if (>= end (string-length digits))
            (let ((parts (cons (substring digits start (string-length digits)) parts)))
              (let join ((text (car parts)) (rest (cdr parts)))
                (if (null? rest)
                    text
                    (join (string-append (car rest) (string char) text) (cdr rest)))))
            (loop end (+ end size) (cons (substring digits start end) parts)))))))
