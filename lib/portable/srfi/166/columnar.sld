;;; SRFI 166: columns, and text broken into lines.

(define-library (srfi 166 columnar)
  (export columnar tabular wrapped wrapped/list wrapped/char justified from-file line-numbers)
  (import (scheme base) (scheme case-lambda) (scheme file) (srfi 166 base)
          (only (srfi 166 state) make-formatter run emit get put! copy-state))
  (begin

    ;; Columns

    ;; `size` is a width, a fraction, or #f. A border has a string as its formatter and is on every
    ;; line. `next` answers the next line, or #f when there is none.
    (define-record-type column
      (make-column size justify infinite? formatter border? next)
      column?
      (size column-size set-column-size!)
      (justify column-justify)
      (infinite? column-infinite?)
      (formatter column-formatter)
      (border? column-border?)
      (next column-next set-column-next!))

    (define (parse-columns arguments)
      (let loop ((rest arguments) (size #f) (justify 'left) (infinite? #f) (columns '()))
        (cond ((null? rest) (reverse columns))
              ((memq (car rest) '(left right center))
               (loop (cdr rest) size (car rest) infinite? columns))
              ((eq? (car rest) 'infinite) (loop (cdr rest) size justify #t columns))
              ((real? (car rest))
               (if (not (> (car rest) 0))
                   (error "columnar: this is no width of a column:" (car rest)))
               (loop (cdr rest) (car rest) justify infinite? columns))
              (else
               (loop (cdr rest) #f 'left #f
                     (cons (make-column size justify infinite? (car rest)
                                        (or (string? (car rest)) (char? (car rest))) #f)
                           columns))))))

    ;; Fixed widths first, then fractions of what is left; the others share the rest.
    (define (allot! columns total string-width)
      (define (sum procedure) (apply + (map procedure columns)))
      (define (fixed? column)
        (let ((size (column-size column)))
          (and size (exact-integer? size))))
      (for-each (lambda (column)
                  (if (column-border? column)
                      (set-column-size! column (string-width (border-text column)))))
                columns)
      (let ((free (max 0 (- total (sum (lambda (column)
                                         (if (fixed? column) (column-size column) 0)))))))
        (for-each (lambda (column)
                    (if (and (column-size column) (not (fixed? column)))
                        (set-column-size! column
                                          (exact (truncate (* free (column-size column)))))))
                  columns)
        (let* ((left (max 0 (- total (sum (lambda (column) (or (column-size column) 0))))))
               (count (sum (lambda (column) (if (column-size column) 0 1)))))
          (if (> count 0)
              (let-values (((share extra) (truncate/ left count)))
                (let loop ((rest columns) (extra extra))
                  (if (pair? rest)
                      (if (column-size (car rest))
                          (loop (cdr rest) extra)
                          (begin
                            (set-column-size! (car rest) (if (> extra 0) (+ share 1) share))
                            (loop (cdr rest) (- extra 1)))))))))))

    (define (border-text column)
      (let ((text (column-formatter column)))
        (if (char? text) (string text) text)))

    ;; Runs a formatter up to the end of a line, and goes on when the next line is wanted.
    (define (make-line-reader formatter size state)
      (let ((copy (copy-state state))
            (line (open-output-string))
            (started? #f)
            (lines '())
            (return #f)
            (resume #f))
        (define (finish-line!)
          (set! lines (append lines (list (get-output-string line))))
          (set! line (open-output-string)))
        (define (take text)
          (let ((end (string-length text)))
            (let loop ((start 0) (index 0))
              (cond ((= index end) (write-string text line start end))
                    ((char=? (string-ref text index) #\newline)
                     (write-string text line start index)
                     (finish-line!)
                     (put! copy row (+ 1 (get copy row)))
                     (put! copy col 0)
                     (loop (+ index 1) (+ index 1)))
                    (else (loop start (+ index 1))))))
          (let ((last (last-line text)))
            (put! copy col (+ (get copy col) ((get copy string-width) last))))
          (if (pair? lines)
              (call-with-current-continuation
               (lambda (k)
                 (set! resume k)
                 (return #f)))))
        (define (start!)
          (put! copy width size)
          (put! copy row 0)
          (put! copy col 0)
          (put! copy output (lambda (text) (make-formatter (lambda (state) (take text)))))
          (run formatter copy)
          (set! resume #f)
          (let ((rest (get-output-string line)))
            (if (not (string=? rest "")) (finish-line!)))
          (return #f))
        (lambda ()
          (if (null? lines)
              (call-with-current-continuation
               (lambda (k)
                 (set! return k)
                 (cond ((not started?)
                        (set! started? #t)
                        (start!))
                       (resume (resume #f))))))
          (and (pair? lines)
               (let ((text (car lines)))
                 (set! lines (cdr lines))
                 text)))))

    (define (last-line text)
      (let loop ((index (string-length text)))
        (cond ((= index 0) text)
              ((char=? (string-ref text (- index 1)) #\newline)
               (substring text index (string-length text)))
              (else (loop (- index 1))))))

    (define (columnar . arguments)
      (make-formatter
       (lambda (state)
         (let ((columns (parse-columns arguments)))
           (allot! columns (get state width) (get state string-width))
           (for-each (lambda (column)
                       (if (not (column-border? column))
                           (set-column-next! column
                                             (make-line-reader (column-formatter column)
                                                               (column-size column)
                                                               state))))
                     columns)
           (put-table columns state)))))

    ;; Without a column there is one blank line.
    (define (put-table columns state)
      (if (some? (lambda (column next) (not (column-border? column))) columns columns)
          (put-lines columns state)
          (emit "\n" state)))

    ;; Lines until the columns that are not infinite have no more.
    (define (put-lines columns state)
      (let ((pieces (map (lambda (column)
                           (if (column-border? column) #t ((column-next column))))
                         columns)))
        (if (some? (lambda (column piece)
                     (and piece
                          (not (column-border? column))
                          (not (column-infinite? column))))
                   columns pieces)
            (begin
              (let loop ((columns columns) (pieces pieces))
                (if (pair? columns)
                    (begin
                      (put-piece (car columns) (car pieces)
                                 (pair? (cdr columns))
                                 state)
                      (loop (cdr columns) (cdr pieces)))))
              (emit "\n" state)
              (put-lines columns state)))))

    (define (some? satisfied? a b)
      (and (pair? a)
           (or (satisfied? (car a) (car b))
               (some? satisfied? (cdr a) (cdr b)))))

    (define (put-piece column piece pad? state)
      (if (column-border? column)
          (run (column-formatter column) state)
          (let ((text (or piece "")))
            (run (case (column-justify column)
                   ((right) (padded (column-size column) text))
                   ((center) (if pad?
                                 (padded/both (column-size column) text)
                                 (half-padded (column-size column) text)))
                   (else (if pad? (padded/right (column-size column) text) text)))
                 state))))

    (define (half-padded size text)
      (fn (string-width)
        (let ((missing (max 0 (- size (string-width text)))))
          (each (make-string (quotient missing 2) #\space) text))))

    ;; All lines are made first, to know how wide the columns are.
    (define (tabular . arguments)
      (make-formatter
       (lambda (state)
         (let ((columns (parse-columns arguments))
               (measure (get state string-width)))
           (for-each
            (lambda (column)
              (if (not (column-border? column))
                  (let* ((size (column-size column))
                         (total (get state width))
                         (fixed (cond ((not size) #f)
                                      ((exact-integer? size) size)
                                      (else (exact (truncate (* size total))))))
                         (read-line (make-line-reader (column-formatter column)
                                                      (or fixed total) state))
                         (lines (let loop ((lines '()))
                                  (let ((line (read-line)))
                                    (if line (loop (cons line lines)) (reverse lines))))))
                    (set-column-size! column
                                      (apply max (or fixed 0) (map measure lines)))
                    (set-column-next! column
                                      (lambda ()
                                        (and (pair? lines)
                                             (let ((line (car lines)))
                                               (set! lines (cdr lines))
                                               line)))))))
            columns)
           (put-table columns state)))))

    ;; Wrapping

    (define (split-words text separator?)
      (let ((end (string-length text)))
        (let loop ((start 0) (index 0) (words '()))
          (define (words-with-last)
            (if (< start index) (cons (substring text start index) words) words))
          (cond ((= index end) (reverse (words-with-last)))
                ((separator? (string-ref text index))
                 (loop (+ index 1) (+ index 1) (words-with-last)))
                (else (loop start (+ index 1) words))))))

    ;; Breaks words into lines of lists. From the last word back, `costs` has the least sum of the
    ;; cubes of the space at the ends of lines, and `breaks` where the next line then begins.
    ;; The last line costs nothing.
    (define (break-lines words size measure)
      (let* ((words (list->vector words))
             (count (vector-length words))
             (widths (vector-map measure words))
             (costs (make-vector (+ count 1) 0))
             (breaks (make-vector (+ count 1) count)))
        (let word-loop ((first (- count 1)))
          (if (>= first 0)
              (let loop ((next (+ first 1)) (length (vector-ref widths first)) (best #f))
                (if (or (<= length size) (= next (+ first 1)))
                    (let* ((space (max 0 (- size length)))
                           (cost (if (= next count)
                                     0
                                     (+ (* space space space) (vector-ref costs next)))))
                      (if (or (not best) (< cost best))
                          (begin
                            (vector-set! costs first cost)
                            (vector-set! breaks first next)))
                      (if (< next count)
                          (loop (+ next 1)
                                (+ length 1 (vector-ref widths next))
                                (if best (min best cost) cost))
                          (word-loop (- first 1))))
                    (word-loop (- first 1))))))
        (let loop ((first 0))
          (if (= first count)
              '()
              (let ((next (vector-ref breaks first)))
                (cons (vector->list words first next) (loop next)))))))

    (define (join words separator)
      (if (null? words)
          ""
          (let loop ((text (car words)) (rest (cdr words)))
            (if (null? rest)
                text
                (loop (string-append text separator (car rest)) (cdr rest))))))

    (define (wrapped/list words)
      (fn (width string-width)
        (joined (lambda (line) (join line " "))
                (break-lines words width string-width)
                nl)))

    (define (with-words formatters procedure)
      (call-with-output
       (each-in-list formatters)
       (lambda (text)
         (fn (word-separator?)
           (procedure (split-words text word-separator?))))))

    (define (wrapped . formatters) (with-words formatters wrapped/list))

    (define (justified . formatters)
      (with-words formatters
        (lambda (words)
          (fn (width string-width)
            (each (joined/last (lambda (line) (justify line width string-width))
                               (lambda (line) (join line " "))
                               (break-lines words width string-width)
                               nl)
                  nl)))))

    ;; Spreads the space evenly; what is left over goes to the last gaps.
    (define (justify words size measure)
      (let ((gaps (- (length words) 1))
            (free (- size (apply + (map measure words)))))
        (if (or (= gaps 0) (< free gaps))
            (join words " ")
            (let-values (((share extra) (truncate/ free gaps)))
              (let loop ((text (car words)) (rest (cdr words)) (gap 0))
                (if (null? rest)
                    text
                    (loop (string-append text
                                         (make-string (if (>= gap (- gaps extra))
                                                          (+ share 1)
                                                          share)
                                                      #\space)
                                         (car rest))
                          (cdr rest)
                          (+ gap 1))))))))

    ;; Character by character, without a buffer.
    (define (wrapped/char . formatters)
      (fn ((outer output) width)
        (define (put-char char)
          (fn (col string-width)
            (let ((text (string char)))
              (each (if (and (not (char=? char #\newline))
                             (> (+ col (string-width text)) width))
                        (outer "\n")
                        nothing)
                    (outer text)))))
        (with ((output (lambda (text)
                         (with ((output outer))
                           (each-in-list (map put-char (string->list text)))))))
          (each-in-list formatters))))

    ;; Sources

    (define (from-file pathname)
      (make-formatter
       (lambda (state)
         (let ((input (open-input-file pathname)))
           (let loop ()
             (let ((line (read-line input)))
               (if (string? line)
                   (begin
                     (emit line state)
                     (emit "\n" state)
                     (loop)))))
           (close-input-port input)))))

    (define line-numbers
      (case-lambda
        (() (line-numbers 1))
        ((start) (joined/range (lambda (number) (each (numeric number) nl)) start))))))
