;;; SRFI 64: test suites. The checks here use the forms of SRFI 64 under other names: `test` is
;;; the prelude's.

(import (scheme base) (scheme write) (scheme process-context)
        (except (srfi 64) test-error)
        (rename (only (srfi 64) test-error) (test-error suite-error)))
(include "../prelude.scm")

(define (counts runner)
  (list (test-runner-pass-count runner) (test-runner-fail-count runner)
        (test-runner-xpass-count runner) (test-runner-xfail-count runner)
        (test-runner-skip-count runner)))

;; The counts after some tests with a runner that reports nothing.
(define-syntax counted
  (syntax-rules ()
    ((_ body ...)
     (let ((runner (test-runner-null)))
       (test-with-runner runner body ...)
       (counts runner)))))

;; The kinds of results of some tests, in order.
(define-syntax kinds
  (syntax-rules ()
    ((_ body ...)
     (let ((runner (test-runner-null)) (kinds '()))
       (test-runner-on-test-end! runner
                                 (lambda (runner)
                                   (set! kinds (cons (test-result-kind runner) kinds))))
       (test-with-runner runner body ...)
       (reverse kinds)))))

(define-syntax output-of
  (syntax-rules ()
    ((_ body ...)
     (let ((port (open-output-string)))
       (parameterize ((current-output-port port)) body ...)
       (get-output-string port)))))

;; simple test cases
(test '(pass fail pass fail) (kinds (test-assert #t) (test-assert #f) (test-assert "a" 1) (test-assert (car 1))))
(test '(pass fail) (kinds (test-eqv 4 (+ 2 2)) (test-eqv "n" 4 (+ 2 3))))
(test '(pass fail pass) (kinds (test-eq 'a (car '(a))) (test-eq 'a 'b) (test-equal "l" '(1 2) (list 1 2))))
(test '(pass pass fail fail)
      (kinds (test-approximate 1 1.05 0.1) (test-approximate "n" 1 0.9 0.1) (test-approximate 1 2 0.5)
             (test-approximate 1 'x 0.5)))
(test '(pass fail pass pass fail pass pass pass)
      (kinds (suite-error (car '())) (suite-error 1) (suite-error #t (vector-ref #(1 2) 9))
             (suite-error "named" (raise 'x))
             (suite-error string? (raise 'x)) (suite-error symbol? (raise 'x)) (suite-error "named" symbol? (raise 'x))
             (suite-error #t (raise-continuable 1))))
(test '(1 0 0 0 0) (counted (define x 1) (test-eqv 1 x)))
(test-error (test-assert #t))
(test-error (test-runner-get))
(test #f (test-runner-current))

;; text
(test 7 (test-read-eval-string "(+ 3 4)"))
(test-error (test-read-eval-string "(+ 3 4"))
(test-error (test-read-eval-string "(+ 3 4) "))

;; groups
(test '(("a" "b") ("b" "a") "t")
      (let ((runner (test-runner-null)) (found #f))
        (test-with-runner runner
          (test-begin "a")
          (test-begin "b")
          (test-assert "t" (begin (set! found (list (test-runner-group-path runner) (test-runner-group-stack runner)
                                                    (test-runner-test-name runner)))
                                  #t))
          (test-end "b")
          (test-end))
        found))
(test '(2 0 0 0 1)
      (counted (test-group "g" (define a 1) (test-eqv 1 a) (test-assert a)) (test-skip "h")
               (test-group "h" (test-assert #f))))
(test '((1 0 0 0 0) (clean))
      (let* ((done '())
             (counts (counted
                       (guard (e (#t #f))
                         (test-group-with-cleanup "g" (test-assert #t) (raise 'out) (set! done (cons 'clean done)))))))
        (list counts done)))
(test '(cleaned) (let ((done '())) (counted (test-group-with-cleanup "g" (set! done (cons 'cleaned done)))) done))
(test '() (let ((runner (test-runner-null)))
            (guard (e (#t (test-runner-group-stack runner)))
              (test-with-runner runner (test-group "g" (raise 'out))))))
(test-error (test-end))
(test-error (test-with-runner (test-runner-null) (test-end)))
(test '(bad-count 3 4) (let ((runner (test-runner-null)) (found #f))
                         (test-runner-on-bad-count! runner
                                                    (lambda (runner actual expected)
                                                      (set! found (list 'bad-count actual expected))))
                         (test-with-runner runner
                           (test-begin "a" 4) (test-skip 1)
                           (test-assert #t) (test-assert #t) (test-group "b" (test-assert #t) (test-assert #t))
                           (test-end))
                         found))
(test '("a" "b") (let ((runner (test-runner-null)) (found #f))
                   (test-runner-on-bad-end-name! runner (lambda (runner begun ended) (set! found (list begun ended))))
                   (test-with-runner runner (test-begin "a") (test-end "b"))
                   found))

;; specifiers
(test '(skip skip pass) (kinds (test-skip 2) (test-assert (car 1)) (test-assert (car 1)) (test-assert #t)))
(test '(pass skip) (kinds (test-skip "b") (test-assert "a" #t) (test-assert "b" #f)))
(test '(skip pass) (kinds (test-begin "g") (test-skip "a") (test-assert "a" #t) (test-end "g") (test-assert "a" #t)))
(test '(xfail xpass pass) (kinds (test-expect-fail 2) (test-assert #f) (test-assert #t) (test-assert #t)))
(test '(pass skip skip pass)
      (kinds (test-skip (test-match-nth 2 2)) (test-assert 1) (test-assert 2) (test-assert 3) (test-assert 4)))
(test '(skip pass skip)
      (kinds (test-skip (test-match-any "a" (test-match-nth 3))) (test-assert "a" 1) (test-assert "b" 2)
             (test-assert "c" 3)))
(test '(pass skip pass)
      (kinds (test-skip (test-match-all "a" (test-match-nth 2))) (test-assert "a" 1) (test-assert "a" 2)
             (test-assert "a" 3)))
(test '(skip pass) (kinds (test-skip (test-match-name "a") 1) (test-assert "a" 1) (test-assert "a" 2)))
(test-error (test-with-runner (test-runner-null) (test-skip 'a)))
(test '(skip pass skip)
      (kinds (test-apply "b" (lambda () (test-assert "a" 1) (test-assert "b" 2) (test-assert "c" 3)))))
(test '(1 0 0 0 1) (let ((runner (test-runner-null)))
                     (test-apply runner (test-match-nth 2) (lambda () (test-assert 1) (test-assert 2)))
                     (counts runner)))
(test '(2 0 0 0 0) (let ((runner (test-runner-null)))
                     (test-apply runner (lambda () (test-assert 1) (test-assert 2)))
                     (counts runner)))

;; runners and results
(test '(#t #f) (list (test-runner? (test-runner-simple)) (test-runner? 1)))
(test '(0 0 0 0 0) (let ((runner (test-runner-null)))
                     (test-with-runner runner (test-assert 1))
                     (test-runner-reset runner)
                     (counts runner)))
(test '(#f #t fail #f 1 #f 2 none)
      (let ((runner (test-runner-null)))
        (test-with-runner runner
          (let ((before (test-result-kind)))
            (test-assert 1)
            (let ((passed (test-passed?)))
              (test-assert #f)
              (test-result-set! runner 'x 1)
              (let ((x (test-result-ref runner 'x)) (old (test-result-alist runner)))
                (test-result-remove runner 'x)
                (test-result-set! runner 'y 2)
                (let ((found (list before passed (test-result-kind runner) (test-passed? runner) x
                                   (test-result-ref runner 'x)
                                   (test-result-ref runner 'y))))
                  (test-result-clear runner)
                  (set! result (append found (list (test-result-ref runner 'y 'none)))))))))
        result))
(define result #f)
(test '(3 4 (list 4)) (let ((runner (test-runner-null)))
                        (test-with-runner runner (test-equal "n" 3 (begin 4)))
                        (list (test-result-ref runner 'expected-value) (test-result-ref runner 'actual-value)
                              (begin (test-with-runner runner (test-assert "n" (list 4)))
                                     (test-result-ref runner 'source-form)))))
(test 'oops (let ((runner (test-runner-null)))
              (test-with-runner runner (test-assert (raise 'oops)))
              (test-result-ref runner 'actual-error)))
(test '(aux #f) (let ((runner (test-runner-null)) (other (test-runner-null)))
                  (test-runner-aux-value! runner 'aux)
                  (map test-runner-aux-value (list runner other))))
(test '((group a 2) begin end (group-end) final)
      (let ((runner (test-runner-null)) (events '()))
        (define (note event) (set! events (cons event events)))
        (test-runner-on-group-begin! runner (lambda (runner name count) (note (list 'group name count))))
        (test-runner-on-group-end! runner (lambda (runner) (note '(group-end))))
        (test-runner-on-test-begin! runner (lambda (runner) (note 'begin)))
        (test-runner-on-test-end! runner (lambda (runner) (note 'end)))
        (test-runner-on-final! runner (lambda (runner) (note 'final)))
        (test-with-runner runner (test-begin 'a 2) (test-assert 1) (test-end))
        (reverse events)))
(define (andmap holds? list) (or (null? list) (and (holds? (car list)) (andmap holds? (cdr list)))))
(test #t (let ((runner (test-runner-null)))
           (andmap procedure?
                   (map (lambda (callback) (callback runner))
                        (list test-runner-on-test-begin test-runner-on-test-end test-runner-on-group-begin
                              test-runner-on-group-end
                              test-runner-on-bad-count test-runner-on-bad-end-name test-runner-on-final)))))

;; the simple runner, and the factory
(test "%%%% Starting test vec-test\n# of expected passes      2\n"
      (output-of (test-begin "vec-test") (test-eqv 99 99) (test-assert #t) (test-end "vec-test")))
(test #f (test-runner-current))
(test
  "%%%% Starting test a\nFAIL a: b\n  expected value: 1\n  actual value: 2\nFAIL a: (car '())\n  actual error: expected pair as argument 1, found ()\n# of unexpected failures  2\n"
      (output-of (test-group "a" (test-equal "b" 1 2) (test-assert (car '())))))
(test
  "%%%% Starting test a\nXPASS a: b\n  actual value: 1\n*** Total number of tests was 3 but should be 2. ***\n# of expected failures    1\n# of unexpected successes 1\n# of skipped tests        1\n"
      (output-of (test-begin "a" 2) (test-expect-fail 2) (test-assert "b" 1) (test-assert #f) (test-skip 1)
                 (test-assert #t) (test-end)))
(test-error (output-of (test-begin "a") (test-end "b")))
(test-runner-current #f)
(test-error (test-runner-current 1))
(test '(#t #t) (list (eq? (test-runner-factory) test-runner-simple) (test-runner? (test-runner-create))))
(test '(1 0 0 0 0) (let ((runner (test-runner-null)))
                     (test-runner-factory (lambda () runner))
                     (test-begin "a")
                     (test-assert #t)
                     (test-end)
                     (test-runner-factory test-runner-simple)
                     (counts runner)))
(test '("" "" "%%%% Starting test n\n" "" "")
      (let ((runner (test-runner-null)))
        (list (output-of (test-on-test-begin-simple runner)) (output-of (test-on-test-end-simple runner))
              (output-of (test-on-group-begin-simple runner "n" #f)) (output-of (test-on-group-end-simple runner))
              (output-of (test-on-final-simple runner)))))
(test "*** Total number of tests was 1 but should be 2. ***\n"
      (output-of (test-on-bad-count-simple (test-runner-null) 1 2)))
(test-error (test-on-bad-end-name-simple (test-runner-null) "a" "b"))

;; many tests
(test '(100000 0 0 0 0) (counted (do ((i 0 (+ i 1))) ((= i 100000)) (test-eqv i i))))

(finish "SRFI 64")
