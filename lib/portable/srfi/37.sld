;;; SRFI 37: args-fold, a parser of command line arguments.

(define-library (srfi 37)
  (export args-fold option option-names option-required-arg? option-optional-arg?
          option-processor)
  (import (scheme base))
  (begin

    (define-record-type option
      (new-option names required-arg? optional-arg? processor)
      option?
      (names option-names)
      (required-arg? option-required-arg?)
      (optional-arg? option-optional-arg?)
      (processor option-processor))

    ;; Names are characters and strings.
    (define (option names required-arg? optional-arg? processor)
      (if (not (and (list? names) (all? (lambda (name) (or (char? name) (string? name))) names)))
          (error "option: expected a list of characters and strings, found" names))
      (if (not (procedure? processor))
          (error "option: expected a procedure, found" processor))
      (new-option names required-arg? optional-arg? processor))

    (define (all? satisfied? list)
      (or (null? list)
          (and (satisfied? (car list)) (all? satisfied? (cdr list)))))

    (define (args-fold arguments options unrecognized operand . seeds)
      (if (not (and (list? arguments) (all? string? arguments)))
          (error "args-fold: expected a list of strings, found" arguments))
      (if (not (and (list? options) (all? option? options)))
          (error "args-fold: expected a list of options, found" options))

      ;; Calls an option's processor; `continue` takes the next seeds as a list.
      (define (process option name argument seeds continue)
        (call-with-values
            (lambda () (apply (option-processor option) option name argument seeds))
          (lambda seeds (continue seeds))))

      (define (find-option name argument-given?)
        (let loop ((rest options))
          (cond ((null? rest) (new-option (list name) argument-given? #f unrecognized))
                ((member name (option-names (car rest))) (car rest))
                (else (loop (cdr rest))))))

      (define (operands arguments seeds)
        (if (null? arguments)
            (apply values seeds)
            (call-with-values
                (lambda () (apply operand (car arguments) seeds))
              (lambda seeds (operands (cdr arguments) seeds)))))

      (define (scan arguments seeds)
        (if (null? arguments)
            (apply values seeds)
            (let* ((argument (car arguments))
                   (rest (cdr arguments))
                   (length (string-length argument)))
              (cond ((string=? argument "--") (operands rest seeds))
                    ((and (> length 2) (string=? (substring argument 0 2) "--"))
                     (long-option argument rest seeds))
                    ((and (> length 1) (char=? (string-ref argument 0) #\-))
                     (short-options argument 1 rest seeds))
                    (else
                     (call-with-values
                         (lambda () (apply operand argument seeds))
                       (lambda seeds (scan rest seeds))))))))

      ;; --name, --name=argument, or --name argument
      (define (long-option text rest seeds)
        (let* ((equals (position #\= text 3))
               (name (substring text 2 (or equals (string-length text))))
               (argument (and equals (substring text (+ equals 1) (string-length text))))
               (option (find-option name (and equals #t))))
          (if (and (option-required-arg? option) (not argument) (pair? rest))
              (process option name (car rest) seeds
                       (lambda (seeds) (scan (cdr rest) seeds)))
              (process option name argument seeds
                       (lambda (seeds) (scan rest seeds))))))

      ;; The letters from `index` on; the rest of the text may be the argument of one of them.
      (define (short-options text index rest seeds)
        (if (= index (string-length text))
            (scan rest seeds)
            (let* ((name (string-ref text index))
                   (option (find-option name #f))
                   (next (+ index 1))
                   (more? (< next (string-length text))))
              (cond ((and more?
                          (or (option-required-arg? option) (option-optional-arg? option)))
                     (process option name (substring text next (string-length text)) seeds
                              (lambda (seeds) (scan rest seeds))))
                    ((and (option-required-arg? option) (pair? rest))
                     (process option name (car rest) seeds
                              (lambda (seeds) (scan (cdr rest) seeds))))
                    (else
                     (process option name #f seeds
                              (lambda (seeds) (short-options text next rest seeds))))))))

      (scan arguments seeds))

    (define (position char text start)
      (let loop ((index start))
        (cond ((>= index (string-length text)) #f)
              ((char=? (string-ref text index) char) index)
              (else (loop (+ index 1))))))))
