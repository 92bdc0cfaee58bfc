;;; SRFI 48: intermediate format strings.
;;;
;;; ~wF and ~w,dF round the exact value of a number, half to even, and never use an exponent. ~Y
;;; breaks what does not fit on a line of 79 characters. Strings are Unicode.

(define-library (srfi 48)
  (export format)
  (import (scheme base) (scheme char) (scheme complex) (scheme inexact) (scheme write))
  (begin

    (define (format . arguments)
      (cond ((null? arguments) (error "format: a format string is missing"))
            ((string? (car arguments)) (format-string (car arguments) (cdr arguments)))
            ((or (null? (cdr arguments)) (not (string? (cadr arguments))))
             (error "format: expected a format string after" (car arguments)))
            (else
             (let ((destination (car arguments)))
               (cond ((not destination) (format-string (cadr arguments) (cddr arguments)))
                     ((eq? destination #t)
                      (format-port (current-output-port) (cadr arguments) (cddr arguments)))
                     ((output-port? destination)
                      (format-port destination (cadr arguments) (cddr arguments)))
                     (else (error "format: expected an output port or a boolean, found"
                                  destination)))))))

    (define (format-string template objects)
      (let ((port (open-output-string)))
        (format-port port template objects)
        (get-output-string port)))

    (define (format-port port template objects)
      (let ((writer (make-writer port)))
        (let ((left (run writer template objects)))
          (if (pair? left)
              (error "format: more objects than directives:" template left)))))

    ;; A port and whether the last character that went there is known to be a newline.
    (define-record-type writer
      (new-writer port fresh?)
      writer?
      (port writer-port)
      (fresh? writer-fresh? set-writer-fresh!))

    (define (make-writer port) (new-writer port #f))

    (define (emit writer text start end)
      (if (< start end)
          (begin
            (write-string text (writer-port writer) start end)
            (set-writer-fresh! writer (char=? (string-ref text (- end 1)) #\newline)))))

    (define (emit-all writer text) (emit writer text 0 (string-length text)))

    (define (emit-char writer char)
      (write-char char (writer-port writer))
      (set-writer-fresh! writer (char=? char #\newline)))

    ;; Answers the objects that no directive consumed.
    (define (run writer template objects)
      (let ((end (string-length template)))
        (let loop ((start 0) (index 0) (objects objects))
          (cond ((= index end)
                 (emit writer template start end)
                 objects)
                ((not (char=? (string-ref template index) #\~))
                 (loop start (+ index 1) objects))
                ((= (+ index 1) end) (error "format: a tilde ends the format string" template))
                (else
                 (emit writer template start index)
                 (let ((letter (char-downcase (string-ref template (+ index 1))))
                       (next (+ index 2)))
                   (if (or (char<=? #\0 letter #\9) (char=? letter #\f))
                       (let-values (((width digits next) (read-width template (+ index 1))))
                         (emit-all writer (fixed (argument template objects) width digits))
                         (loop next next (cdr objects)))
                       (loop next next (direct writer template letter objects)))))))))

    (define (argument template objects)
      (if (pair? objects)
          (car objects)
          (error "format: fewer objects than directives:" template)))

    ;; One directive without a width: answers the objects that are left.
    (define (direct writer template letter objects)
      (case letter
        ((#\~) (emit-char writer #\~) objects)
        ((#\%) (emit-char writer #\newline) objects)
        ((#\t) (emit-char writer #\tab) objects)
        ((#\_) (emit-char writer #\space) objects)
        ((#\&)
         (if (not (writer-fresh? writer)) (emit-char writer #\newline))
         objects)
        ((#\h) (emit-all writer help) objects)
        ((#\? #\k)
         (let ((inner (argument template objects))
               (inner-objects (argument template (cdr objects))))
           (if (not (and (string? inner) (list? inner-objects)))
               (error "format: ~? expects a format string and a list, found"
                      inner inner-objects))
           (if (pair? (run writer inner inner-objects))
               (error "format: more objects than directives:" inner inner-objects))
           (cddr objects)))
        (else
         (emit-object writer letter template (argument template objects))
         (cdr objects))))

    (define (emit-object writer letter template object)
      (case letter
        ((#\a)
         (cond ((string? object) (emit-all writer object))
               ((char? object) (emit-char writer object))
               ((symbol? object) (emit-all writer (symbol->string object)))
               (else (emit-by writer display object))))
        ((#\s) (emit-by writer write object))
        ((#\w) (emit-by writer write-shared object))
        ((#\d) (emit-number writer "~d" object 10))
        ((#\x) (emit-number writer "~x" object 16))
        ((#\o) (emit-number writer "~o" object 8))
        ((#\b) (emit-number writer "~b" object 2))
        ((#\c)
         (if (not (char? object)) (error "format: ~c expects a character, found" object))
         (emit-char writer object))
        ((#\y) (emit-all writer (pretty object)))
        (else (error "format: there is no such directive:" (string #\~ letter) template))))

    ;; No text that these procedures make ends with a newline.
    (define (emit-by writer procedure object)
      (procedure object (writer-port writer))
      (set-writer-fresh! writer #f))

    (define (emit-number writer directive object radix)
      (if (not (number? object))
          (error (string-append "format: " directive " expects a number, found") object))
      (emit-all writer (number->string object radix)))

    (define (written procedure object)
      (let ((port (open-output-string)))
        (procedure object port)
        (get-output-string port)))

    ;; Fixed format

    ;; Reads w, w,d or ,d before the letter F. Answers width, digits or #f, and the next index.
    (define (read-width template start)
      (let ((end (string-length template)))
        (define (bad) (error "format: expected ~F, ~wF or ~w,dF in" template))
        (let loop ((index start) (width 0) (digits #f))
          (if (= index end) (bad))
          (let* ((char (char-downcase (string-ref template index)))
                 (value (and (char<=? #\0 char #\9) (digit-value char))))
            (cond ((and value digits) (loop (+ index 1) width (+ (* 10 digits) value)))
                  (value (loop (+ index 1) (+ (* 10 width) value) #f))
                  ((and (char=? char #\,) (not digits)) (loop (+ index 1) width 0))
                  ((char=? char #\f) (values width digits (+ index 1)))
                  (else (bad)))))))

    (define (fixed object width digits)
      (pad (cond ((string? object) object)
                 ((not (number? object))
                  (error "format: ~F expects a number or a string, found" object))
                 ((not digits) (number->string object))
                 ((real? object) (fixed-real object digits))
                 (else (fixed-complex object digits)))
           width))

    (define (pad text width)
      (let ((missing (- width (string-length text))))
        (if (> missing 0) (string-append (make-string missing #\space) text) text)))

    (define (fixed-complex z digits)
      (let ((imaginary (fixed-real (imag-part z) digits)))
        (string-append (fixed-real (real-part z) digits)
                       (if (memv (string-ref imaginary 0) '(#\+ #\-)) "" "+")
                       imaginary
                       "i")))

    (define (fixed-real x digits)
      (if (finite? x)
          (let* ((scaled (round (* (abs (exact x)) (expt 10 digits))))
                 (text (number->string scaled))
                 (text (if (<= (string-length text) digits)
                           (string-append (make-string (- (+ digits 1) (string-length text)) #\0)
                                          text)
                           text))
                 (point (- (string-length text) digits)))
            (string-append (if (or (< x 0) (eqv? x -0.0)) "-" "")
                           (substring text 0 point)
                           "."
                           (substring text point (string-length text))))
          (number->string x)))

    ;; Pretty printing

    (define line-width 79)

    (define (pretty object)
      (let* ((text (written write object))
             (tree? (tree-within? object (string-length text)))
             (port (open-output-string)))
        (if tree?
            (pretty-print object 0 0 port)
            (write-string text port))
        (newline port)
        (get-output-string port)))

    ;; Text without labels has at least one character for each pair: more pairs make a cycle.
    (define (tree-within? object budget)
      (let ((budget budget))
        (let walk ((object object))
          (cond ((< budget 0) #f)
                ((pair? object)
                 (set! budget (- budget 1))
                 (and (walk (car object)) (walk (cdr object))))
                (else #t)))))

    ;; `after` counts the parentheses that follow on the same line.
    (define (pretty-print object column after port)
      (let ((text (written write object)))
        (if (or (not (pair? object))
                (not (list? object))
                (<= (+ column (string-length text) after) line-width))
            (write-string text port)
            (let ((inner (+ column (if (symbol? (car object)) 2 1))))
              (write-string "(" port)
              (pretty-print (car object) (+ column 1) 0 port)
              (let loop ((rest (cdr object)))
                (if (pair? rest)
                    (begin
                      (newline port)
                      (write-string (make-string inner #\space) port)
                      (pretty-print (car rest) inner (if (null? (cdr rest)) (+ after 1) 0) port)
                      (loop (cdr rest)))))
              (write-string ")" port)))))

    (define help
      (string-append
       "(format [port] format-string object ...): port is #t, #f or an output port\n"
       "~a  displays the object for people\n"
       "~s  writes the object for `read`\n"
       "~w  writes the object with labels for shared parts\n"
       "~d  a number in decimal\n"
       "~x  a number in hexadecimal\n"
       "~o  a number in octal\n"
       "~b  a number in binary\n"
       "~c  a character\n"
       "~y  an object over several lines\n"
       "~?  a format string and the list of its objects\n"
       "~k  as ~?\n"
       "~w,df  a number or string of width w, with d digits after the point\n"
       "~~  a tilde\n"
       "~t  a tab\n"
       "~%  a newline\n"
       "~&  a newline unless the output is at the start of a line\n"
       "~_  a space\n"
       "~h  this text\n"))))
