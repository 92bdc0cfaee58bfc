;;; R7RS 6.13: input and output.

(import (scheme base) (scheme file) (scheme read) (scheme time) (scheme write) (scheme process-context))
(include "../prelude.scm")

;; 6.13.1 ports
(test '(#t #t #f) (list (port? (current-input-port)) (input-port? (current-input-port)) (port? 5)))
(test '(#t #t #t)
      (list (output-port? (current-output-port)) (output-port? (current-error-port))
            (textual-port? (current-output-port))))
(test '(#t #f #t #f)
      (let ((p (open-input-string "a"))) (list (input-port? p) (output-port? p) (textual-port? p) (binary-port? p))))
(test '(#f #t) (let ((p (open-input-bytevector #u8(1)))) (list (textual-port? p) (binary-port? p))))
(test '(#t #f)
      (let* ((p (open-input-string "a")) (before (input-port-open? p))) (close-port p)
        (list before (input-port-open? p))))
(test '(#t #f)
      (let* ((p (open-output-string)) (before (output-port-open? p))) (close-output-port p)
        (list before (output-port-open? p))))
(test-error (let ((p (open-input-string "a"))) (close-input-port p) (read-char p)))
(test 'result (call-with-port (open-input-string "x") (lambda (p) 'result)))
(test-error (close-input-port (open-output-string)))

;; 6.13.2 input
(define-syntax with-text
  (syntax-rules () ((_ text port expression) (let ((port (open-input-string text))) expression))))
