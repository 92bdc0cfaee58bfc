;;; R7RS 6.14: system interface; 2: lexical conventions.

(import (scheme base) (scheme file) (scheme time) (scheme write) (scheme process-context))
(include "../prelude.scm")

(test #t (list? (command-line)))
(test #t (let ((path (get-environment-variable "PATH"))) (or (not path) (string? path))))
(test #f (get-environment-variable "no such variable of the environment"))
(test #t
      (let ((all (get-environment-variables)))
        (or (null? all) (and (string? (car (car all))) (string? (cdr (car all)))))))
(test #t (and (exact-integer? (current-jiffy)) (exact-integer? (jiffies-per-second))))
(test #t (<= (current-jiffy) (current-jiffy)))
(test #t (> (current-second) 1.5e9))
(test '(#t #t) (list (and (memq 'r7rs (features)) #t) (and (memq 'full-unicode (features)) #t)))
(test #f (file-exists? "/no/such/file"))

;; 2.1 identifiers, 2.2 comments, 2.4 datum labels
(test '(1 2) (list 1 #;(not this) #;#;(nor) this 2))
(test '(1 2) (list 1 #| a comment #| in a comment |# |# 2))
(test 3 (let ((|a b| 1) (|C| 2)) (+ |a b| C)))
(test '(+ - ... ->x 1+ <=?) (list '+ '- '... '->x '1+ '<=?))
(test '(abc def)  '(#!fold-case ABC #!no-fold-case def))
(test '(#t #f #t) (list #true #false #t))
(test '("aAb" #\A) (list "a\x41;b" #\x41))

(finish "6.14, 2 system interface and lexical conventions")
