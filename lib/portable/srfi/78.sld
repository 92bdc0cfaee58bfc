;;; SRFI 78: lightweight testing.

(define-library (srfi 78)
  (export check check-ec check-report check-set-mode! check-reset! check-passed?)
  (import (scheme base) (scheme write) (srfi 42))
  (begin

    (define correct-count 0)
    (define failures '())
    (define mode 'report)

    (define (check-set-mode! new-mode)
      (if (not (memq new-mode '(off summary report-failed report)))
          (error "check-set-mode!: there is no such mode:" new-mode))
      (set! mode new-mode))

    (define (check-reset!)
      (set! correct-count 0)
      (set! failures '()))

    (define (check-passed? expected-count)
      (and (null? failures) (= correct-count expected-count)))

    (define (running?) (not (eq? mode 'off)))

    (define-syntax check
      (syntax-rules (=>)
        ((_ expression => expected) (check expression (=> equal?) expected))
        ((_ expression (=> same?) expected)
         (if (running?)
             (run-check 'expression same? expected (lambda () expression))))))

    (define (run-check expression same? expected thunk)
      (let ((value (thunk)))
        (if (same? value expected)
            (note-correct expression value 1)
            (note-failure expression value expected '()))))

    (define (note-correct expression value count)
      (set! correct-count (+ correct-count 1))
      (if (eq? mode 'report)
          (begin
            (show-result expression value)
            (write-string " ; correct")
            (if (not (= count 1))
                (begin
                  (write-string ", ")
                  (write count)
                  (write-string " cases")))
            (newline))))

    (define (note-failure expression value expected arguments)
      (let ((failure (list expression value expected arguments)))
        (set! failures (cons failure failures))
        (if (memq mode '(report report-failed))
            (show-failure failure))))

    (define (show-result expression value)
      (write expression)
      (write-string " => ")
      (write value))

    (define (show-failure failure)
      (let ((arguments (list-ref failure 3)))
        (show-result (car failure) (cadr failure))
        (write-string " ; *** failed ***, expected ")
        (write (list-ref failure 2))
        (for-each (lambda (argument)
                    (write-string ", with ")
                    (write (car argument))
                    (write-string " = ")
                    (write (cadr argument)))
                  arguments)
        (newline)))

    (define (check-report)
      (if (running?)
          (begin
            (write-string "; *** checks *** : ")
            (write correct-count)
            (write-string " correct, ")
            (write (length failures))
            (write-string " failed.")
            (newline)
            (if (and (pair? failures) (not (eq? mode 'summary)))
                (begin
                  (write-string "; first failed: ")
                  (show-failure (list-ref failures (- (length failures) 1))))))))

    ;; A check that fails is the first, and ends the comprehension.
    (define-syntax check-ec
      (syntax-rules (=>)
        ((_ qualifier ... expression (=> same?) expected (argument ...))
         (if (running?)
             (let ((count 0) (last-value #f))
               (finish-cases
                'expression
                (first-ec #f
                          qualifier ...
                          (:let wanted expected)
                          (:let value expression)
                          (begin
                            (set! count (+ count 1))
                            (set! last-value value))
                          (if (not (same? value wanted)))
                          (list value wanted (list (list 'argument argument) ...)))
                last-value
                count))))
        ((_ qualifier ... expression => expected (argument ...))
         (check-ec qualifier ... expression (=> equal?) expected (argument ...)))
        ((_ qualifier ... expression (=> same?) expected)
         (check-ec qualifier ... expression (=> same?) expected ()))
        ((_ qualifier ... expression => expected)
         (check-ec qualifier ... expression (=> equal?) expected ()))))

    (define (finish-cases expression failure value count)
      (if failure
          (note-failure expression (car failure) (cadr failure) (list-ref failure 2))
          (note-correct expression value count)))))
