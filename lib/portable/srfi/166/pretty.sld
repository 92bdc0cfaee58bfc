;;; SRFI 166: pretty printing. A newline follows the object.

(define-library (srfi 166 pretty)
  (export pretty pretty-shared pretty-simply pretty-with-color)
  (import (scheme base) (scheme write) (srfi 166 base))
  (begin

    (define (text-of procedure object)
      (let ((port (open-output-string)))
        (procedure object port)
        (get-output-string port)))

    (define (pretty object) (make-pretty write object))
    (define (pretty-shared object) (make-pretty write-shared object))

    ;; Without labels: a cycle never ends.
    (define (pretty-simply object)
      (fn (col width) (each (layout object col width) nl)))

    (define (pretty-with-color object) (pretty object))

    ;; An object whose text has labels stays on one line, as no part of it can be written alone.
    (define (make-pretty procedure object)
      (let ((text (text-of procedure object)))
        (fn (col width)
          (each (if (tree? object text)
                    (layout object col width)
                    text)
                nl))))

    ;; Has the text one parenthesis for each list and vector, so that there are no labels?
    (define (tree? object text)
      (let ((budget (string-length text)))
        (and (let walk ((object object))
               (set! budget (- budget 1))
               (cond ((< budget 0) #f)
                     ((pair? object) (and (walk (car object)) (walk (cdr object))))
                     ((vector? object) (walk (vector->list object)))
                     (else #t)))
             (string=? text (text-of write-simple object)))))

    (define (layout object column width)
      (let ((port (open-output-string)))
        (put-object object column width 0 port)
        (get-output-string port)))

    ;; `closing` counts the parentheses that follow on the same line.
    (define (put-object object column width closing port)
      (let ((flat (text-of write-simple object)))
        (cond ((or (<= (+ column (string-length flat) closing) width)
                   (not (or (pair? object) (vector? object))))
               (write-string flat port))
              ((vector? object)
               (write-string "#" port)
               (put-data (vector->list object) (+ column 1) width closing port))
              ((not (list? object)) (write-string flat port))
              ((and (memq (car object) '(quote quasiquote unquote unquote-splicing))
                    (= (length object) 2))
               (let ((prefix (cdr (assq (car object)
                                        '((quote . "'") (quasiquote . "`") (unquote . ",")
                                          (unquote-splicing . ",@"))))))
                 (write-string prefix port)
                 (put-object (cadr object) (+ column (string-length prefix)) width closing port)))
              ((symbol? (car object)) (put-form object column width closing port))
              ((and (pair? (car object)) (head-symbol? (car object)))
               (put-lines object (+ column 1) width closing port))
              (else (put-data object column width closing port)))))

    ;; Does the list begin with a symbol, perhaps within further lists?
    (define (head-symbol? list)
      (or (symbol? (car list))
          (and (pair? (car list)) (head-symbol? (car list)))))

    ;; How many operands stand on the first line; the body follows with an indentation of two.
    (define (operands-before-body form)
      (case (car form)
        ((define define-syntax define-values define-library define-record-type lambda let let*
           letrec letrec* let-values let*-values let-syntax letrec-syntax parameterize when unless
           case guard do syntax-rules)
         (if (or (eq? (car form) 'do)
                 (and (eq? (car form) 'let) (pair? (cdr form)) (symbol? (cadr form))))
             2
             1))
        ((begin cond-expand) 0)
        (else
         (let ((name (symbol->string (car form))))
           (if (or (starts-with? name "with-") (starts-with? name "call-with-")) 1 #f)))))

    (define (starts-with? text start)
      (and (>= (string-length text) (string-length start))
           (string=? (substring text 0 (string-length start)) start)))

    (define (newline-to column port)
      (newline port)
      (write-string (make-string column #\space) port))

    (define (put-form form column width closing port)
      (let* ((head (text-of write-simple (car form)))
             (before-body (operands-before-body form))
             (operands (cdr form)))
        (write-string "(" port)
        (write-string head port)
        (cond ((null? operands) (write-string ")" port))
              ((and before-body (list-longer? operands before-body))
               (put-operands operands before-body (+ column 1 (string-length head))
                             column width closing port))
              (else
               (let ((at (+ column 2 (string-length head))))
                 (write-string " " port)
                 (put-elements operands at width closing port))))))

    ;; The first operands follow the head, the others begin lines. `at` is the column reached.
    (define (put-operands operands left at column width closing port)
      (if (= left 0)
          (begin
            (newline-to (+ column 2) port)
            (put-elements operands (+ column 2) width closing port))
          (let ((size (string-length (text-of write-simple (car operands)))))
            (if (and (= left 1)
                     (> at (+ column 3))
                     (> (+ at 1 size) width)
                     (<= (+ column 4 size) width))
                (begin
                  (newline-to (+ column 4) port)
                  (put-object (car operands) (+ column 4) width 0 port))
                (begin
                  (write-string " " port)
                  (put-object (car operands) (+ at 1) width 0 port)))
            (put-operands (cdr operands) (- left 1) (+ at 1 size)
                          column width closing port))))

    (define (list-longer? list count)
      (and (pair? list)
           (or (= count 0) (list-longer? (cdr list) (- count 1)))))

    (define (put-lines elements column width closing port)
      (write-string "(" port)
      (put-elements elements column width closing port))

    ;; Each on a line, and the closing parenthesis.
    (define (put-elements elements column width closing port)
      (let loop ((rest elements))
        (put-object (car rest) column width (if (null? (cdr rest)) (+ closing 1) 0) port)
        (if (pair? (cdr rest))
            (begin
              (newline-to column port)
              (loop (cdr rest)))
            (write-string ")" port))))

    ;; Data in columns of one width, as many as the line holds.
    (define (put-data elements column width closing port)
      (let* ((texts (map (lambda (element) (text-of write-simple element)) elements))
             (cell (+ 1 (apply max 0 (map string-length texts))))
             (per-line (quotient (- width column closing) cell)))
        (if (< per-line 2)
            (put-lines elements (+ column 1) width closing port)
            (begin
              (write-string "(" port)
              (let loop ((rest texts) (place 0))
                (write-string (car rest) port)
                (cond ((null? (cdr rest)) (write-string ")" port))
                      ((= (+ place 1) per-line)
                       (newline-to (+ column 1) port)
                       (loop (cdr rest) 0))
                      (else
                       (write-string (make-string (- cell (string-length (car rest))) #\space)
                                     port)
                       (loop (cdr rest) (+ place 1)))))))))))
