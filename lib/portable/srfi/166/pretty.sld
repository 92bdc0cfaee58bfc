;;; SRFI 166: pretty printing.

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
      (fn (col width) (layout object col width)))

    (define (pretty-with-color object) (pretty object))

    ;; An object whose text has labels stays on one line, as no part of it can be written alone.
    (define (make-pretty procedure object)
      (let ((text (text-of procedure object)))
        (fn (col width)
          (if (tree? object text)
              (layout object col width)
              text))))

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
         (if (and (eq? (car form) 'let) (pair? (cdr form)) (symbol? (cadr form))) 2 1))
        ((begin cond-expand) 0)
        (else #f)))

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
               (let loop ((left before-body)
                          (operands operands)
                          (at (+ column 1 (string-length head))))
                 (if (> left 0)
                     (begin
                       (write-string " " port)
                       (put-object (car operands) (+ at 1) width 0 port)
                       (loop (- left 1)
                             (cdr operands)
                             (+ at 1 (string-length (text-of write-simple (car operands))))))
                     (begin
                       (newline-to (+ column 2) port)
                       (put-elements operands (+ column 2) width closing port)))))
              (else
               (let ((at (+ column 2 (string-length head))))
                 (write-string " " port)
                 (put-elements operands at width closing port))))))

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
