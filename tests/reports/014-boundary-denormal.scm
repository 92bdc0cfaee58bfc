;;; Decimal near the least normal number is read.
;;; Reports: ktakashi/sagittarius-scheme#149.

(import (scheme base) (scheme write) (scheme char) (scheme cxr) (scheme lazy) (scheme inexact) (scheme complex)
   (scheme eval) (scheme read) (scheme file) (scheme process-context) (scheme case-lambda) (scheme time)
     (scheme load) (scheme repl))
(define (p x) (write x) (newline))
(define (er thunk) (call/cc (lambda (k) (with-exception-handler (lambda (c)
   (k (if (error-object? c) 'error (list 'raised c)))) thunk))))
(p (string->number "2.225073858507201e-308"))
(p (string->number "2.2250738585072011e-308"))
(p (string->number "2.2250738585072012e-308"))
(p (string->number "2.4703282292062327e-324"))
(p (string->number "2.4703282292062328e-324"))
(p (string->number "1.7976931348623158e308"))
(p (string->number "1.7976931348623159e308"))
(p (string->number "9007199254740993"))
(p (string->number "9007199254740993.0"))
(p (string->number "9007199254740992.99999999999999999999999999"))