(define (read-all p) (let loop ((d (read p)) (l '())) (if (eof-object? d) (reverse l) (loop (read p) (cons d l)))))
(test '(a (b . c) #(1 "x" #\y) 'd) (with-text "a (b . c) #(1 \"x\" #\\y) 'd" p (read-all p)))
(test '(1 -2 3/4 1.5 #t #f #u8(1 2)) (with-text "1 -2 3/4 1.5 #true #f #u8(1 2)" p (read-all p)))
(test '(x y) (with-text "; c\n x #| c |# #;(z) y" p (read-all p)))
(test #t (with-text "" p (eof-object? (read p))))
(test '(|a b| abc ABC) (with-text "|a b| #!fold-case ABC #!no-fold-case ABC" p (read-all p)))
(test #t (with-text "#0=(a . #0#)" p (let ((l (read p))) (eq? l (cdr l)))))
(test #t (with-text "(#1=(x) #1#)" p (let ((l (read p))) (eq? (car l) (cadr l)))))
(test-error (with-text "(1 2" p (read p)))
(test-error (with-text ")" p (read p)))
(test-error (with-text "#<no>" p (read p)))
(test '(#\a #\a #\b #t #t)
      (with-text "ab" p
        (let* ((a (peek-char p)) (b (read-char p)) (c (read-char p)))
          (list a b c (eof-object? (peek-char p)) (eof-object? (read-char p))))))
(test '("one" "two" "" "last" #t)
      (with-text "one\ntwo\n\nlast" p
        (let* ((a (read-line p)) (b (read-line p)) (c (read-line p)) (d (read-line p)))
          (list a b c d (eof-object? (read-line p))))))
(test '("abc" "de" #t "")
      (with-text "abcde" p
        (let* ((a (read-string 3 p)) (b (read-string 3 p)) (c (read-string 3 p)))
          (list a b (eof-object? c) (read-string 0 (open-input-string "x"))))))
(test #t (with-text "x" p (char-ready? p)))
(test '(#\λ #\→) (with-text "λ→" p (let* ((a (read-char p)) (b (read-char p))) (list a b))))
(test '(datum #\)) (with-text "datum)" p (let* ((d (read p)) (c (read-char p))) (list d c))))
(test '(1 1 2 #t #t)
      (let* ((p (open-input-bytevector #u8(1 2))) (a (peek-u8 p)) (b (read-u8 p)) (r (u8-ready? p)) (c (read-u8 p)))
        (list a b c r (eof-object? (read-u8 p)))))
(test '(#u8(1 2) #u8(3) #t)
      (let* ((p (open-input-bytevector #u8(1 2 3))) (a (read-bytevector 2 p)) (b (read-bytevector 2 p)))
        (list a b (eof-object? (read-bytevector 2 p)))))
(test '(2 #u8(9 1 2 9))
      (let* ((b (bytevector 9 9 9 9)) (n (read-bytevector! b (open-input-bytevector #u8(1 2 3)) 1 3))) (list n b)))
;; A range that is none loses nothing of the port.
(define (read-range start end)
  (let* ((port (open-input-bytevector #u8(1 2 3))) (bytes (bytevector 9 9 9))
         (result (guard (e (#t 'refused)) (read-bytevector! bytes port start end))))
    (list result bytes (read-u8 port))))
(test '((refused #u8(9 9 9) 1) (refused #u8(9 9 9) 1) (refused #u8(9 9 9) 1) (refused #u8(9 9 9) 1)
        (0 #u8(9 9 9) 1) (0 #u8(9 9 9) 1) (1 #u8(9 9 1) 2))
      (map read-range '(2 0 -1 1.5 3 0 2) '(1 4 2 2 3 0 3)))
(test #t (eof-object? (eof-object)))
(test-error (read-char (open-input-bytevector #u8(1))))
(test-error (read-u8 (open-input-string "a")))

;; 6.13.3 output
(define-syntax written
  (syntax-rules ()
    ((_ port expression ...) (let ((port (open-output-string))) expression ... (get-output-string port)))))
(define (show write-procedure object) (written p (write-procedure object p)))
(test "(a \"b\\n\" #\\c 1.5 |d e|)" (show write '(a "b\n" #\c 1.5 |d e|)))
(test "(a b\n c 1.5 d e)" (show display '(a "b\n" #\c 1.5 |d e|)))
(test "#(1 #u8(2 3) ())" (show write (vector 1 #u8(2 3) '())))
(test "(1 . 2)" (show write '(1 . 2)))
(test "(1 2 . 3)" (show write '(1 2 . 3)))
(test "#t #f" (written p (write #t p) (write-char #\space p) (write #f p)))
(test "\"\\\"\\\\\"" (show write "\"\\"))
(test "#\\a #\\space #\\newline #\\x0"
      (written p (write #\a p) (write-char #\space p) (write #\space p) (write-char #\space p) (write #\newline p)
        (write-string " #\\x0" p)))
(test "#0=(a . #0#)" (show write (let ((l (list 'a))) (set-cdr! l l) l)))
(test "((x) (x))" (show write (let ((x (list 'x))) (list x x))))
(test "(#0=(x) #0#)" (show write-shared (let ((x (list 'x))) (list x x))))
(test "((x) (x))" (show write-simple (let ((x (list 'x))) (list x x))))
(test "#0=#(#0#)" (show write (let ((v (vector 1))) (vector-set! v 0 v) v)))
(test "|| |a| |1| a.b |.|"
      (written p (write '|| p) (write-string " |a| " p) (write '|1| p) (write-string " " p) (write 'a.b p)
        (write-string " " p) (write '|.| p)))
(test "bcd\nλ" (written p (write-string "abcde" p 1 4) (newline p) (write-char #\λ p)))
(test "cd" (written p (write-string "abcd" p 2)))
(test #u8(1 2 3 4 5)
      (let ((p (open-output-bytevector))) (write-u8 1 p) (write-bytevector #u8(2 3) p)
        (write-bytevector #u8(9 4 5 9) p 1 3) (get-output-bytevector p)))
(test "ab"
      (let ((p (open-output-string))) (write-string "a" p)
        (let ((first (get-output-string p))) (write-string "b" p) (get-output-string p))))
(test "captured"
      (let ((p (open-output-string))) (parameterize ((current-output-port p)) (display "captured"))
        (get-output-string p)))
(test #t (begin (flush-output-port) #t))
(test-error (write-char #\a (open-input-string "a")))
(test-error (display 1 'no-port))
(define (deep n) (let loop ((i 0) (d '())) (if (= i n) d (loop (+ i 1) (list d)))))
(test 40002 (string-length (show write (deep 20000))))
(test #t (equal? (deep 20000) (read (open-input-string (show write (deep 20000))))))

;; files
;; A name that no other process has at the same time.
(define name
  (string-append "/tmp/cozen-test-"
                 (number->string (exact (floor (* 1000000 (current-second)))))))
(test "one\ntwo\n"
      (begin (call-with-output-file name (lambda (p) (write-string "one" p) (newline p) (write-string "two\n" p)))
        (call-with-input-file name (lambda (p) (read-string 100 p)))))
(test '("one" "two" #t)
      (call-with-input-file name
        (lambda (p) (let* ((a (read-line p)) (b (read-line p))) (list a b (eof-object? (read-line p)))))))
(test '(hello (1 2))
      (begin (with-output-to-file name (lambda () (write '(hello (1 2))))) (with-input-from-file name read)))
(test #u8(0 255 10 13)
      (begin (call-with-port (open-binary-output-file name) (lambda (p) (write-bytevector #u8(0 255 10 13) p)))
        (call-with-port (open-binary-input-file name) (lambda (p) (read-bytevector 10 p)))))
(test 20000
      (begin (call-with-output-file name
               (lambda (p) (do ((i 0 (+ i 1))) ((= i 20000)) (write-char (integer->char (+ 955 (modulo i 7))) p))))
        (call-with-input-file name (lambda (p) (let loop ((n 0)) (if (eof-object? (read-char p)) n (loop (+ n 1))))))))
;; Lines and columns are counted in characters, across the ends of buffers.
(test ":3001:4: unexpected `)`, expected a datum"
      (begin (call-with-output-file name
               (lambda (p) (do ((i 0 (+ i 1))) ((= i 3000)) (write-string "λ ab\n" p)) (write-string "λλ )" p)))
             (call-with-input-file name
               (lambda (p)
                 (do ((i 0 (+ i 1))) ((= i (* 3000 5))) (read-char p))
                 (peek-char p) (read-char p) (read p)
                 (let ((message (guard (e ((read-error? e) (error-object-message e))) (read p))))
                   (substring message (string-length name) (string-length message)))))))
;; a byte order mark at the start of a text file is no part of the text
(define (marked . parts)
  (call-with-port (open-binary-output-file name)
    (lambda (p) (for-each (lambda (part) (write-bytevector (if (string? part) (string->utf8 part) part) p)) parts)))
  name)
(define (two read) (lambda (p) (let* ((a (read p)) (b (read p))) (list a b))))
(test '((a b) "c") (call-with-input-file (marked "\xfeff;(a b) \"c\"") (two read)))
(test '("a" "\xfeff;b") (call-with-input-file (marked "\xfeff;a\n\xfeff;b") (two read-line)))
(test #\x (call-with-input-file (marked "\xfeff;x") (lambda (p) (and (char-ready? p) (peek-char p)))))
(test #\xfeff (call-with-input-file (marked "\xfeff;\xfeff;") read-char))
(test #t (eof-object? (call-with-input-file (marked "\xfeff;") read-char)))
(test #t (eof-object? (call-with-input-file (marked "") read-line)))
(test '(#xef #xbb) ((two read-u8) (open-binary-input-file (marked "\xfeff;a"))))
(test #\xfffd (call-with-input-file (marked (bytevector #xef #xbb) "a") read-char))
(test ":1:1: unexpected `)`, expected a datum"
      (call-with-input-file (marked "\xfeff;)")
        (lambda (p)
          (let ((message (guard (e ((read-error? e) (error-object-message e))) (read p))))
            (substring message (string-length name) (string-length message))))))
(test #\xfeff (read-char (open-input-string "\xfeff;a")))
(test '(#t #f) (let ((before (file-exists? name))) (delete-file name) (list before (file-exists? name))))
(test-error (open-input-file "/no/such/directory/file"))
(test-error (open-output-file "/no/such/directory/file"))
(test-error (delete-file "/no/such/directory/file"))

;; a line ends with a line feed, a carriage return, or both
(define (lines-of port)
  (let loop ((line (read-line port)) (lines '()))
    (if (eof-object? line) (reverse lines) (loop (read-line port) (cons line lines)))))
(test '("ab" "cd" "ef" "gh" "" "i") (lines-of (open-input-string "ab\rcd\r\nef\ngh\r\ri\r")))
(test '("" "" "" "a") (lines-of (open-input-string "\n\r\r\na")))
(test '("" "") (lines-of (open-input-string "\n\n")))
(test '("" "") (lines-of (open-input-string "\n\r\n")))
(test '("a" #\newline "b")
      (let* ((port (open-input-string "a\n\nb")) (first (read-line port)) (next (read-char port)))
        (list first next (read-line port))))

(test '((unquote @a) (unquote b) (unquote-splicing @c))
      (let ((port (open-output-string)))
        (write '((unquote @a) (unquote b) (unquote-splicing @c)) port)
        (read (open-input-string (get-output-string port)))))

(finish "6.13 input and output")
