;;; SRFI 166: formatting.

(import (scheme base) (scheme write) (scheme inexact) (scheme char) (scheme file) (scheme process-context) (scheme time)
        (srfi 166) (only (scheme show)))
(include "../prelude.scm")

(define-syntax shows
  (syntax-rules () ((_ (expected formatter ...) ...) (begin (test expected (show #f formatter ...)) ...))))

(shows
 ("" ) ("abc1(2)" "ab" #\c 1 '(2)) ("hi" (displayed "hi")) ("(\"a\" #\\b)" (displayed '("a" #\b)))
  ("\"hi\"" (written "hi")) ("(0 . 1)" (written (cons 0 1)))
 ("3.14\n" (with ((precision 2)) (acos -1)) nl) ("1.5 2" 1.5 " " (with ((precision 0)) 1.5))
 ("1/7 0.143 0.14285714285714285714" 1/7 " " (with ((precision 3)) 1/7) " " (with ((precision 20)) 1/7))
 ("0.33333333333333333333333333333333333333333333333333" (with ((precision 50)) 1/3))
 ("(#xff #(#x10))" (with ((radix 16)) (written '(255 #(16))))) ("(0.50 a)" (with ((precision 2)) (written '(1/2 a))))
 ("#0=(a . #0#)" (written (let ((l (list 'a))) (set-cdr! l l) l)))
  ("(#0=(a) #0#)" (written-shared (let ((l (list 'a))) (list l l))))
 ("((a) (a) . b)" (written-simply (let ((l (list 'a))) (cons l (cons l 'b)))))
 ("hi, bob!" (escaped "hi, bob!")) ("hi, \\\"bob!\\\"" (escaped "hi, \"bob!\"")) ("a''b" (escaped "a'b" #\' #f))
  ("a\\nb" (escaped "a\nb" #\" #\\ (lambda (c) (and (eqv? c #\newline) #\n))))
 ("foo" (maybe-escaped "foo" char-whitespace? #\")) ("\"foo bar\"" (maybe-escaped "foo bar" char-whitespace? #\"))
  ("\"a\\\"b\"" (maybe-escaped "a\"b" char-whitespace?)))

;; numbers
(shows
 ("1e100 1e21 1e-7 -1e100 5e-324" (numeric 1e100) " " (numeric 1e21) " " (numeric 1e-7) " " (numeric -1e100) " "
  (numeric 5e-324))
  ("1e100 1e100 #### +1e100 (1e100)" (numeric/comma 1e100) " " (numeric/fitted 5 1e100) " " (numeric/fitted 4 1e100)
   " " (numeric 1e100 10 #f #t) " " (numeric -1e100 10 #f '("(" . ")")))
  ("1e100 1,5e100 1e100+1e-7i" (with ((decimal-sep #\,)) (numeric 1e100) " " (numeric 1.5e100)) " "
   (numeric 1e100+1e-7i))
 ("255 ff 11111111 z" (numeric 255) " " (numeric 255 16) " " (numeric 255 2) " " (numeric 35 36))
  ("3.142" (numeric (acos -1) 10 3)) ("+5 -5 1/10" (numeric 5 10 #f #t) " " (numeric -5 10 #f #t) " " (numeric 1/2 2))
 ("(1.99)" (numeric -1.99 10 2 '("(" . ")"))) ("1.5+2.0i" (numeric 1.5+2.0i))
  ("1.234.567,89" (numeric 123456789/100 10 2 #f 3 #\.)) ("-0.50" (numeric -1/2 10 2))
  ("+inf.0 +nan.0 -inf.0" +inf.0 " " +nan.0 " " -inf.0)
 ("123,456,789" (numeric/comma 123456789)) ("1,23,45,67,89" (numeric/comma 123456789 2))
  ("12,34,56,789" (numeric/comma 123456789 '(3 2))) ("1,234.50" (numeric/comma 1234.5 3 10 2))
  ("-1,000" (numeric/comma -1000)) ("100" (numeric/comma 100))
 ("608" (numeric/si 608)) ("608B" (numeric/si 608) "B") ("608 B" (numeric/si 608 1000 " ") "B") ("4k" (numeric/si 3986))
  ("3.9KiB" (numeric/si 3986 1024) "B") ("1.2\xB5;m" (numeric/si 1.23e-6) "m")
  ("1.2 \xB5;m" (numeric/si 1.23e-6 1000 " ") "m")
 ("0 -1.5M 2Mi" (numeric/si 0) " " (numeric/si -1500000) " " (numeric/si 2097152 1024))
 ("1.25" (with ((precision 2)) (numeric/fitted 4 1.25))) ("#.##" (with ((precision 2)) (numeric/fitted 4 12.345)))
  ("##" (with ((precision 0)) (numeric/fitted 2 123.45)))
 ("   1.000   -0.500   22.000" (with ((decimal-align 5) (precision 3)) (joined numeric (list 1 -1/2 22) " ")))
 ("+1,000;5" (with ((sign-rule #t) (comma-rule 3) (decimal-sep #\;)) (numeric 1000.5)))
  ("1_0" (with ((comma-rule 1) (comma-sep #\_)) (numeric 10))))

;; space and concatenation
(shows
 ("\n" nl) ("" fl) ("hi\n" "hi" fl) ("hi\n" "hi" nl fl) ("a    b" "a" (space-to 5) "b") ("ab" "a" (space-to 0) "b")
  ("b" (tab-to 5) "b") ("a    b" "a" (tab-to 5) "b") ("abcdefghi b" "abcdefghi" (tab-to 5) "b")
  ("a       b" "a" (tab-to) "b")
 ("ab" "a" nothing "b") ("ab" (each "a" "b")) ("ab" (each-in-list '("a" "b")))
  ("a, b, c" (joined displayed '(a b c) ", ")) ("ab" (joined displayed '(a b))) ("" (joined displayed '() ", "))
 ("/usr/local/bin" (joined/prefix displayed '(usr local bin) "/")) ("1\n2\n3\n" (joined/suffix displayed '(1 2 3) nl))
 ("lions, tigers, and bears" (joined/last displayed (lambda (last) (each "and " last)) '(lions tigers bears) ", "))
  ("(1 2 . 3)" "(" (joined/dot displayed (lambda (dot) (each ". " dot)) '(1 2 . 3) " ") ")")
  ("0 1 2 3 4" (joined/range displayed 0 5 " ")))

;; padding and trimming
(shows
 ("  abc" (padded 5 "abc")) ("abc  " (padded/right 5 "abc")) (" abc " (padded/both 5 "abc"))
  ("abcdef" (padded 5 "abcdef")) (" a  " (padded/both 4 "a")) ("x..1" "x" (with ((pad-char #\.)) (padded 3 1)))
 ("abcde" (trimmed 5 "abcde")) ("bcdef" (trimmed 5 "abcdef")) ("abcde" (trimmed/right 5 "abcdef"))
  ("abcde" (trimmed/both 5 "abcdef")) ("bcde" (trimmed/both 4 "abcdef"))
  ("...ef" (with ((ellipsis "...")) (trimmed 5 "abcdef")))
 ("ab..." (with ((ellipsis "...")) (trimmed/right 5 "abcdef")))
  ("_bcd_" (with ((ellipsis "_")) (trimmed/both 5 "abcdef")))
  ("(1 2 1 2 1" (trimmed/lazy 10 (written-simply (let ((l (list 1 2))) (set-cdr! (cdr l) l) l))))
 ("0123456789!" (trimmed/lazy 10 (joined/range displayed 0)) "!") ("ab!" (trimmed/lazy 10 "a" "b") "!")
  ("  abc|bcdef" (fitted 5 "abc") "|" (fitted 5 "abcdef"))
  ("abc  |abcde" (fitted/right 5 "abc") "|" (fitted/right 5 "abcdef"))
  (" abc |abcde" (fitted/both 5 "abc") "|" (fitted/both 5 "abcdef")))

;; state
(shows
 ("column: 8" "column: " (fn (col) col))
  ("column: 8, 11" "column: " (fn ((col1 col)) (each col1 ", " (fn ((col2 col)) col2))))
  ("" (with ((output (lambda (s) nothing))) "lost")))
(test "a\n1 0" (show #f "a\n" (fn (row col) (each row " " col))))
(test "10 2 10"
      (show #f (fn (radix) radix) " " (with ((radix 2)) (fn (radix) (numeric radix 10))) " " (fn (radix) radix)))
(test "7 8" (let ((v (make-state-variable "v" 7))) (show #f (fn (v) v) (with! (v 8)) " " (fn (v) v))))
(test "78" (show #f (fn (width) width)))
(test "abcx1" (show #f (forked (each "abc" (with! (radix 2))) (each "x" (fn (col) (numeric col 10)))))) 
(test "<ab>" (show #f (call-with-output (each "a" "b") (lambda (s) (each "<" s ">")))))
(test "AB" (show #f (with ((output (lambda (s) (output-default (string-upcase s))))) "ab")))
(test "[1]" (show #f (with ((writer (lambda (x) (each "[" (number->string x) "]")))) 1)))
(test '("#t" "ab")
      (let ((p (open-output-string)) (q (open-output-string))) (show p #t)
        (parameterize ((current-output-port q)) (show #t "ab")) (list (get-output-string p) (get-output-string q))))
(test "0 1 2 " (show #f (let lp ((n 0)) (if (< n 3) (each n " " (fn () (lp (+ n 1)))) nothing))))
(test "x"
      (show #f
            (fn (pretty-environment port word-separator? ambiguous-is-wide? substring/width string-width
                                    substring/preserve) "x")))
(test-error (show #f (let ((v (make-state-variable "v" 1 #t))) (with! (v 2)))))
(test "2" (show #f (let ((v (make-state-variable "v" 1 #t))) (with ((v 2)) (fn (v) v)))))

;; pretty
(define code
  '(define (fold kons knil ls) (let lp ((ls ls) (acc knil)) (if (null? ls) acc (lp (cdr ls) (kons (car ls) acc))))))
(test
  "(define (fold kons knil ls)\n  (let lp ((ls ls) (acc knil))\n    (if (null? ls)\n        acc\n        (lp (cdr ls)\n            (kons (car ls) acc)))))\n" (show #f (with ((width 35)) (pretty code))))
(test '("(a b)\n" "#0=(a . #0#)\n" "(#0=(a) #0#)\n" "((a) (a))\n" "(a)\n")
      (let ((l (list 'a)) (c (list 'a))) (set-cdr! c c)
        (map (lambda (f) (show #f f))
             (list (pretty '(a b)) (pretty c) (pretty-shared (list l l)) (pretty-simply (list l l))
                   (pretty-with-color l)))))
(test "(1   2   3\n 100 5   6\n 7)\n" (show #f (with ((width 13)) (pretty '(1 2 3 100 5 6 7)))))

;; columns
(shows
 ("abc     123\ndef     456\n" (with ((width 16)) (columnar (displayed "abc\ndef\n") (displayed "123\n456\n"))))
 ("/* abc | 123 */\n/* def | 456 */\n"
  (with ((width 15)) (columnar "/* " (displayed "abc\ndef\n") " | " (displayed "123\n456\n") " */")))
 ("a   |  1\nbcd |   \n" (columnar 4 (displayed "a\nbcd") "|" 3 'right (displayed "1")))
  (" 1 a\n 2 b\n" (columnar 2 'right 'infinite (line-numbers) " " (displayed "a\nb\n"))) ("\n" (columnar))
  ("\n" (columnar "*")) ("a  |b\ncde|f\n" (tabular (each "a\ncde") "|" (each "b\nf")))
 (" a | b\n" (with ((width 7)) (columnar 3 'center (displayed "a") "|" 'center (displayed "b"))))
  ("a    b\n" (with ((width 10)) (columnar 1/2 (displayed "a") (displayed "b"))))
 ("|a  |123|\n|bc |45 |\n|def|6  |\n" (tabular "|" (each "a\nbc\ndef\n") "|" (each "123\n45\n6\n") "|"))
  ("10\n11\n" (columnar (trimmed/lazy 6 (line-numbers 10)))))
(shows
 ("aaa\nbb cc\nddddd" (with ((width 6)) (wrapped "aaa bb cc  ddddd"))) ("a b" (wrapped "  a\n b "))
  ("aa\nbb" (with ((width 3)) (wrapped/list '("aa" "bb")))) ("abc\nde\nf" (with ((width 3)) (wrapped/char "abcde\nf")))
 ("a  b\nc\n" (with ((width 4)) (justified "a b c"))) ("a bb\nc d\n" (with ((width 4)) (justified "a bb c d")))
  ("toolong\na" (with ((width 3)) (wrapped "toolong a"))) ("" (wrapped "")))
;; a name of its own, as tests run beside each other
(define file
  (string-append "/tmp/cozen-srfi-166-"
                 (number->string (exact (floor (* 1e6 (current-second))))) "-" (number->string (current-jiffy))))
(test "one\ntwo\n" (begin (with-output-to-file file (lambda () (write-string "one\ntwo"))) (show #f (from-file file))))
(delete-file file)

;; colour
(shows
 ("\x1b;[31ma\x1b;[34mb\x1b;[31mc\x1b;[39m" (as-red "a" (as-blue "b") "c")) ("\x1b;[1ma\x1b;[22m" (as-bold "a"))
  ("\x1b;[3ma\x1b;[23m" (as-italic "a")) ("\x1b;[4ma\x1b;[24m" (as-underline "a"))
 ("\x1b;[38;5;196ma\x1b;[39m" (as-color 5 0 0 "a")) ("\x1b;[38;2;1;2;3ma\x1b;[39m" (as-true-color 1 2 3 "a"))
  ("\x1b;[48;5;16ma\x1b;[49m" (on-color 0 0 0 "a")) ("\x1b;[48;2;1;2;3ma\x1b;[49m" (on-true-color 1 2 3 "a")))
(test '("32" "36" "33" "35" "37" "30")
      (map (lambda (f) (substring (show #f (f "a")) 2 4))
           (list as-green as-cyan as-yellow as-magenta as-white as-black)))
(test '("41" "44" "42" "46" "43" "45" "47" "40")
      (map (lambda (f) (substring (show #f (f "a")) 2 4))
           (list on-red on-blue on-green on-cyan on-yellow on-magenta on-white on-black)))

;; Unicode
(test '(3 6 1 1 0 2 1)
      (list (string-terminal-width "abc") (string-terminal-width "日本語") (string-terminal-width "e\x301;")
            (string-terminal-width "\x1b;[31ma\x1b;[0m") (string-terminal-width "")
            (string-terminal-width/wide "\x3b1;") (string-terminal-width "\x3b1;")))
(test '("ａｂｃ" "ａｂ" "ｂｃ" "ａｂ" "ａｂ" "ｂ" "" "ａ")
      (map (lambda (r) (substring-terminal-width "ａｂｃ" (car r) (cadr r)))
           '((0 6) (0 4) (2 6) (1 4) (1 5) (2 4) (2 3) (-1 2))))
(test '("\x3b1;" "\x1b;[31m\x1b;[0m")
      (list (substring-terminal-width/wide "\x3b1;\x3b1;" 0 2) (substring-terminal-preserve "\x1b;[31mabc\x1b;[0m")))
(shows
 ("〜日本語〜" (with ((pad-char #\〜)) (padded/both 5 "日本語")))
  ("日本語" (terminal-aware (with ((pad-char #\〜)) (padded/both 5 "日本語")))) ("日本" (trimmed/right 2 "日本語"))
  ("日" (terminal-aware (trimmed/right 2 "日本語")))
 ("ABC" (upcased "abc")) ("μέλος" (downcased "ΜΈΛΟΣ")) ("\x1b;[31mA\x1b;[39mB" (upcased (as-red "a") "b"))
  ("  AB" (upcased (padded 4 "ab"))))

(test-error (show 5 "a"))
(test-error (show #f car))
(test-error (show #f (with ((ellipsis "...")) (trimmed 2 "abcdef"))))
(test-error (show #f (numeric 'x)))
(test-error (show #f (numeric/si 1 10)))
(test-error (show #f (as-color 6 0 0 "a")))
(test-error (show #f (fn ((a 5)) a)))
(test-error (show #f (from-file "/no/such/file")))
(finish "SRFI 166")
