;;; SRFI 64: test suites.
;;;
;;; A test form hands its expressions to a procedure as thunks: a skipped test evaluates nothing.
;;; `test-error` with two operands takes a string before the expression as the test's name. Where no
;;; runner is there, `test-group` makes one, as `test-begin` does. The simple runner writes what
;;; failed and a summary to the current output port, and no log file.

(define-library (srfi 64)
  (export test-begin test-end test-group test-group-with-cleanup
          test-assert test-eqv test-eq test-equal test-approximate test-error
          test-read-eval-string
          test-match-name test-match-nth test-match-any test-match-all
          test-skip test-expect-fail test-apply test-with-runner
          test-runner? test-runner-current test-runner-get test-runner-factory test-runner-create
          test-runner-simple test-runner-null test-runner-reset
          test-result-kind test-passed?
          test-result-ref test-result-set! test-result-remove test-result-clear test-result-alist
          test-runner-on-test-begin test-runner-on-test-begin!
          test-runner-on-test-end test-runner-on-test-end!
          test-runner-on-group-begin test-runner-on-group-begin!
          test-runner-on-group-end test-runner-on-group-end!
          test-runner-on-bad-count test-runner-on-bad-count!
          test-runner-on-bad-end-name test-runner-on-bad-end-name!
          test-runner-on-final test-runner-on-final!
          test-on-test-begin-simple test-on-test-end-simple
          test-on-group-begin-simple test-on-group-end-simple
          test-on-bad-count-simple test-on-bad-end-name-simple test-on-final-simple
          test-runner-pass-count test-runner-fail-count
          test-runner-xpass-count test-runner-xfail-count test-runner-skip-count
          test-runner-test-name test-runner-group-path test-runner-group-stack
          test-runner-aux-value test-runner-aux-value!)
  (import (scheme base) (scheme case-lambda) (scheme eval) (scheme read) (scheme repl)
          (scheme write))
  (begin

    ;; runners

    ;; `groups` holds a frame for each group that is entered, innermost first. `chosen` is #f where
    ;; all tests run, or the specifiers of `test-apply`. `results` is an association list.
    (define-record-type test-runner
      (new-runner)
      test-runner?
      (pass-count test-runner-pass-count set-pass-count!)
      (fail-count test-runner-fail-count set-fail-count!)
      (xpass-count test-runner-xpass-count set-xpass-count!)
      (xfail-count test-runner-xfail-count set-xfail-count!)
      (skip-count test-runner-skip-count set-skip-count!)
      (groups runner-groups set-runner-groups!)
      (chosen runner-chosen set-runner-chosen!)
      (skipped runner-skipped set-runner-skipped!)
      (doomed runner-doomed set-runner-doomed!)
      (test-name test-runner-test-name set-test-name!)
      (results test-result-alist set-results!)
      (aux-value test-runner-aux-value test-runner-aux-value!)
      (on-test-begin test-runner-on-test-begin test-runner-on-test-begin!)
      (on-test-end test-runner-on-test-end test-runner-on-test-end!)
      (on-group-begin test-runner-on-group-begin test-runner-on-group-begin!)
      (on-group-end test-runner-on-group-end test-runner-on-group-end!)
      (on-bad-count test-runner-on-bad-count test-runner-on-bad-count!)
      (on-bad-end-name test-runner-on-bad-end-name test-runner-on-bad-end-name!)
      (on-final test-runner-on-final test-runner-on-final!))

    ;; `count` grows with each test and each group inside; `expected` is a count or #f. `skipped`
    ;; and `doomed` are the runner's specifiers as they were before the group. `installed?` says
    ;; that the group made its runner.
    (define-record-type group
      (make-group name expected count skipped doomed installed?)
      group?
      (name group-name)
      (expected group-expected)
      (count group-count set-group-count!)
      (skipped group-skipped)
      (doomed group-doomed)
      (installed? group-installed?))

    (define (test-runner-reset runner)
      (set-pass-count! runner 0)
      (set-fail-count! runner 0)
      (set-xpass-count! runner 0)
      (set-xfail-count! runner 0)
      (set-skip-count! runner 0)
      (set-runner-groups! runner '())
      (set-runner-chosen! runner #f)
      (set-runner-skipped! runner '())
      (set-runner-doomed! runner '())
      (set-test-name! runner "")
      (set-results! runner '()))

    (define (ignore runner . more) #f)

    (define (test-runner-null)
      (let ((runner (new-runner)))
        (test-runner-reset runner)
        (test-runner-aux-value! runner #f)
        (test-runner-on-test-begin! runner ignore)
        (test-runner-on-test-end! runner ignore)
        (test-runner-on-group-begin! runner ignore)
        (test-runner-on-group-end! runner ignore)
        (test-runner-on-bad-count! runner ignore)
        (test-runner-on-bad-end-name! runner ignore)
        (test-runner-on-final! runner ignore)
        runner))

    (define (test-runner-simple)
      (let ((runner (test-runner-null)))
        (test-runner-on-test-begin! runner test-on-test-begin-simple)
        (test-runner-on-test-end! runner test-on-test-end-simple)
        (test-runner-on-group-begin! runner test-on-group-begin-simple)
        (test-runner-on-group-end! runner test-on-group-end-simple)
        (test-runner-on-bad-count! runner test-on-bad-count-simple)
        (test-runner-on-bad-end-name! runner test-on-bad-end-name-simple)
        (test-runner-on-final! runner test-on-final-simple)
        runner))

    (define factory test-runner-simple)

    (define test-runner-factory
      (case-lambda
        (() factory)
        ((new)
         (if (not (procedure? new))
             (error "test-runner-factory: expected a procedure, found" new))
         (set! factory new))))

    (define (test-runner-create) (factory))

    (define current #f)

    (define test-runner-current
      (case-lambda
        (() current)
        ((runner)
         (if (not (or (not runner) (test-runner? runner)))
             (error "test-runner-current: expected a test runner or #f, found" runner))
         (set! current runner))))

    (define (test-runner-get)
      (or current (error "test-runner-get: there is no current test runner")))

    (define (test-runner-group-stack runner) (map group-name (runner-groups runner)))
    (define (test-runner-group-path runner) (reverse (test-runner-group-stack runner)))

    ;; results

    (define test-result-ref
      (case-lambda
        ((runner name) (test-result-ref runner name #f))
        ((runner name default)
         (let ((entry (assq name (test-result-alist runner))))
           (if entry (cdr entry) default)))))

    (define (test-result-set! runner name value)
      (let ((entry (assq name (test-result-alist runner))))
        (if entry
            (set-cdr! entry value)
            (set-results! runner (cons (cons name value) (test-result-alist runner))))))

    (define (test-result-remove runner name)
      (set-results! runner
                    (let loop ((rest (test-result-alist runner)))
                      (cond ((null? rest) '())
                            ((eq? (car (car rest)) name) (cdr rest))
                            (else (cons (car rest) (loop (cdr rest))))))))

    (define (test-result-clear runner) (set-results! runner '()))

    (define test-result-kind
      (case-lambda
        (() (test-result-kind (test-runner-get)))
        ((runner) (test-result-ref runner 'result-kind))))

    (define test-passed?
      (case-lambda
        (() (test-passed? (test-runner-get)))
        ((runner) (if (memq (test-result-kind runner) '(pass xpass)) #t #f))))

    ;; specifiers

    (define (test-match-name name)
      (lambda (runner) (equal? name (test-runner-test-name runner))))

    (define test-match-nth
      (case-lambda
        ((first) (test-match-nth first 1))
        ((first count)
         (let ((calls 0))
           (lambda (runner)
             (set! calls (+ calls 1))
             (and (<= first calls) (< calls (+ first count))))))))

    ;; All specifiers are called, whatever the first ones say: some count.
    (define (any-matches? specifiers runner)
      (let loop ((rest specifiers) (result #f))
        (if (null? rest)
            result
            (loop (cdr rest) (if ((car rest) runner) #t result)))))

    (define (all-match? specifiers runner)
      (let loop ((rest specifiers) (result #t))
        (if (null? rest)
            result
            (loop (cdr rest) (if ((car rest) runner) result #f)))))

    (define (test-match-any . specifiers)
      (let ((specifiers (map specifier->procedure specifiers)))
        (lambda (runner) (any-matches? specifiers runner))))

    (define (test-match-all . specifiers)
      (let ((specifiers (map specifier->procedure specifiers)))
        (lambda (runner) (all-match? specifiers runner))))

    (define (specifier->procedure specifier)
      (cond ((procedure? specifier) specifier)
            ((exact-integer? specifier) (test-match-nth 1 specifier))
            ((string? specifier) (test-match-name specifier))
            (else (error "not a test specifier:" specifier))))

    (define (test-skip first . more)
      (let ((runner (test-runner-get)))
        (set-runner-skipped! runner
                             (cons (apply test-match-all first more) (runner-skipped runner)))))

    (define (test-expect-fail first . more)
      (let ((runner (test-runner-get)))
        (set-runner-doomed! runner
                            (cons (apply test-match-all first more) (runner-doomed runner)))))

    ;; Answers whether the test or group of that name is to run, and notes the kind of result that
    ;; is known already.
    (define (admit! runner name)
      (set-test-name! runner name)
      (test-result-clear runner)
      (let* ((chosen (runner-chosen runner))
             (chosen? (or (not chosen) (any-matches? chosen runner)))
             (skip? (any-matches? (runner-skipped runner) runner)))
        (cond ((or skip? (not chosen?))
               (test-result-set! runner 'result-kind 'skip)
               #f)
              (else
               (if (any-matches? (runner-doomed runner) runner)
                   (test-result-set! runner 'result-kind 'xfail))
               #t))))

    ;; groups

    (define test-begin
      (case-lambda
        ((name) (test-begin name #f))
        ((name expected)
         (let ((installed? (not current)))
           (if installed? (set! current (test-runner-create)))
           (let ((runner current))
             (set-test-name! runner name)
             ((test-runner-on-group-begin runner) runner name expected)
             (set-runner-groups! runner
                                 (cons (make-group name expected 0
                                                   (runner-skipped runner) (runner-doomed runner)
                                                   installed?)
                                       (runner-groups runner))))))))

    (define test-end
      (case-lambda
        (() (leave-group! (test-runner-get) #f))
        ((name) (leave-group! (test-runner-get) name))))

    (define (leave-group! runner name)
      (if (null? (runner-groups runner))
          (error "test-end: no test group is entered"))
      (let* ((group (car (runner-groups runner)))
             (expected (group-expected group)))
        (if (and name (not (equal? name (group-name group))))
            ((test-runner-on-bad-end-name runner) runner (group-name group) name))
        (if (and expected (not (= expected (group-count group))))
            ((test-runner-on-bad-count runner) runner (group-count group) expected))
        ((test-runner-on-group-end runner) runner)
        (set-runner-skipped! runner (group-skipped group))
        (set-runner-doomed! runner (group-doomed group))
        (set-runner-groups! runner (cdr (runner-groups runner)))
        (count-in-group! runner)
        (if (null? (runner-groups runner))
            ((test-runner-on-final runner) runner))
        (if (and (group-installed? group) (eq? current runner))
            (set! current #f))))

    (define (count-in-group! runner)
      (let ((groups (runner-groups runner)))
        (if (pair? groups)
            (set-group-count! (car groups) (+ (group-count (car groups)) 1)))))

    (define (run-group name body)
      (if (or (not current) (admit! current name))
          (dynamic-wind
           (lambda () (test-begin name))
           body
           (lambda () (test-end name)))
          (skip! current)))

    (define (skip! runner)
      (set-skip-count! runner (+ (test-runner-skip-count runner) 1))
      (count-in-group! runner))

    (define-syntax test-group
      (syntax-rules ()
        ((_ name body ...)
         (run-group name (lambda () (let () body ... (if #f #f)))))))

    (define-syntax test-group-with-cleanup
      (syntax-rules ()
        ((_ name body ... cleanup)
         (run-group name
                    (lambda ()
                      (dynamic-wind
                       (lambda () #f)
                       (lambda () (let () (if #f #f) body ... (if #f #f)))
                       (lambda () cleanup)))))))

    ;; test cases

    ;; Runs `test` unless the test is skipped. `test` answers whether the test passed.
    (define (run-test runner name form test)
      (let ((run? (admit! runner name)))
        (test-result-set! runner 'test-name name)
        (test-result-set! runner 'source-form form)
        ((test-runner-on-test-begin runner) runner)
        (if run?
            (let ((doomed? (eq? (test-result-kind runner) 'xfail))
                  (passed? (test)))
              (test-result-set! runner 'result-kind
                                (if passed?
                                    (if doomed? 'xpass 'pass)
                                    (if doomed? 'xfail 'fail)))))
        (case (test-result-kind runner)
          ((pass) (set-pass-count! runner (+ (test-runner-pass-count runner) 1)))
          ((fail) (set-fail-count! runner (+ (test-runner-fail-count runner) 1)))
          ((xpass) (set-xpass-count! runner (+ (test-runner-xpass-count runner) 1)))
          ((xfail) (set-xfail-count! runner (+ (test-runner-xfail-count runner) 1)))
          (else (set-skip-count! runner (+ (test-runner-skip-count runner) 1))))
        (count-in-group! runner)
        ((test-runner-on-test-end runner) runner)))

    ;; What `test` answers, or #f if it raises.
    (define (guarded runner test)
      (guard (problem
              (#t
               (test-result-set! runner 'actual-error problem)
               #f))
        (test)))

    (define (run-assert name form expression)
      (let ((runner (test-runner-get)))
        (run-test runner name form
                  (lambda ()
                    (guarded runner
                             (lambda ()
                               (let ((value (expression)))
                                 (test-result-set! runner 'actual-value value)
                                 value)))))))

    (define (run-comparison same? name form expected expression)
      (let ((runner (test-runner-get)))
        (run-test runner name form
                  (lambda ()
                    (guarded runner
                             (lambda ()
                               (let ((expected (expected)))
                                 (test-result-set! runner 'expected-value expected)
                                 (let ((value (expression)))
                                   (test-result-set! runner 'actual-value value)
                                   (same? expected value)))))))))

    (define (run-error name form kind expression)
      (let ((runner (test-runner-get)))
        (run-test runner name form
                  (lambda ()
                    (let ((kind (kind)))
                      (test-result-set! runner 'expected-error kind)
                      (guard (problem
                              (#t
                               (test-result-set! runner 'actual-error problem)
                               (of-kind? problem kind)))
                        (test-result-set! runner 'actual-value (expression))
                        #f))))))

    ;; A predicate says which problems are meant; all else means any problem.
    (define (of-kind? problem kind)
      (if (procedure? kind) (kind problem) #t))

    ;; One operand before the expression is a name if its value is a string.
    (define (run-error-or-named form operand expression)
      (let ((value (guard (problem (#t #t)) (operand))))
        (if (string? value)
            (run-error value form (lambda () #t) expression)
            (run-error "" form (lambda () value) expression))))

    (define-syntax test-assert
      (syntax-rules ()
        ((_ expression)
         (run-assert "" 'expression (lambda () expression)))
        ((_ name expression)
         (run-assert name 'expression (lambda () expression)))))

    ;; (define-comparison form same?): a test form, of a perhaps named test.
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ keyword same?)
         (define-syntax keyword
           (syntax-rules ()
             ((_ expected expression)
              (run-comparison same? "" 'expression
                              (lambda () expected) (lambda () expression)))
             ((_ name expected expression)
              (run-comparison same? name 'expression
                              (lambda () expected) (lambda () expression))))))))

    (define-comparison test-eq eq?)
    (define-comparison test-eqv eqv?)
    (define-comparison test-equal equal?)

    (define-syntax test-approximate
      (syntax-rules ()
        ((_ expected expression error)
         (test-approximate "" expected expression error))
        ((_ name expected expression error)
         (let ((allowed (delay-error error)))
           (run-comparison (lambda (a b) (<= (- a (allowed)) b (+ a (allowed))))
                           name 'expression
                           (lambda () expected) (lambda () expression))))))

    (define-syntax delay-error
      (syntax-rules ()
        ((_ expression)
         (let ((value #f))
           (lambda ()
             (if (not value) (set! value expression))
             value)))))

    (define-syntax test-error
      (syntax-rules ()
        ((_ expression)
         (run-error "" 'expression (lambda () #t) (lambda () expression)))
        ((_ kind expression)
         (run-error-or-named 'expression (lambda () kind) (lambda () expression)))
        ((_ name kind expression)
         (run-error name 'expression (lambda () kind) (lambda () expression)))))

    (define (test-read-eval-string string)
      (let* ((port (open-input-string string))
             (form (read port)))
        (if (eof-object? (peek-char port))
            (eval form (interaction-environment))
            (error "test-read-eval-string: text after the expression:" string))))

    ;; runners for some tests

    (define (call-with-runner runner body)
      (let ((saved current))
        (dynamic-wind
         (lambda () (test-runner-current runner))
         body
         (lambda () (test-runner-current saved)))))

    (define-syntax test-with-runner
      (syntax-rules ()
        ((_ runner body ...)
         (call-with-runner runner (lambda () (let () body ... (if #f #f)))))))

    (define (test-apply first . more)
      (cond ((test-runner? first) (apply-specifiers first more))
            (current (apply-specifiers current (cons first more)))
            (else
             (let ((runner (test-runner-create)))
               (apply-specifiers runner (cons first more))
               ((test-runner-on-final runner) runner)))))

    (define (apply-specifiers runner arguments)
      (let* ((reversed (reverse arguments))
             (body (car reversed))
             (specifiers (map specifier->procedure (reverse (cdr reversed))))
             (saved (runner-chosen runner)))
        (call-with-runner
         runner
         (lambda ()
           (dynamic-wind
            (lambda ()
              (if (pair? specifiers) (set-runner-chosen! runner specifiers)))
            body
            (lambda () (set-runner-chosen! runner saved)))))))

    ;; the simple runner

    (define (test-on-test-begin-simple runner) #f)

    (define (test-on-group-begin-simple runner name count)
      (if (null? (runner-groups runner))
          (begin
            (display "%%%% Starting test ")
            (display name)
            (newline))))

    (define (test-on-group-end-simple runner) #f)

    (define (test-on-bad-count-simple runner found expected)
      (display "*** Total number of tests was ")
      (display found)
      (display " but should be ")
      (display expected)
      (display ". ***")
      (newline))

    (define (test-on-bad-end-name-simple runner begun ended)
      (error "test-end: the name is not that of the current group:" ended begun))

    (define (test-on-test-end-simple runner)
      (case (test-result-kind runner)
        ((fail) (report-failure runner "FAIL"))
        ((xpass) (report-failure runner "XPASS"))
        (else #f)))

    (define (report-failure runner verdict)
      (display verdict)
      (display " ")
      (for-each
       (lambda (name)
         (display name)
         (display ": "))
       (test-runner-group-path runner))
      (let ((name (test-runner-test-name runner)))
        (if (equal? name "")
            (write (test-result-ref runner 'source-form))
            (display name)))
      (newline)
      (for-each
       (lambda (name title)
         (let ((entry (assq name (test-result-alist runner))))
           (if entry
               (begin
                 (display title)
                 (write-problem (cdr entry))
                 (newline)))))
       '(expected-value expected-error actual-value actual-error)
       '("  expected value: " "  expected error: " "  actual value: " "  actual error: ")))

    (define (write-problem object)
      (if (error-object? object)
          (begin
            (display (error-object-message object))
            (for-each
             (lambda (irritant)
               (display " ")
               (write irritant))
             (error-object-irritants object)))
          (write object)))

    (define (test-on-final-simple runner)
      (define (line title count)
        (if (> count 0)
            (begin
              (display title)
              (display count)
              (newline))))
      (line "# of expected passes      " (test-runner-pass-count runner))
      (line "# of expected failures    " (test-runner-xfail-count runner))
      (line "# of unexpected successes " (test-runner-xpass-count runner))
      (line "# of unexpected failures  " (test-runner-fail-count runner))
      (line "# of skipped tests        " (test-runner-skip-count runner)))))
