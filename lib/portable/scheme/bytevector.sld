;;; R7RS-large: bytevectors, as R6RS has them.
;;;
;;; Where R6RS and R7RS give a name different meanings, as with bytevector-copy! and
;;; bytevector-fill!, the meaning is that of R7RS.

(define-library (scheme bytevector)
  (export endianness native-endianness bytevector? make-bytevector bytevector bytevector-length
          bytevector=? bytevector-fill! bytevector-copy bytevector-copy! bytevector-append
          bytevector-u8-ref bytevector-s8-ref bytevector-u8-set! bytevector-s8-set!
          bytevector->u8-list u8-list->bytevector
          bytevector-uint-ref bytevector-sint-ref bytevector-uint-set! bytevector-sint-set!
          bytevector->uint-list bytevector->sint-list uint-list->bytevector
          sint-list->bytevector
          bytevector-u16-ref bytevector-u16-native-ref bytevector-u16-set!
          bytevector-u16-native-set! bytevector-s16-ref bytevector-s16-native-ref
          bytevector-s16-set! bytevector-s16-native-set! bytevector-u32-ref
          bytevector-u32-native-ref bytevector-u32-set! bytevector-u32-native-set!
          bytevector-s32-ref bytevector-s32-native-ref bytevector-s32-set!
          bytevector-s32-native-set! bytevector-u64-ref bytevector-u64-native-ref
          bytevector-u64-set! bytevector-u64-native-set! bytevector-s64-ref
          bytevector-s64-native-ref bytevector-s64-set! bytevector-s64-native-set!
          bytevector-ieee-single-ref bytevector-ieee-single-native-ref
          bytevector-ieee-single-set! bytevector-ieee-single-native-set!
          bytevector-ieee-double-ref bytevector-ieee-double-native-ref
          bytevector-ieee-double-set! bytevector-ieee-double-native-set!
          string->utf8 string->utf16 string->utf32 utf8->string utf16->string utf32->string)
  (import (scheme base) (scheme case-lambda) (scheme inexact)
          (only (cozen number) arithmetic-shift bitwise-and bitwise-ior)
          (rename (srfi 74 integers) (native-endianness native))
          (only (srfi 144) make-flonum flnormalized-fraction-exponent flsign-bit)
          (only (srfi 160 kinds) single))
  (begin

    (define-syntax endianness
      (syntax-rules (big little)
        ((_ big) 'big)
        ((_ little) 'little)))

    (define (native-endianness) native)

    (define (bytevector=? a b)
      (check-blob "bytevector=?" a)
      (check-blob "bytevector=?" b)
      (equal? a b))

    (define bytevector-fill!
      (case-lambda
        ((bytes fill) (bytevector-fill! bytes fill 0 (bytevector-length bytes)))
        ((bytes fill start) (bytevector-fill! bytes fill start (bytevector-length bytes)))
        ((bytes fill start end)
         (check-value "bytevector-fill!" fill -128 255)
         (check-value "bytevector-fill!" end 0 (bytevector-length bytes))
         (check-value "bytevector-fill!" start 0 end)
         (let loop ((index start))
           (if (< index end)
               (begin
                 (bytevector-u8-set! bytes index (bitwise-and fill 255))
                 (loop (+ index 1))))))))

    (define (bytevector-s8-ref bytes k) (signed (bytevector-u8-ref bytes k) 1))

    (define (bytevector-s8-set! bytes k byte)
      (check-value "bytevector-s8-set!" byte -128 127)
      (bytevector-u8-set! bytes k (bitwise-and byte 255)))

    ;; Integers

    (define (bytevector-uint-ref bytes k endianness size)
      (check-place "bytevector-uint-ref" size endianness bytes k)
      (get size endianness bytes k))

    (define (bytevector-sint-ref bytes k endianness size)
      (check-place "bytevector-sint-ref" size endianness bytes k)
      (signed (get size endianness bytes k) size))

    (define (bytevector-uint-set! bytes k value endianness size)
      (check-place "bytevector-uint-set!" size endianness bytes k)
      (check-value "bytevector-uint-set!" value 0 (- (arithmetic-shift 1 (* 8 size)) 1))
      (put! size endianness bytes k value))

    (define (bytevector-sint-set! bytes k value endianness size)
      (check-place "bytevector-sint-set!" size endianness bytes k)
      (let ((limit (arithmetic-shift 1 (- (* 8 size) 1))))
        (check-value "bytevector-sint-set!" value (- limit) (- limit 1))
        (put! size endianness bytes k value)))

    (define (check-aligned size k)
      (if (not (and (exact-integer? k) (= 0 (modulo k size))))
          (error "a native access to a bytevector must be aligned:" k size)))

    (define-syntax define-sizes
      (syntax-rules ()
        ((_ (ref native-ref set native-set size any-ref any-set) ...)
         (begin
           (begin
             (define (ref bytes k endianness) (any-ref bytes k endianness size))
             (define (set bytes k value endianness) (any-set bytes k value endianness size))
             (define (native-ref bytes k)
               (check-aligned size k)
               (any-ref bytes k native size))
             (define (native-set bytes k value)
               (check-aligned size k)
               (any-set bytes k value native size)))
           ...))))

    (define-sizes
      (bytevector-u16-ref bytevector-u16-native-ref bytevector-u16-set! bytevector-u16-native-set!
       2 bytevector-uint-ref bytevector-uint-set!)
      (bytevector-s16-ref bytevector-s16-native-ref bytevector-s16-set! bytevector-s16-native-set!
       2 bytevector-sint-ref bytevector-sint-set!)
      (bytevector-u32-ref bytevector-u32-native-ref bytevector-u32-set! bytevector-u32-native-set!
       4 bytevector-uint-ref bytevector-uint-set!)
      (bytevector-s32-ref bytevector-s32-native-ref bytevector-s32-set! bytevector-s32-native-set!
       4 bytevector-sint-ref bytevector-sint-set!)
      (bytevector-u64-ref bytevector-u64-native-ref bytevector-u64-set! bytevector-u64-native-set!
       8 bytevector-uint-ref bytevector-uint-set!)
      (bytevector-s64-ref bytevector-s64-native-ref bytevector-s64-set! bytevector-s64-native-set!
       8 bytevector-sint-ref bytevector-sint-set!)
      (bytevector-ieee-single-ref bytevector-ieee-single-native-ref
       bytevector-ieee-single-set! bytevector-ieee-single-native-set! 4 float-ref float-set!)
      (bytevector-ieee-double-ref bytevector-ieee-double-native-ref
       bytevector-ieee-double-set! bytevector-ieee-double-native-set! 8 float-ref float-set!))

    ;; Flonums. A format has its width of the fraction and its greatest exponent.

    (define (fraction-width size) (if (= size 4) 23 52))
    (define (exponent-bias size) (if (= size 4) 127 1023))

    (define (float-ref bytes k endianness size)
      (check-place "bytevector-ieee-ref" size endianness bytes k)
      (bits->float (get size endianness bytes k) size))

    (define (float-set! bytes k value endianness size)
      (check-place "bytevector-ieee-set!" size endianness bytes k)
      (if (not (real? value))
          (error "bytevector-ieee-set!: expected a real number, found" value))
      (let ((x (inexact value)))
        (put! size endianness bytes k (float->bits (if (= size 4) (single x) x) size))))

    (define (bits->float bits size)
      (let* ((width (fraction-width size))
             (bias (exponent-bias size))
             (fraction (bitwise-and bits (- (arithmetic-shift 1 width) 1)))
             (biased (bitwise-and (arithmetic-shift bits (- width)) (+ (* 2 bias) 1)))
             (negative? (odd? (arithmetic-shift bits (- 1 (* 8 size)))))
             (value (cond ((= biased (+ (* 2 bias) 1)) (if (= fraction 0) +inf.0 +nan.0))
                          ((= biased 0)
                           (make-flonum (inexact fraction) (- 1 bias width)))
                          (else
                           (make-flonum (inexact (+ fraction (arithmetic-shift 1 width)))
                                        (- biased bias width))))))
        (if negative? (- value) value)))

    (define (float->bits x size)
      (let* ((width (fraction-width size))
             (bias (exponent-bias size))
             (special (arithmetic-shift (+ (* 2 bias) 1) width)))
        (bitwise-ior
         (arithmetic-shift (if (nan? x) 0 (flsign-bit x)) (- (* 8 size) 1))
         (cond ((nan? x) (bitwise-ior special (arithmetic-shift 1 (- width 1))))
               ((infinite? x) special)
               ((= x 0.0) 0)
               (else
                (let-values (((fraction exponent) (flnormalized-fraction-exponent (abs x))))
                  (let ((mantissa (exact (* fraction (expt 2.0 (+ width 1)))))
                        (biased (+ exponent bias -1)))
                    (if (> biased 0)
                        (+ (arithmetic-shift biased width)
                           (- mantissa (arithmetic-shift 1 width)))
                        (arithmetic-shift mantissa (- biased 1))))))))))

    ;; Lists

    (define (bytevector->u8-list bytes)
      (list-of "bytevector->u8-list" bytevector-uint-ref bytes 'little 1))

    (define (u8-list->bytevector octets) (apply bytevector octets))

    (define (list-of name ref bytes endianness size)
      (check-blob name bytes)
      (if (not (and (exact-integer? size)
                    (> size 0)
                    (= 0 (modulo (bytevector-length bytes) size))))
          (error (string-append name ": the length is no multiple of the size:")
                 (bytevector-length bytes) size))
      (let loop ((k (- (bytevector-length bytes) size)) (result '()))
        (if (< k 0)
            result
            (loop (- k size) (cons (ref bytes k endianness size) result)))))

    (define (bytes-of set list endianness size)
      (let ((bytes (make-bytevector (* size (length list)) 0)))
        (let loop ((k 0) (list list))
          (if (pair? list)
              (begin
                (set bytes k (car list) endianness size)
                (loop (+ k size) (cdr list)))))
        bytes))

    (define (bytevector->uint-list bytes endianness size)
      (list-of "bytevector->uint-list" bytevector-uint-ref bytes endianness size))

    (define (bytevector->sint-list bytes endianness size)
      (list-of "bytevector->sint-list" bytevector-sint-ref bytes endianness size))

    (define (uint-list->bytevector list endianness size)
      (bytes-of bytevector-uint-set! list endianness size))

    (define (sint-list->bytevector list endianness size)
      (bytes-of bytevector-sint-set! list endianness size))

    ;; UTF-16 and UTF-32

    (define string->utf16
      (case-lambda
        ((string) (string->utf16 string 'big))
        ((string endianness)
         (uint-list->bytevector (utf16-words string) endianness 2))))

    (define (utf16-words string)
      (let loop ((chars (reverse (string->list string))) (words '()))
        (if (null? chars)
            words
            (let ((code (char->integer (car chars))))
              (loop (cdr chars)
                    (if (< code #x10000)
                        (cons code words)
                        (let ((rest (- code #x10000)))
                          (cons (+ #xD800 (arithmetic-shift rest -10))
                                (cons (+ #xDC00 (bitwise-and rest #x3FF)) words)))))))))

    (define string->utf32
      (case-lambda
        ((string) (string->utf32 string 'big))
        ((string endianness)
         (uint-list->bytevector (map char->integer (string->list string)) endianness 4))))

    ;; A mark at the start tells the byte order, unless the given order is mandatory.
    (define (decode bytes endianness mandatory? size)
      (let* ((usable (* size (quotient (bytevector-length bytes) size)))
             (first (and (>= usable size) (not mandatory?) (get size 'big bytes 0)))
             (order (cond ((eqv? first #xFEFF) 'big)
                          ((eqv? first (if (= size 2) #xFFFE #xFFFE0000)) 'little)
                          (else endianness)))
             (start (if (and first (= (get size order bytes 0) #xFEFF)) size 0)))
        (let ((words (bytevector->uint-list (bytevector-copy bytes start usable) order size)))
          (if (< usable (bytevector-length bytes))
              (append words '(#xFFFD))
              words))))

    (define (word->char word)
      (if (or (<= #xD800 word #xDFFF) (> word #x10FFFF))
          #\xFFFD
          (integer->char word)))

    (define utf32->string
      (case-lambda
        ((bytes endianness) (utf32->string bytes endianness #f))
        ((bytes endianness mandatory?)
         (list->string (map word->char (decode bytes endianness mandatory? 4))))))

    (define utf16->string
      (case-lambda
        ((bytes endianness) (utf16->string bytes endianness #f))
        ((bytes endianness mandatory?)
         (let loop ((words (decode bytes endianness mandatory? 2)) (chars '()))
           (cond ((null? words) (list->string (reverse chars)))
                 ((and (<= #xD800 (car words) #xDBFF)
                       (pair? (cdr words))
                       (<= #xDC00 (cadr words) #xDFFF))
                  (loop (cddr words)
                        (cons (integer->char (+ #x10000
                                                (arithmetic-shift (- (car words) #xD800) 10)
                                                (- (cadr words) #xDC00)))
                              chars)))
                 (else (loop (cdr words) (cons (word->char (car words)) chars))))))))))
