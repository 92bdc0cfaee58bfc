;;; UTF-16 of strings, for SRFI 135. The byte order is `big` or `little`.

(define-library (srfi 135 utf16)
  (export encode decode byte-order-mark)
  (import (scheme base))
  (begin

    (define byte-order-mark #xFEFF)

    (define (put-unit! bytes at unit order)
      (let ((high (quotient unit 256)) (low (remainder unit 256)) (big? (eq? order 'big)))
        (bytevector-u8-set! bytes at (if big? high low))
        (bytevector-u8-set! bytes (+ at 1) (if big? low high))))

    (define (get-unit bytes at order)
      (let ((first (bytevector-u8-ref bytes at)) (second (bytevector-u8-ref bytes (+ at 1))))
        (if (eq? order 'big)
            (+ (* 256 first) second)
            (+ (* 256 second) first))))

    (define (wide? code) (> code #xFFFF))

    ;; The bytes of a part of a string, behind a byte order mark if `mark?`.
    (define (encode string start end order mark?)
      (let ((bytes (make-bytevector (+ (if mark? 2 0) (encoded-length string start end)))))
        (if mark? (put-unit! bytes 0 byte-order-mark order))
        (let loop ((index start) (at (if mark? 2 0)))
          (if (= index end)
              bytes
              (let ((code (char->integer (string-ref string index))))
                (if (wide? code)
                    (begin
                      (put-unit! bytes at (+ #xD7C0 (quotient code #x400)) order)
                      (put-unit! bytes (+ at 2) (+ #xDC00 (remainder code #x400)) order)
                      (loop (+ index 1) (+ at 4)))
                    (begin
                      (put-unit! bytes at code order)
                      (loop (+ index 1) (+ at 2)))))))))

    (define (encoded-length string start end)
      (let loop ((index start) (length 0))
        (if (= index end)
            length
            (loop (+ index 1)
                  (+ length (if (wide? (char->integer (string-ref string index))) 4 2))))))

    ;; The string that some bytes mean. `fail` is called with a message and an index where they mean none.
    (define (decode bytes start end order fail)
      (let ((string (make-string (quotient (- end start) 2))))
        (let loop ((at start) (count 0))
          (if (= at end)
              (substring string 0 count)
              (let* ((unit (get-unit bytes at order))
                     (pair? (<= #xD800 unit #xDFFF))
                     (second (and pair? (< unit #xDC00) (<= (+ at 4) end)
                                  (get-unit bytes (+ at 2) order))))
                (if (and pair? (not (and second (<= #xDC00 second #xDFFF))))
                    (fail "half of a surrogate pair stands alone at index" at))
                (string-set! string count
                             (integer->char (if pair? (whole unit second) unit)))
                (loop (+ at (if pair? 4 2)) (+ count 1)))))))

    (define (whole first second)
      (+ #x10000 (* #x400 (- first #xD800)) (- second #xDC00)))))
