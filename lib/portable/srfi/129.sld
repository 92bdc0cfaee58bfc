;;; SRFI 129: title case.

(define-library (srfi 129)
  (export char-title-case? char-titlecase string-titlecase)
  (import (scheme base) (scheme char))
  (begin

    (define (check-char name object)
      (if (not (char? object))
          (error (string-append name ": expected a character, found") object)))

    ;; The Unicode category Lt: four digraphs, and Greek capitals with a small iota beside them.
    (define (char-title-case? char)
      (check-char "char-title-case?" char)
      (let ((code (char->integer char)))
        (or (and (memv code '(#x1C5 #x1C8 #x1CB #x1F2 #x1FBC #x1FCC #x1FFC)) #t)
            (and (<= #x1F88 code #x1FAF) (odd? (quotient code 8))))))

    (define (char-titlecase char)
      (check-char "char-titlecase" char)
      (let ((code (char->integer char)))
        (cond ((<= #x1C4 code #x1C6) #\x1C5)
              ((<= #x1C7 code #x1C9) #\x1C8)
              ((<= #x1CA code #x1CC) #\x1CB)
              ((<= #x1F1 code #x1F3) #\x1F2)
              ((char-title-case? char) char)
              ;; Georgian letters stay as they are.
              ((or (<= #x10D0 code #x10FA) (<= #x10FD code #x10FF)) char)
              (else (char-upcase char)))))

    ;; Unicode's SpecialCasing: title case of more than one character.
    (define special-titles
      '((#\xDF . "Ss") (#\x587 . "\x535;\x582;") (#\xFB00 . "Ff") (#\xFB01 . "Fi")
        (#\xFB02 . "Fl") (#\xFB03 . "Ffi") (#\xFB04 . "Ffl") (#\xFB05 . "St") (#\xFB06 . "St")
        (#\xFB13 . "\x544;\x576;") (#\xFB14 . "\x544;\x565;") (#\xFB15 . "\x544;\x56B;")
        (#\xFB16 . "\x54E;\x576;") (#\xFB17 . "\x544;\x56D;") (#\x149 . "\x2BC;N")
        (#\x390 . "\x399;\x308;\x301;") (#\x3B0 . "\x3A5;\x308;\x301;") (#\x1F0 . "J\x30C;")
        (#\x1E96 . "H\x331;") (#\x1E97 . "T\x308;") (#\x1E98 . "W\x30A;") (#\x1E99 . "Y\x30A;")
        (#\x1E9A . "A\x2BE;") (#\x1F50 . "\x3A5;\x313;") (#\x1F52 . "\x3A5;\x313;\x300;")
        (#\x1F54 . "\x3A5;\x313;\x301;") (#\x1F56 . "\x3A5;\x313;\x342;")
        (#\x1FB2 . "\x1FBA;\x345;") (#\x1FB4 . "\x386;\x345;") (#\x1FB6 . "\x391;\x342;")
        (#\x1FB7 . "\x391;\x342;\x345;") (#\x1FC2 . "\x1FCA;\x345;") (#\x1FC4 . "\x389;\x345;")
        (#\x1FC6 . "\x397;\x342;") (#\x1FC7 . "\x397;\x342;\x345;")
        (#\x1FD2 . "\x399;\x308;\x300;") (#\x1FD3 . "\x399;\x308;\x301;")
        (#\x1FD6 . "\x399;\x342;") (#\x1FD7 . "\x399;\x308;\x342;")
        (#\x1FE2 . "\x3A5;\x308;\x300;") (#\x1FE3 . "\x3A5;\x308;\x301;")
        (#\x1FE4 . "\x3A1;\x313;") (#\x1FE6 . "\x3A5;\x342;") (#\x1FE7 . "\x3A5;\x308;\x342;")
        (#\x1FF2 . "\x1FFA;\x345;") (#\x1FF4 . "\x38F;\x345;") (#\x1FF6 . "\x3A9;\x342;")
        (#\x1FF7 . "\x3A9;\x342;\x345;")))

    (define (cased? char)
      (or (char-upper-case? char)
          (char-lower-case? char)
          (char-title-case? char)))

    (define (string-titlecase string)
      (if (not (string? string))
          (error "string-titlecase: expected a string, found" string))
      (let ((end (string-length string))
            (port (open-output-string)))
        (let loop ((start 0))
          (if (< start end)
              (let ((first (string-ref string start)))
                (if (cased? first)
                    (let ((word-end (end-of-word string start)))
                      (write-word first (substring string start word-end) port)
                      (loop word-end))
                    (begin
                      (write-char first port)
                      (loop (+ start 1)))))))
        (get-output-string port)))

    (define (end-of-word string index)
      (if (and (< index (string-length string)) (cased? (string-ref string index)))
          (end-of-word string (+ index 1))
          index))

    ;; The whole word goes to lower case, as its end may matter; then its beginning is replaced.
    (define (write-word first word port)
      (let ((special (assv first special-titles)))
        (write-string (if special (cdr special) (string (char-titlecase first))) port)
        (write-string (string-downcase word)
                      port
                      (string-length (string-downcase (string first))))))))
