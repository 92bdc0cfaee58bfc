;;; R7RS 6.3 and 6.5: booleans and symbols.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(test #t #true)
(test '(#f #f #f #t) (list (not 3) (not '()) (not 'nil) (not #f)))
(test '(#t #f #f) (list (boolean? #f) (boolean? 0) (boolean? '())))
(test '(#t #f #t #f) (list (boolean=? #t #t) (boolean=? #t #f) (boolean=? #f #f #f) (boolean=? #t #t #f)))
(test-error (boolean=? #t 1))

(test '(#t #t #f #f #t) (list (symbol? 'foo) (symbol? (car '(a b))) (symbol? "bar") (symbol? '()) (symbol? '|a b|)))
(test '(#t #f #t #f) (list (symbol=? 'a 'a) (symbol=? 'a 'b) (symbol=? 'a 'a 'a) (symbol=? 'a 'a 'b)))
(test-error (symbol=? 'a "a"))
(test "flying-fish" (symbol->string 'flying-fish))
(test "Malvina" (symbol->string (string->symbol "Malvina")))
(test #t (eq? 'mISSISSIppi (string->symbol "mISSISSIppi")))
(test #t (eq? 'bitBlt (string->symbol "bitBlt")))
(test #f (eq? 'abc 'Abc))
(test "λ" (symbol->string 'λ))
(test #t (eq? '|foo bar| (string->symbol "foo bar")))
(test #t (eq? '|a\x41;b| 'aAb))
(test-error (string-set! (symbol->string 'a) 0 #\b))

(finish "6.3, 6.5 booleans and symbols")
