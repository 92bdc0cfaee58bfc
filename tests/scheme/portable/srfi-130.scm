;;; SRFI 130: strings with cursors.

(import (scheme base) (scheme write) (scheme process-context) (only (scheme char) char-lower-case? char-whitespace?) (srfi 130))
(include "../prelude.scm")

(define (vowel? c) (if (memv c '(#\a #\e #\i #\o #\u)) #t #f))
(define (index cursor) (and cursor (string-cursor->index "eek -- what a geek." cursor)))

;; cursors
(define s "abcde")
(define start (string-cursor-start s))
(define end (string-cursor-end s))
(test '(#t #t #f #f) (list (string-cursor? start) (string-cursor? end) (string-cursor? 'a) (string-cursor? -1)))
(test '(0 5 1 4 3 2) (map (lambda (cursor) (string-cursor->index s cursor))
                          (list start end (string-cursor-next s start) (string-cursor-prev s end) (string-cursor-forward s start 3)
                                (string-cursor-back s end 3))))
(test '(#t #t #t #t #t #f) (list (string-cursor=? start start) (string-cursor<? start end) (string-cursor>? end start) (string-cursor<=? start start)
                                 (string-cursor>=? end start) (string-cursor<? end start)))
(test '(5 #\c) (list (string-cursor-diff s start end) (string-ref/cursor s (string-index->cursor s 2))))
(test-error (string-cursor-next s end))
(test-error (string-cursor-prev s start))
(test-error (string-cursor-forward s start 6))
(test-error (string-cursor-back s end 6))
(test-error (string-cursor-diff s end start))
(test-error (string-index->cursor s 6))

;; predicates and constructors
(test '(#t #f #t #f #t) (list (string-null? "") (string-every vowel? "ab") (string-every vowel? "") (string-any vowel? "") (string-any vowel? "xa" 1)))
(test '("aaa" "abc" "<abc>" "cba" "<cba>")
      (list (string-tabulate (lambda (i) #\a) 3) (string-unfold null? car cdr '(#\a #\b #\c)) (string-unfold null? car cdr '(#\a #\b #\c) "<" (lambda (s) ">"))
            (string-unfold-right null? car cdr '(#\a #\b #\c)) (string-unfold-right null? car cdr '(#\a #\b #\c) ">" (lambda (s) "<"))))

;; conversion and selection
(test '((#\b #\c #\d #\e) #(#\b #\c) "cba" "a, b" "bc" "cde" "abcde")
      (list (string->list/cursors s (string-cursor-next s start)) (string->vector/cursors s 1 3) (reverse-list->string '(#\a #\b #\c))
            (string-join '("a" "b") ", ") (substring/cursors s 1 3) (string-copy/cursors s 2) (string-copy/cursors s)))
(test '("ab" "de" "cde" "abc") (list (string-take s 2) (string-take-right s 2) (string-drop s 2) (string-drop-right s 2)))
(test-error (string-take s 6))
(test '("  325" "325  " "71325" "**b") (list (string-pad "325" 5) (string-pad-right "325" 5) (string-pad "8871325" 5) (string-pad "abc" 3 #\* 1 2)))
(test '("a  " "  a" "a" "bca") (list (string-trim "  a  ") (string-trim-right "  a  ") (string-trim-both "  a  ") (string-trim "aibca" vowel?)))

;; prefixes and suffixes
(test '(2 1 #t #t #f) (list (string-prefix-length "abc" "abx") (string-suffix-length "xc" "abc") (string-prefix? "ab" "abc") (string-suffix? "bc" "abc")
                            (string-suffix? "abc" "bc")))

;; searching: always a cursor
(test '(1 3 4 0 3) (map index (list (string-index "xaxe" vowel?) (string-index "xyz" vowel?) (string-index-right "xaxe" vowel?) (string-index-right "xyz" vowel?)
                                    (string-index-right "xyaz" vowel?))))
(test '(1 2 1 0) (map index (list (string-skip "axe" vowel?) (string-skip "ae" vowel?) (string-skip-right "xae" vowel?) (string-skip-right "ae" vowel?))))
(test "hat" (substring/cursors "  hat" (string-skip "  hat" char-whitespace?) 5))
(test '(15 #f 15 0 3 #f) (map index (list (string-contains "eek -- what a geek." "ee" 12 18) (string-contains "abc" "d")
                                        (string-contains-right "eek -- what a geek." "ee") (string-contains-right "eek" "eek")
                                        (string-contains-right "abc" "") (string-contains-right "abc" "abcd"))))

;; the whole string
(test '(".able was I ere I saw elbA" "snoops" "abc" "Hello, I must be going.")
      (list (string-reverse "Able was I ere I saw elba.") (string-reverse "Who stole the spoons?" 14 20) (string-concatenate '("a" "" "bc"))
            (string-concatenate-reverse '(" must be" "Hello, I") " going.XXXX" 7)))
(test '((#\c #\b #\a) (#\a #\b #\c) (101 100 99 98 97) 2)
      (list (string-fold cons '() "abc") (string-fold-right cons '() "abc")
            (let ((v '()))
              (string-for-each-cursor (lambda (cursor) (set! v (cons (char->integer (string-ref/cursor s cursor)) v))) s)
              v)
            (string-count "abeb" vowel?)))
(test '("cdefab" "efabcd" "abcabca") (list (string-replicate "abcdef" 2 8) (string-replicate "abcdef" -2 4) (string-replicate "abc" 0 7)))
(test-error (string-replicate "abc" 2 1))
(test "It's lots of fun to code it up in Scheme." (string-replace "It's easy to code it up in Scheme." "lots of fun" 5 9))
(test '(("a" "b" "") ("" "a" "b") ("a" "b,c") ("a" "b") ("a" "b") () ("a" "b" "c") ("a,b") ("b" "c") ("" ""))
      (list (string-split "a,b," ",") (string-split ",a,b" ",") (string-split "a,b,c" "," 'infix 1) (string-split "a,b," "," 'suffix)
            (string-split ",a,b" "," 'prefix) (string-split "" ",") (string-split "abc" "") (string-split "a,b" "," 'infix 0)
            (string-split "a,b,c" "," 'infix #f 2) (string-split "--" "--")))
(test '(("there" "ya" "go***") ("" "there" "ya") ("a") ("") ("")) (list (string-split "***there***ya***go***" "***" 'prefix 3) (string-split "***there***ya***" "***" 'suffix) (string-split ",a" "," 'prefix) (string-split "," "," 'prefix)
                                                            (string-split "," "," 'suffix)))
(test-error (string-split "" "," 'strict-infix))
(test-error (string-split "a" "," 'infix -1))
(test-error (string-split "a" "," 'other))
(test '("ae" "bc") (list (string-filter vowel? "abec") (string-remove vowel? "abec")))

;; large
(test 100001 (length (string-split (string-replicate "a, " 0 300000) ", ")))
(define large (make-string 300000 #\a))
(test '(#f 0) (list (string-contains-right large (string-append (make-string 1000 #\a) "b" (make-string 1000 #\a)))
                    (string-contains-right (string-append "bcb" large) "bcb")))

(finish "SRFI 130")
