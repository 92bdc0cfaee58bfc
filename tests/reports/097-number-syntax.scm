;;; Odd numerals are numbers or symbols as the grammar says.
;;; Reports: Gauche; sagittarius; R7RS 7.1.1.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(for-each (lambda (s) (write s) (display " ") (p (string->number s)))
 '("1e400" "1e-400" "-1e-400" "1/2e3" "1.5/2" "#e1.2e-5" "+.5" "-.e1" "." "1." "1.e5" "1e" "e1" "--1" "+-1" "1+2"
   "1i" "+1i" "1+i" "1-i" "1@" "@1" "1@2@3" "#b101" "#b1.1" "#b1e1" "#b2" "#o8" "#xG" "#x1F" "#X1f" "#E1.5" "#I1"
     "1_000" "1,000" "0x10" "\x661;" "1#" "1#.#" "INF" "+INF.0" "+inf.0" "+Nan.0" "-nan.0" "+inf.0e1" "-inf.0i"
       "+i+i" "1/2+1/3i" "1.5e2+2i" "1+2I" "1E3" "1d3" "1f3" "1s3" "1l3" "#d10" "#d1e2" "#x#d1" "" " 1" "1 " "+" "-"
         "+5" "-0" "-0.0" "+0.0" "00012" "-00/5" "5/00" "0/0" "1/2/3" "#i1e3" "#e1e3" "#e+inf.0" "#e+nan.0"
           "#i+inf.0" "1e+5" "1e-5" "1e+-5" ".5." "1.2.3" "1e5.5" "+i1" "i" "+ii" "1@0" "0@1" "1@+i" "-1@0" "#e1@0"
             "1.0@0" "+inf.0@0" "1+inf.0i" "1-nan.0i" "+inf.0+inf.0i" "#b-101/11" "#x-ff/a" "#o17.5" "#xe" "#xe1"
               "#b1e10" "#xa.8p1" "1e10000000000000000000000" "0e10000000000000000000000"
                 "1e-10000000000000000000000"))
(p (map symbol? (read (open-input-string "(+ - ... -> +a -a ->b +.a +..  -.. 1+ .a +i+ -- +- 1x e1 +e1 -e1 a+b)"))))
