;;; The twelve kinds of homogeneous vectors. (srfi 4), (srfi 160 base) and the library of each kind
;;; are made of this.
;;;
;;; Integers are in a bytevector, the lowest byte first. Flonums and complex numbers are in a
;;; vector, as the bytes of a flonum cannot be reached. A u8vector is a bytevector; the other kinds
;;; are records and disjoint from all types.

(define-library (srfi 160 kinds)
  (export single u8? make-u8vector u8vector u8vector? u8vector-length u8vector-ref u8vector-set!
          u8vector->list list->u8vector u8vector-copy! s8? make-s8vector s8vector
          s8vector? s8vector-length s8vector-ref s8vector-set! s8vector->list
          list->s8vector s8vector-copy! u16? make-u16vector u16vector u16vector?
          u16vector-length u16vector-ref u16vector-set! u16vector->list list->u16vector
          u16vector-copy! s16? make-s16vector s16vector s16vector? s16vector-length
          s16vector-ref s16vector-set! s16vector->list list->s16vector s16vector-copy!
          u32? make-u32vector u32vector u32vector? u32vector-length u32vector-ref
          u32vector-set! u32vector->list list->u32vector u32vector-copy! s32?
          make-s32vector s32vector s32vector? s32vector-length s32vector-ref
          s32vector-set! s32vector->list list->s32vector s32vector-copy! u64?
          make-u64vector u64vector u64vector? u64vector-length u64vector-ref
          u64vector-set! u64vector->list list->u64vector u64vector-copy! s64?
          make-s64vector s64vector s64vector? s64vector-length s64vector-ref
          s64vector-set! s64vector->list list->s64vector s64vector-copy! f32?
          make-f32vector f32vector f32vector? f32vector-length f32vector-ref
          f32vector-set! f32vector->list list->f32vector f32vector-copy! f64?
          make-f64vector f64vector f64vector? f64vector-length f64vector-ref
          f64vector-set! f64vector->list list->f64vector f64vector-copy! c64?
          make-c64vector c64vector c64vector? c64vector-length c64vector-ref
          c64vector-set! c64vector->list list->c64vector c64vector-copy! c128?
          make-c128vector c128vector c128vector? c128vector-length c128vector-ref
          c128vector-set! c128vector->list list->c128vector c128vector-copy!)
  (import (scheme base) (scheme case-lambda) (scheme complex) (scheme inexact)
          (only (cozen number) flonum? fixnum? arithmetic-shift bitwise-and bitwise-ior
                integer-length))
  (begin

    (define (fail name text object)
      (error (string-append (symbol->string name) ": " text ", found") object))

    ;; (define-kind type (new is? storage) (valid? make of length ref set! ->list list-> copy!)
    ;;   default (element test) (make-storage size) (storage-copy! width)
    ;;   (get bytes index) expression (put bytes index value) expression)
    ;; `size` elements take size * width places of the storage. The indices that `get` and `put`
    ;; are given count elements.
    (define-syntax define-kind
      (syntax-rules ()
        ((_ (new is? storage) (valid? make of length ref set! ->list list-> copy!)
            default (element test) (make-storage storage-length storage-copy! width)
            ((get-bytes get-index) get) ((put-bytes put-index put-value) put))
         (begin
           (define (valid? element) test)

           (define (check name object)
             (if (not (is? object))
                 (fail name "expected a vector of the right kind" object)))

           (define (check-index name index size)
             (if (not (and (fixnum? index) (<= 0 index) (< index size)))
                 (error (string-append (symbol->string name)
                                       ": the index is out of range, for a length of")
                        size index)))

           (define (check-value name value)
             (if (not (valid? value))
                 (fail name "expected a valid element" value)))

           (define (size-of bytes)
             (if (= width 1) (storage-length bytes) (quotient (storage-length bytes) width)))

           (define (length vector)
             (check 'length vector)
             (size-of (storage vector)))

           (define (ref vector get-index)
             (check 'ref vector)
             (let ((get-bytes (storage vector)))
               (check-index 'ref get-index (size-of get-bytes))
               get))

           (define (set! vector put-index put-value)
             (check 'set! vector)
             (let ((put-bytes (storage vector)))
               (check-index 'set! put-index (size-of put-bytes))
               (check-value 'set! put-value)
               put))

           (define make
             (case-lambda
               ((size) (make size default))
               ((size put-value)
                (if (not (and (exact-integer? size) (>= size 0)))
                    (fail 'make "expected a length" size))
                (check-value 'make put-value)
                (let ((put-bytes (make-storage (* size width))))
                  (let loop ((put-index 0))
                    (if (< put-index size)
                        (begin
                          put
                          (loop (+ put-index 1)))))
                  (new put-bytes)))))

           (define (list-> elements)
             (let ((size (list-length 'list-> elements)))
               (let ((put-bytes (make-storage (* size width))))
                 (let loop ((put-index 0) (elements elements))
                   (if (pair? elements)
                       (let ((put-value (car elements)))
                         (check-value 'list-> put-value)
                         put
                         (loop (+ put-index 1) (cdr elements)))))
                 (new put-bytes))))

           (define (of . elements) (list-> elements))

           (define ->list
             (case-lambda
               ((vector) (->list vector 0 (length vector)))
               ((vector start) (->list vector start (length vector)))
               ((vector start end)
                (check '->list vector)
                (let ((get-bytes (storage vector)))
                  (check-range '->list start end (size-of get-bytes))
                  (let loop ((index end) (result '()))
                    (if (= index start)
                        result
                        (let ((get-index (- index 1)))
                          (loop get-index (cons get result)))))))))

           (define copy!
             (case-lambda
               ((to at from) (copy! to at from 0 (length from)))
               ((to at from start) (copy! to at from start (length from)))
               ((to at from start end)
                (check 'copy! to)
                (check 'copy! from)
                (check-range 'copy! start end (size-of (storage from)))
                (check-range 'copy! at (+ at (- end start)) (size-of (storage to)))
                (storage-copy! (storage to) (* at width) (storage from)
                               (* start width) (* end width)))))))))

    (define (check-range name start end size)
      (if (not (and (exact-integer? start) (exact-integer? end) (<= 0 start end size)))
          (error (string-append (symbol->string name) ": the range is invalid, for a length of")
                 size start end)))

    (define (list-length name elements)
      (if (list? elements)
          (length elements)
          (fail name "expected a list" elements)))

    ;; Integers

    (define-syntax byte
      (syntax-rules () ((_ bytes index) (bytevector-u8-ref bytes index))))

    (define-syntax word16
      (syntax-rules ()
        ((_ bytes index)
         (bitwise-ior (byte bytes index) (arithmetic-shift (byte bytes (+ index 1)) 8)))))

    (define (word32 bytes index)
      (bitwise-ior (word16 bytes index) (arithmetic-shift (word16 bytes (+ index 2)) 16)))

    ;; Half of the values are fixnums that can be made without a sum of large integers.
    (define (word64 bytes index)
      (let ((high (word32 bytes (+ index 4)))
            (low (word32 bytes index)))
        (if (< high 134217728)
            (bitwise-ior low (arithmetic-shift high 32))
            (+ low (* high 4294967296)))))

    (define-syntax signed
      (syntax-rules ()
        ((_ value limit) (let ((word value)) (if (< word limit) word (- word (* 2 limit)))))))

    ;; Negative numbers give the bytes of their two's complement too.
    (define-syntax put-byte!
      (syntax-rules ()
        ((_ bytes index value) (bytevector-u8-set! bytes index (bitwise-and value 255)))))

    (define-syntax put-word16!
      (syntax-rules ()
        ((_ bytes index value)
         (begin
           (put-byte! bytes index value)
           (put-byte! bytes (+ index 1) (arithmetic-shift value -8))))))

    (define (put-word32! bytes index value)
      (put-word16! bytes index value)
      (let ((high (arithmetic-shift value -16)))
        (put-word16! bytes (+ index 2) high)))

    (define (put-word64! bytes index value)
      (put-word32! bytes index (bitwise-and value 4294967295))
      (put-word32! bytes (+ index 4) (bitwise-and (arithmetic-shift value -32) 4294967295)))

    (define-syntax identity
      (syntax-rules () ((_ object) object)))

    (define-syntax integer-kind
      (syntax-rules ()
        ((_ (new is? storage) names low high width
            ((get-bytes get-index) get) ((put-bytes put-index put-value) put))
         (define-kind (new is? storage) names 0
           (element (and (exact-integer? element) (<= low element high)))
           (make-bytevector bytevector-length bytevector-copy! width)
           ((get-bytes get-index) get) ((put-bytes put-index put-value) put)))))

    (define-syntax u8-storage
      (syntax-rules () ((_ object) object)))
    (define u8vector? bytevector?)

    (integer-kind (identity u8vector? u8-storage)
      (u8? make-u8vector u8vector u8vector-length u8vector-ref u8vector-set!
        u8vector->list list->u8vector u8vector-copy!)
      0 255 1
      ((bytes index) (byte bytes index))
      ((bytes index value) (bytevector-u8-set! bytes index value)))

    (define-record-type s8vector
      (new-s8 storage)
      s8vector?
      (storage s8-storage))

    (integer-kind (new-s8 s8vector? s8-storage)
      (s8? make-s8vector s8vector s8vector-length s8vector-ref s8vector-set!
        s8vector->list list->s8vector s8vector-copy!)
      -128 127 1
      ((bytes index) (signed (byte bytes index) 128))
      ((bytes index value) (put-byte! bytes index value)))

    (define-record-type u16vector
      (new-u16 storage)
      u16vector?
      (storage u16-storage))

    (integer-kind (new-u16 u16vector? u16-storage)
      (u16? make-u16vector u16vector u16vector-length u16vector-ref u16vector-set!
        u16vector->list list->u16vector u16vector-copy!)
      0 65535 2
      ((bytes index) (let ((place (* 2 index))) (word16 bytes place)))
      ((bytes index value) (let ((place (* 2 index))) (put-word16! bytes place value))))

    (define-record-type s16vector
      (new-s16 storage)
      s16vector?
      (storage s16-storage))

    (integer-kind (new-s16 s16vector? s16-storage)
      (s16? make-s16vector s16vector s16vector-length s16vector-ref s16vector-set!
        s16vector->list list->s16vector s16vector-copy!)
      -32768 32767 2
      ((bytes index) (let ((place (* 2 index))) (signed (word16 bytes place) 32768)))
      ((bytes index value) (let ((place (* 2 index))) (put-word16! bytes place value))))

    (define-record-type u32vector
      (new-u32 storage)
      u32vector?
      (storage u32-storage))

    (integer-kind (new-u32 u32vector? u32-storage)
      (u32? make-u32vector u32vector u32vector-length u32vector-ref u32vector-set!
        u32vector->list list->u32vector u32vector-copy!)
      0 4294967295 4
      ((bytes index) (word32 bytes (* 4 index)))
      ((bytes index value) (put-word32! bytes (* 4 index) value)))

    (define-record-type s32vector
      (new-s32 storage)
      s32vector?
      (storage s32-storage))

    (integer-kind (new-s32 s32vector? s32-storage)
      (s32? make-s32vector s32vector s32vector-length s32vector-ref s32vector-set!
        s32vector->list list->s32vector s32vector-copy!)
      -2147483648 2147483647 4
      ((bytes index) (signed (word32 bytes (* 4 index)) 2147483648))
      ((bytes index value) (put-word32! bytes (* 4 index) value)))

    (define-record-type u64vector
      (new-u64 storage)
      u64vector?
      (storage u64-storage))

    (integer-kind (new-u64 u64vector? u64-storage)
      (u64? make-u64vector u64vector u64vector-length u64vector-ref u64vector-set!
        u64vector->list list->u64vector u64vector-copy!)
      0 18446744073709551615 8
      ((bytes index) (word64 bytes (* 8 index)))
      ((bytes index value) (put-word64! bytes (* 8 index) value)))

    (define-record-type s64vector
      (new-s64 storage)
      s64vector?
      (storage s64-storage))

    (integer-kind (new-s64 s64vector? s64-storage)
      (s64? make-s64vector s64vector s64vector-length s64vector-ref s64vector-set!
        s64vector->list list->s64vector s64vector-copy!)
      -9223372036854775808 9223372036854775807 8
      ((bytes index) (signed (word64 bytes (* 8 index)) 9223372036854775808))
      ((bytes index value) (put-word64! bytes (* 8 index) value)))

    ;; Flonums

    (define-syntax vector-kind
      (syntax-rules ()
        ((_ (new is? storage) names default (element test) (value convert))
         (define-kind (new is? storage) names default (element test)
           (make-vector vector-length vector-copy! 1)
           ((elements index) (vector-ref elements index))
           ((elements index value) (vector-set! elements index convert))))))

    ;; The nearest number of 24 bits: Veltkamp's splitting, and exactly where that may err.
    (define (single x)
      (if (< 1.1754943508222875e-38 (abs x) 3.4e38)
          (let* ((high (high-half x))
                 (rest (- x high)))
            (cond ((= rest 0.0) x)
                  ;; Halfway between two singles?
                  ((= (high-half (+ high rest rest)) (+ high rest rest)) (exact-single x))
                  (else high)))
          (exact-single x)))

    (define (high-half x)
      (let ((product (* x 536870913.0)))
        (- product (- product x))))

    (define (exact-single x)
      (if (or (= x 0.0) (not (finite? x)))
          x
          (let* ((value (exact x))
                 (magnitude (abs value))
                 (guess (- (integer-length (numerator magnitude))
                           (integer-length (denominator magnitude))))
                 (exponent (if (< magnitude (expt 2 guess)) (- guess 1) guess))
                 (quantum (expt 2 (max (- exponent 23) -149)))
                 (rounded (* quantum (round (/ value quantum)))))
            (cond ((>= (abs rounded) (expt 2 128)) (if (< x 0.0) -inf.0 +inf.0))
                  ((eqv? rounded 0) (if (< x 0.0) -0.0 0.0))
                  (else (inexact rounded))))))

    (define (single-complex z)
      (if (real? z)
          (single z)
          (make-rectangular (single (real-part z)) (single (imag-part z)))))

    (define (inexact-number? object) (and (number? object) (inexact? object)))

    (define-record-type f32vector
      (new-f32 storage)
      f32vector?
      (storage f32-storage))

    (vector-kind (new-f32 f32vector? f32-storage)
      (f32? make-f32vector f32vector f32vector-length f32vector-ref f32vector-set!
        f32vector->list list->f32vector f32vector-copy!)
      0.0 (object (flonum? object)) (value (single value)))

    (define-record-type f64vector
      (new-f64 storage)
      f64vector?
      (storage f64-storage))

    (vector-kind (new-f64 f64vector? f64-storage)
      (f64? make-f64vector f64vector f64vector-length f64vector-ref f64vector-set!
        f64vector->list list->f64vector f64vector-copy!)
      0.0 (object (flonum? object)) (value value))

    (define-record-type c64vector
      (new-c64 storage)
      c64vector?
      (storage c64-storage))

    (vector-kind (new-c64 c64vector? c64-storage)
      (c64? make-c64vector c64vector c64vector-length c64vector-ref c64vector-set!
        c64vector->list list->c64vector c64vector-copy!)
      0.0 (object (inexact-number? object)) (value (single-complex value)))

    (define-record-type c128vector
      (new-c128 storage)
      c128vector?
      (storage c128-storage))

    (vector-kind (new-c128 c128vector? c128-storage)
      (c128? make-c128vector c128vector c128vector-length c128vector-ref c128vector-set!
        c128vector->list list->c128vector c128vector-copy!)
      0.0 (object (inexact-number? object)) (value value))))
