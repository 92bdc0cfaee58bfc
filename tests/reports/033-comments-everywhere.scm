;;; Block and datum comments at ends of lists, near dots, in vectors.
;;; Reports: chibi#623,340; skint#14; racket#1118,1121.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(define (rd s) (guard (e ((read-error? e) 'read-error) (#t (list 'other (condition/report e))))
   (read (open-input-string s))))
(define (condition/report e) (if (error-object? e) (error-object-message e) e))
(for-each (lambda (s) (p (rd s)))
 '("(#||#)" "(ng #||#)" "(#||# ok)" "(1 . 2 #;3)" "(#;a . b)" "(a #;b . c)" "(a . #;b c)" "(a . b #;c #;d)"
   "(a . #;b)" "(a . b #|x|#)" "#(1 #;2 3)" "#(#;1)" "#u8(1 #;2 3 #||#)" "(1 #;#;2 3 4)" "(1 #;)" "#;" "#;1" "#|a"
     "#|#|a|#" "#| |# 5" "(ab#|cd|#ef)" "#;#|x|#1 2" "(1 #; (a #;(b) c) 2)" "'#;a b" "`#||#a" "(1 . #||# 2)"
       "( . 1)" "(1 . )" "(1 . 2 3)" ")" "(" "#(" "#u8(256)" "#u8(-1)" "#u8(a)" "#u8(1.0)" "#;)" "(#;)" "#!eof"
         "#!default" "#\\" "#\\xD800" "#\\x110000" "#\\xfoo" "\"\\x41;\"" "\"\\x110000;\"" "\"\\q\"" "\"abc" "|abc"
           "|a\\x41;b|" "#d" "#x" "#t1" "#tru" "#false" "1+" "+1+" "..." ".a" "." ".." "'" "(quote)" "#" "#a"
             "#<foo>" "{a}" "[a]" "a[b" "a'b" "a\"b\"" "a;b" "a|b|c" "||" "|| ||" "#;||" "#true#false" "(a.b)"
               "(a .b)" "(a. b)" "(1 .5)" "#u9(1)" "#u8" "#u8 (1)" "#vu8(1)"))
