;;; SRFI 175: ASCII characters. A character may be given as its code.

(define-library (srfi 175)
  (export ascii-codepoint? ascii-bytevector? ascii-char? ascii-string?
          ascii-control? ascii-non-control? ascii-whitespace? ascii-space-or-tab?
          ascii-other-graphic? ascii-upper-case? ascii-lower-case? ascii-alphabetic?
          ascii-alphanumeric? ascii-numeric?
          ascii-digit-value ascii-upper-case-value ascii-lower-case-value
          ascii-nth-digit ascii-nth-upper-case ascii-nth-lower-case
          ascii-upcase ascii-downcase ascii-control->graphic ascii-graphic->control
          ascii-mirror-bracket
          ascii-ci=? ascii-ci<? ascii-ci>? ascii-ci<=? ascii-ci>=?
          ascii-string-ci=? ascii-string-ci<? ascii-string-ci>? ascii-string-ci<=?
          ascii-string-ci>=?)
  (import (scheme base))
  (begin

    (define (code char)
      (cond ((char? char) (char->integer char))
            ((exact-integer? char) char)
            (else (error "expected a character or an exact integer, found" char))))

    ;; A code, as the kind of object that `char` is.
    (define (like char code) (if (char? char) (integer->char code) code))

    ;; Predicates

    (define (ascii-codepoint? object)
      (and (exact-integer? object) (<= 0 object 127)))

    (define (ascii-char? object)
      (and (char? object) (< (char->integer object) 128)))

    (define (ascii-bytevector? object)
      (and (bytevector? object)
           (let ((length (bytevector-length object)))
             (let loop ((index 0))
               (or (= index length)
                   (and (< (bytevector-u8-ref object index) 128)
                        (loop (+ index 1))))))))

    (define (ascii-string? object)
      (and (string? object)
           (let ((length (string-length object)))
             (let loop ((index 0))
               (or (= index length)
                   (and (ascii-char? (string-ref object index))
                        (loop (+ index 1))))))))

    ;; (define-classes (name (low high) ...) ...): the codes of a class are in one of the ranges.
    (define-syntax define-classes
      (syntax-rules ()
        ((_ (name (low high) ...) ...)
         (begin
           (define (name char)
             (let ((code (code char)))
               (or (<= low code high) ...)))
           ...))))

    (define-classes
      (ascii-control? (0 31) (127 127))
      (ascii-non-control? (32 126))
      (ascii-whitespace? (9 13) (32 32))
      (ascii-space-or-tab? (9 9) (32 32))
      (ascii-other-graphic? (33 47) (58 64) (91 96) (123 126))
      (ascii-upper-case? (65 90))
      (ascii-lower-case? (97 122))
      (ascii-alphabetic? (65 90) (97 122))
      (ascii-alphanumeric? (48 57) (65 90) (97 122))
      (ascii-numeric? (48 57)))

    ;; Values of letters and digits

    ;; The distance of the code from `first`, plus the offset, where the distance is allowed.
    (define (distance char first count offset limit)
      (let ((distance (- (code char) first)))
        (and (<= 0 distance)
             (< distance count)
             (< distance limit)
             (+ distance offset))))

    (define (ascii-digit-value char limit) (distance char 48 10 0 limit))
    (define (ascii-upper-case-value char offset limit) (distance char 65 26 offset limit))
    (define (ascii-lower-case-value char offset limit) (distance char 97 26 offset limit))

    (define (ascii-nth-digit n)
      (and (exact-integer? n) (<= 0 n 9) (integer->char (+ 48 n))))

    (define (ascii-nth-upper-case n) (integer->char (+ 65 (modulo n 26))))
    (define (ascii-nth-lower-case n) (integer->char (+ 97 (modulo n 26))))

    ;; Conversion

    (define (ascii-upcase char)
      (if (ascii-lower-case? char) (like char (- (code char) 32)) char))

    (define (ascii-downcase char)
      (if (ascii-upper-case? char) (like char (+ (code char) 32)) char))

    (define (ascii-control->graphic char)
      (let ((code (code char)))
        (cond ((<= 0 code 31) (like char (+ code 64)))
              ((= code 127) (like char 63))
              (else #f))))

    (define (ascii-graphic->control char)
      (let ((code (code char)))
        (cond ((<= 64 code 95) (like char (- code 64)))
              ((= code 63) (like char 127))
              (else #f))))

    (define (ascii-mirror-bracket char)
      (let ((other (assv (code char)
                         '((40 . 41) (41 . 40) (91 . 93) (93 . 91) (123 . 125) (125 . 123)
                           (60 . 62) (62 . 60)))))
        (and other (like char (cdr other)))))

    ;; Comparison

    (define (folded char) (ascii-downcase (code char)))

    (define (ascii-ci=? a b) (= (folded a) (folded b)))
    (define (ascii-ci<? a b) (< (folded a) (folded b)))
    (define (ascii-ci>? a b) (> (folded a) (folded b)))
    (define (ascii-ci<=? a b) (<= (folded a) (folded b)))
    (define (ascii-ci>=? a b) (>= (folded a) (folded b)))

    ;; Negative, zero or positive.
    (define (compare a b)
      (let ((end (min (string-length a) (string-length b))))
        (let loop ((index 0))
          (if (= index end)
              (- (string-length a) (string-length b))
              (let ((difference (- (folded (string-ref a index)) (folded (string-ref b index)))))
                (if (= difference 0) (loop (+ index 1)) difference))))))

    (define (ascii-string-ci=? a b) (= (compare a b) 0))
    (define (ascii-string-ci<? a b) (< (compare a b) 0))
    (define (ascii-string-ci>? a b) (> (compare a b) 0))
    (define (ascii-string-ci<=? a b) (<= (compare a b) 0))
    (define (ascii-string-ci>=? a b) (>= (compare a b) 0))))
