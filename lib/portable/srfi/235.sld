;;; SRFI 235: combinators.

(define-library (srfi 235)
  (export constantly complement flip swap on-left on-right conjoin disjoin each-of all-of any-of
          on left-section right-section apply-chain arguments-drop arguments-drop-right
          arguments-take arguments-take-right group-by
          begin-procedure if-procedure when-procedure unless-procedure value-procedure
          case-procedure and-procedure eager-and-procedure or-procedure eager-or-procedure
          funcall-procedure loop-procedure while-procedure until-procedure
          always never boolean)
  (import (scheme base) (scheme case-lambda))
  (begin

    (define (constantly . objects) (lambda arguments (apply values objects)))
    (define (complement procedure) (lambda (object) (not (procedure object))))
    (define (flip procedure) (lambda objects (apply procedure (reverse objects))))
    (define (swap procedure) (lambda (a b . more) (apply procedure b a more)))
    (define (on-left procedure) (lambda (a b) (procedure a)))
    (define (on-right procedure) (lambda (a b) (procedure b)))

    (define (conjoin . predicates)
      (lambda arguments
        (let loop ((rest predicates) (answer #t))
          (if (and answer (pair? rest))
              (loop (cdr rest) (apply (car rest) arguments))
              answer))))

    (define (disjoin . predicates)
      (lambda arguments
        (let loop ((rest predicates) (answer #f))
          (if (or answer (null? rest))
              answer
              (loop (cdr rest) (apply (car rest) arguments))))))

    (define (each-of . procedures)
      (lambda arguments
        (for-each (lambda (procedure) (apply procedure arguments)) procedures)))

    (define (all-of predicate)
      (lambda (list)
        (let loop ((rest list) (answer #t))
          (if (and answer (pair? rest))
              (loop (cdr rest) (predicate (car rest)))
              answer))))

    (define (any-of predicate)
      (lambda (list)
        (let loop ((rest list))
          (and (pair? rest)
               (or (predicate (car rest)) (loop (cdr rest)))))))

    (define (on reducer mapper) (lambda objects (apply reducer (map mapper objects))))

    (define (left-section procedure . arguments)
      (lambda objects (apply procedure (append arguments objects))))

    (define (right-section procedure . arguments)
      (let ((arguments (reverse arguments)))
        (lambda objects (apply procedure (append objects arguments)))))

    (define (apply-chain procedure . procedures)
      (if (null? procedures)
          procedure
          (let ((inner (apply apply-chain procedures)))
            (lambda arguments
              (call-with-values (lambda () (apply inner arguments)) procedure)))))

    (define (check-count name count arguments)
      (if (not (and (exact-integer? count) (<= 0 count (length arguments))))
          (error (string-append name ": the count is out of range:") count arguments)))

    (define (take list count)
      (if (= count 0) '() (cons (car list) (take (cdr list) (- count 1)))))

    (define (arguments-drop procedure count)
      (lambda arguments
        (check-count "arguments-drop" count arguments)
        (apply procedure (list-tail arguments count))))

    (define (arguments-drop-right procedure count)
      (lambda arguments
        (check-count "arguments-drop-right" count arguments)
        (apply procedure (take arguments (- (length arguments) count)))))

    (define (arguments-take procedure count)
      (lambda arguments
        (check-count "arguments-take" count arguments)
        (apply procedure (take arguments count))))

    (define (arguments-take-right procedure count)
      (lambda arguments
        (check-count "arguments-take-right" count arguments)
        (apply procedure (list-tail arguments (- (length arguments) count)))))

    ;; Each group is a pair of its key and its elements, the last first.
    (define group-by
      (case-lambda
        ((key) (group-by key equal?))
        ((key same?)
         (lambda (list)
           (let loop ((rest list) (groups '()))
             (if (null? rest)
                 (map (lambda (group) (reverse (cdr group))) (reverse groups))
                 (let* ((element (car rest))
                        (its-key (key element))
                        (group (find-group its-key groups same?)))
                   (if group
                       (begin
                         (set-cdr! group (cons element (cdr group)))
                         (loop (cdr rest) groups))
                       (loop (cdr rest) (cons (cons its-key (cons element '())) groups))))))))))

    (define (find-group key groups same?)
      (cond ((null? groups) #f)
            ((same? (car (car groups)) key) (car groups))
            (else (find-group key (cdr groups) same?))))

    ;; Procedures like syntax

    (define (unspecified) (if #f #f))

    (define (begin-procedure . thunks)
      (if (null? thunks)
          (unspecified)
          (let loop ((thunks thunks))
            (if (null? (cdr thunks))
                ((car thunks))
                (begin
                  ((car thunks))
                  (loop (cdr thunks)))))))

    (define (if-procedure value then else) (if value (then) (else)))

    (define (call-all thunks)
      (for-each (lambda (thunk) (thunk)) thunks))

    (define (when-procedure value . thunks) (if value (call-all thunks)))
    (define (unless-procedure value . thunks) (if (not value) (call-all thunks)))
    (define (value-procedure value then else) (if value (then value) (else)))

    (define case-procedure
      (case-lambda
        ((value thunks) (case-procedure value thunks unspecified))
        ((value thunks else)
         (let ((entry (assv value thunks)))
           (if entry ((cdr entry)) (else))))))

    (define (and-procedure . thunks)
      (or (null? thunks)
          (let loop ((thunks thunks))
            (if (null? (cdr thunks))
                ((car thunks))
                (and ((car thunks)) (loop (cdr thunks)))))))

    (define (or-procedure . thunks)
      (and (pair? thunks)
           (let loop ((thunks thunks))
             (if (null? (cdr thunks))
                 ((car thunks))
                 (or ((car thunks)) (loop (cdr thunks)))))))

    (define (eager-and-procedure . thunks)
      (let loop ((thunks thunks) (answer #t))
        (if (null? thunks)
            answer
            (let ((next ((car thunks))))
              (loop (cdr thunks) (and answer next))))))

    (define (eager-or-procedure . thunks)
      (let loop ((thunks thunks) (answer #f))
        (if (null? thunks)
            answer
            (let ((next ((car thunks))))
              (loop (cdr thunks) (or answer next))))))

    (define (funcall-procedure thunk) (thunk))

    (define (loop-procedure thunk)
      (thunk)
      (loop-procedure thunk))

    (define (while-procedure thunk)
      (if (thunk) (while-procedure thunk)))

    (define (until-procedure thunk)
      (if (not (thunk)) (until-procedure thunk)))

    (define (always . objects) #t)
    (define (never . objects) #f)
    (define (boolean object) (if object #t #f))))
