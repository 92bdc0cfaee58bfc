;;; SRFI 54: cat.

(import (scheme base) (scheme write) (scheme char) (scheme process-context) (srfi 54) (only (srfi 54 cat)))
(include "../prelude.scm")

(define-syntax cats
  (syntax-rules () ((_ (expected argument ...) ...) (begin (test expected (cat argument ...)) ...))))
(define (backwards text) (list->string (reverse (string->list text))))
(cats
 ("130.00    " 129.995 -10 2.) ("    130.00" 129.995 10 2.) ("    129.98" 129.985 10 2.) ("    129.99" 129.985001 10 2.) ("#e130.00" 129.995 2. 'exact) ("129.00" 129 -2.) ("#e129.00" 129 2.)
 ("#e+0129.00" 129 10 2. #\0 'sign) ("*#e+129.00" 129 10 2. #\* 'sign) ("1/3" 1/3) ("    #e0.33" 1/3 10 2.) ("      0.33" 1/3 10 -2.) (" 1,29.99,5" 129.995 10 '(#\, 2)) ("  +129,995" 129995 10 '(#\,) 'sign)
 ("130" (cat 129.995 0.) '(0 -1)) ("#i#o+307/2" 99.5 10 'sign 'octal) ("  #o+307/2" 99.5 10 'sign 'octal 'exact) ("#o+443" #x123 'octal 'sign) ("#e+291.00*" #x123 -10 2. 'sign #\*)
 ("string    " "string" -10) ("    STRING" "string" 10 (list string-upcase)) ("      RING" "string" 10 (list string-upcase) '(-2)) ("     sting" "string" 10 '(2 3)) ("GNIRTS" "string" (list backwards string-upcase))
 ("         a" #\a 10) ("    symbol" 'symbol 10) ("#(#\\a \"str\" s)" '#(#\a "str" s)) ("(#\\a \"str\" s)" '(#\a "str" s)) ("3s \"str\"" 3 (cat 's) " " (cat "str" write))
 ("-5" -5 'sign) ("-0.50" -1/2 -2.) ("-1,234,567" -1234567 '(#\,)) ("1234567" 1234567) ("#xff" 255 'hexadecimal) ("#b101" 5 'binary) ("5" 5 'decimal) ("0.5" 1/2 'inexact) ("1.5+2.5i" 1.5+2.5i) ("1.5-2.0i" 1.52-2.04i 1.) ("+inf.0" +inf.0 2.)
 ("#t" #t) ("1.235e30" 1.2345678e30 3.) ("123,456" 123456 '(#\,)) ("12-34" 1234 '(#\- 2)))
(define (shout object port) (display "<" port) (display object port) (display ">" port))
(cats ("    <abc>" "abc" 9 shout) ("  hello!" 'x 8 (cons symbol? (lambda (x) "hello!"))) ("12" 12 (cons symbol? (lambda (x) "no"))) ("            #e12.000" 12 20 shout 3.))
(test '("ab1" "ab1") (let ((port (open-output-string))) (let ((text (cat "ab" "1" port))) (list text (get-output-string port)))))
(test '("ab" "ab") (let ((port (open-output-string))) (let ((text (parameterize ((current-output-port port)) (cat "ab" #t)))) (list text (get-output-string port)))))
(test "ab" (cat "ab" #f))
(test-error (cat 1 'loud))
(test-error (cat 1 '(x)))
(test-error (cat 1 '#(1)))
(test-error (cat 1.5 2. 'octal))
(finish "SRFI 54")
