;;; SRFI 180: JSON.

(import (scheme base) (scheme write) (scheme process-context) (srfi 158) (srfi 180))
(include "../prelude.scm")

(define (read-string-as-json text) (json-read (open-input-string text)))
(define-syntax reads (syntax-rules () ((_ (text value) ...) (begin (test value (read-string-as-json text)) ...))))
(define (written object)
  (let ((port (open-output-string))) (json-write object port) (get-output-string port)))
(define (chars text) (let ((port (open-input-string text))) (lambda () (read-char port))))
;; The reason of the JSON error that `thunk` raises.
(define (reason thunk)
  (guard (problem ((json-error? problem) (json-error-reason problem))) (list 'no-error (thunk))))
(define-syntax refused
  (syntax-rules ()
    ((_ text ...) (begin (test #t (string? (reason (lambda () (read-string-as-json text))))) ...))))

;; values
(reads ("null" 'null) ("true" #t) ("false" #f) ("\"a\"" "a") ("[]" #()) ("{}" '()) (" \t\r\n 1 " 1)
       ("[1,[2],{\"a\":[]}]" #(1 #(2) ((a . #()))))
       ("{\"b\": 1, \"a\" : {\"c\":null}, \"b\":2}" '((b . 1) (a . ((c . null))) (b . 2)))
       ("{\"\":0}" (list (cons (string->symbol "") 0))))
(test #t (eof-object? (read-string-as-json "")))
(test #t (eof-object? (read-string-as-json " \n")))
(test '(#t #f #f) (map json-null? '(null () #f)))

;; numbers
(reads ("0" 0) ("-0" 0) ("10" 10) ("-17" -17) ("123456789012345678901234567890" 123456789012345678901234567890)
       ("0.5" .5) ("-2.25" -2.25) ("1e2" 100.) ("1E+2" 100.) ("1e-2" .01) ("12.5e1" 125.) ("0.1" .1)
       ("123456789012345678.9" 123456789012345678.9) ("1.7976931348623157e308" 1.7976931348623157e308)
       ("5e-324" 5e-324) ("1e400" +inf.0) ("-1e400" -inf.0) ("1e-400" 0.) ("0e999999999999" 0.)
       ("2.2250738585072014e-308" 2.2250738585072014e-308) ("1e23" 1e23) ("8.5e22" 8.5e22))
(test #t (eqv? -0. (read-string-as-json "-0.0")))
(test #t (exact? (read-string-as-json "100")))
(refused "-" "01" "-01" "1." ".5" "1e" "1e+" "+1" "[1.]" "[1e]" "[0x10]" "Infinity" "NaN" "--1" "[1 2]")
;; The nearest flonum, whatever the number of digits.
(test '()
      (let loop ((i 0) (state 1) (wrong '()))
        (if (= i 300)
            wrong
            (let* ((state (modulo (+ (* state 6364136223846793005) 1442695040888963407) (expt 2 64)))
                   (digits (number->string (quotient state (expt 10 (modulo i 18)))))
                   (text (string-append (substring digits 0 1) "." (substring digits 1 (string-length digits)) "0e"
                                        (number->string (- (modulo state 60) 30)))))
              (loop (+ i 1) state
                    (if (eqv? (string->number text) (read-string-as-json text)) wrong (cons text wrong)))))))

;; strings
(reads ("\"\"" "") ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tb\"" "a\"\\/\b\xc;\n\r\tb") ("\"\\u0041\\u00e9\\u00E9\"" "Aéé")
       ("\"\\uD834\\uDD1E\"" "𝄞") ("\"é𝄞\"" "é𝄞") ("\"\\u0000\"" (string #\null)) ("\"\x7f;\"" "\x7f;")
       ;; halves of pairs
       ("\"\\uD834\"" "\xFFFD;") ("\"\\uD834x\"" "\xFFFD;x") ("\"\\uDD1E\\uD834\"" "\xFFFD;\xFFFD;")
       ("\"\\uD834\\n\"" "\xFFFD;\n") ("\"\\uD834\\u0041\"" "\xFFFD;A") ("\"\\uD834\\uD834\\uDD1E\"" "\xFFFD;𝄞"))
(test 1000 (string-length (read-string-as-json (string-append "\"" (make-string 1000 #\x) "\""))))
(refused "\"" "\"a" "\"\\" "\"\\x\"" "\"\\u12\"" "\"\\u12G4\"" "\"\\uD834\\u12\"" "\"\n\"" "\"\t\"" "'a'" "\"\\U0041\"")

;; structures
(refused "[" "[1" "[1," "[1,]" "[,1]" "[1,,2]" "{" "{\"a\"" "{\"a\":" "{\"a\":1" "{\"a\":1," "{\"a\":1,}" "{1:2}"
         "{\"a\" 1}" "{\"a\"::1}" "{a:1}" "[1}" "{\"a\":1]" "]" "}" "," ":" "nul" "nulL" "tru" "True" "@" "/* */ 1"
         "[1;2]")
(test "JSON, line 3: expected `,` or `]`, found #\\:" (reason (lambda () (read-string-as-json "[1,\n2\n : 3]"))))
(test "JSON, line 1: expected a value, found \"the end of the text\"" (reason (lambda () (read-string-as-json "[1,"))))
;; 100,000 arrays in each other
(test #t (vector? (read-string-as-json (string-append (make-string 100000 #\[) (make-string 100000 #\])))))

;; ports, generators and what is behind a value
(test '(#(1) 2 "x" #t)
      (let* ((port (open-input-string "[1]2\"x\"")) (first (json-read port)) (second (json-read port)))
        (let ((third (json-read port))) (list first second third (eof-object? (json-read port))))))
(test #\x (let ((port (open-input-string "12x"))) (json-read port) (read-char port)))
(test '(#(1 2) ((a . "b"))) (list (json-read (chars "[1, 2]")) (json-read (chars "{\"a\":\"b\"}"))))
(test 5 (parameterize ((current-input-port (open-input-string "5"))) (json-read)))
(test-error (json-read 1))
(test-error (json-read (open-input-bytevector (bytevector 49))))
(test-error (json-read (open-output-string)))

;; errors
(define caught (guard (problem (#t problem)) (read-string-as-json "x")))
(test '(#t #t #f #f) (list (json-error? caught) (error-object? caught) (json-error? 'x)
                           (json-error? (guard (problem (#t problem)) (error "x")))))
(test-error (json-error-reason 'x))

;; limits
(define-syntax limited
  (syntax-rules () ((_ parameter limit text) (reason (lambda ()
                                                       (parameterize ((parameter limit))
                                                                     (read-string-as-json text)))))))
(test '(#t (no-error #(#(1))) #t (no-error 5))
      (list (string? (limited json-nesting-depth-limit 1 "[[1]]")) (limited json-nesting-depth-limit 2 "[[1]]")
            (string? (limited json-nesting-depth-limit 1 "{\"a\":{}}")) (limited json-nesting-depth-limit 0 "5")))
(test '(#t (no-error #(1)) #t)
      (list (string? (limited json-number-of-character-limit 2 "[1]")) (limited json-number-of-character-limit 3 "[1]")
            (string? (reason (lambda () (parameterize ((json-number-of-character-limit 2))
                                                      (json-read (chars "[1]"))))))))
(test '(+inf.0 +inf.0) (list (json-nesting-depth-limit) (json-number-of-character-limit)))
(test-error (parameterize ((json-nesting-depth-limit 'a)) 1))

;; events
(define (events text) (generator->list (json-generator (open-input-string text))))
(test '((42) (array-start 42 array-end) ("x") () (null))
      (map events '("42 101" "[42] 101" "\"x\"" " " "null")))
(test '(object-start "a" array-start 1 array-end "b" object-start object-end object-end)
      (events "{\"a\":[1],\"b\":{}}"))
(test '(array-start array-start array-end array-start object-start "a" #f object-end array-end array-end)
      (generator->list (json-generator (chars "[[],[{\"a\":false}]]"))))
(for-each (lambda (text) (test #t (string? (reason (lambda () (events text))))))
          '("[" "[1" "[1 2]" "{\"a\"}" "{\"a\":}" "{1:2}" "[}" "{]" "]" "x" "{\"a\":1,}" "[1,]"))
(test #t (string? (reason (lambda () (parameterize ((json-nesting-depth-limit 1)) (events "[[1]]"))))))
;; The events before a mistake come out.
(test '(array-start 1 #t)
      (let* ((next (json-generator (open-input-string "[1 x]"))) (first (next)) (second (next)))
        (list first second (string? (reason next)))))

;; folding
(define (fold text seed)
  (json-fold (lambda (object seed) (cons object seed)) (lambda (seed) (list 'array)) reverse
             (lambda (seed) (list 'object)) reverse seed (open-input-string text)))
(test '((seed) ((array 1 (array) (object "a" 2)) seed) (5 seed))
      (list (fold "" '(seed)) (fold "[1,[],{\"a\":2}]" '(seed)) (fold "5 6" '(seed))))
(test 10 (json-fold (lambda (object sum) (+ object sum)) (lambda (sum) 0) values (lambda (sum) 0) values 0
                    (chars "[1,[2,3],4]")))
(test-error (json-fold 1 list list list list '() (open-input-string "1")))
(test-error (json-fold cons list list list list '() 1))

;; many texts
(test '(1 #(2) ((a . 3)) null)
      (generator->list (json-lines-read (open-input-string "1\n[2]\n{\"a\":3}\nnull"))))
(test '(1 2 #(3)) (generator->list (json-lines-read (chars "1 2[3]\n"))))
(test '() (generator->list (json-lines-read (chars ""))))
(test '(#(1) ((a . 2)) "x" 5)
      (generator->list (json-sequence-read (open-input-string "\x1e;[1]\n\x1e;{\"a\":2}\n\x1e;\"x\"\x1e;5\n"))))
;; What is broken or may be broken is passed over.
(test '(#(3) #(4))
      (generator->list
       (json-sequence-read (chars "\x1e;{\"a\":\x1e;\x1e;12\x1e;tru\n\x1e;[3]\n\x1e;\"x\x1e;[4]\x1e;x\x1e;7"))))
(test '() (generator->list (json-sequence-read (open-input-string ""))))

;; writing
(test '("null" "true" "false" "1" "-2.5" "1e100" "\"a\"" "[]" "{}" "[1,[2]]" "{\"a\":1,\"b\":{\"c\":[]}}")
      (map written '(null #t #f 1 -2.5 1e100 "a" #() () #(1 #(2)) ((a . 1) (b . ((c . #())))))))
(test "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001fé𝄞\x7f;\"" (written "\"\\/\b\xc;\n\r\t\x0;\x1f;é𝄞\x7f;"))
(test "\"ab\\ncd\\n\"" (written "ab\ncd\n"))
(test "12345678901234567890" (written 12345678901234567890))
(for-each (lambda (object) (test #t (string? (reason (lambda () (written object))))))
          (list 1/2 +inf.0 +nan.0 'a '(1) '((a . 1) . 2) '(("a" . 1)) '((a . b)) #(1 a) '((a . #(+inf.0))) #\a
                (string->symbol "") car))
;; Nothing is written of what has no place in JSON.
(test "" (let ((port (open-output-string))) (reason (lambda () (json-write #(1 a) port))) (get-output-string port)))
(test "[1]" (let ((port (open-output-string))) (parameterize ((current-output-port port)) (json-write #(1)))
                 (get-output-string port)))
(define (accumulated procedure)
  (let* ((texts '())
         (sink (lambda (text)
                 (if (eof-object? text)
                     (apply string-append (reverse texts))
                     (set! texts (cons (if (char? text) (string text) text) texts))))))
    (procedure sink)
    (sink (eof-object))))
(test "{\"a\\n\":[1,\"x\\\"y\"]}" (accumulated (lambda (sink) (json-write '((|a\n| . #(1 "x\"y"))) sink))))
(test-error (json-write 1 1))
(test-error (json-write 1 (open-input-string "")))
(for-each (lambda (text) (test text (written (read-string-as-json text))))
          '("{\"a\":[1,2.5,null,true,{\"b\":\"c\"}],\"d\":{}}" "[[],[[]],{\"\":\"\"}]" "\"\\u0001\""))

;; writing events
(define (accumulate-all . events)
  (accumulated (lambda (sink) (let ((accumulator (json-accumulator sink))) (for-each accumulator events)))))
(test '("5" "[]" "{}" "[1,[2,3],\"x\"]" "{\"a\":1,\"b\":{\"c\":[null]}}" "[{},{}]")
      (list (accumulate-all 5) (accumulate-all 'array-start 'array-end) (accumulate-all 'object-start 'object-end)
            (accumulate-all 'array-start 1 'array-start 2 3 'array-end "x" 'array-end)
            (accumulate-all 'object-start "a" 1 "b" 'object-start "c" 'array-start 'null 'array-end 'object-end
                            'object-end)
            (accumulate-all 'array-start 'object-start 'object-end 'object-start 'object-end 'array-end)))
(test "[1,true]"
      (let* ((port (open-output-string)) (accumulator (json-accumulator port)))
        (generator-for-each accumulator (json-generator (open-input-string "[1, true]")))
        (get-output-string port)))
(test "[]" (let ((texts '()))
             (let ((accumulator (json-accumulator (lambda (text)
                                                    (if (eof-object? text)
                                                        (apply string-append (reverse texts))
                                                        (set! texts (cons text texts)))))))
               (accumulator 'array-start)
               (accumulator 'array-end)
               (accumulator (eof-object)))))
(for-each (lambda (events) (test #t (string? (reason (lambda () (apply accumulate-all events))))))
          `((1 2) (array-end) (object-end) (array-start object-end) (object-start array-end) (object-start 1)
            (object-start a) (object-start "a" object-end) (object-start "a" 1 2) (array-start a) (array-start 1/2)
            (array-start ,(eof-object)) (object-start "a" ,(eof-object)) (array-start array-end array-end)))
(test-error (json-accumulator 1))

(finish "SRFI 180")
