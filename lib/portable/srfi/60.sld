;;; SRFI 60: integers as bits, by two sets of names.
;;;
;;; In a list of booleans the most significant bit comes first, as in the SRFI's implementation and in SLIB. (It is the
;;; other way round in SRFI 142 and 151.)

(define-library (srfi 60)
  (export (rename bitwise-and logand) bitwise-and
          (rename bitwise-ior logior) bitwise-ior
          (rename bitwise-xor logxor) bitwise-xor
          (rename bitwise-not lognot) bitwise-not
          bitwise-if (rename bitwise-if bitwise-merge)
          (rename any-bit-set? logtest) (rename any-bit-set? any-bits-set?)
          (rename bit-count logcount) bit-count
          integer-length
          (rename first-set-bit log2-binary-factors) first-set-bit
          (rename bit-set? logbit?) bit-set?
          copy-bit bit-field copy-bit-field
          (rename arithmetic-shift ash) arithmetic-shift
          rotate-bit-field
          (rename bit-field-reverse reverse-bit-field)
          integer->list list->integer booleans->integer)
  (import (scheme base) (scheme case-lambda) (srfi 151) (only (cozen condition) %check-argument))
  (begin
    (define (copy-bit-field to from start end) (bit-field-replace to from start end))
    (define (rotate-bit-field n count start end) (bit-field-rotate n count start end))

    (define (natural? object) (and (exact-integer? object) (>= object 0)))

    (define integer->list
      (case-lambda
        ((n) (integer->list n (integer-length n)))
        ((n length)
         (%check-argument natural? n 'integer->list 1 "non-negative exact integer")
         (%check-argument natural? length 'integer->list 2 "non-negative exact integer")
         (reverse (bits->list n length)))))

    (define (list->integer booleans)
      (%check-argument list? booleans 'list->integer 1 "list")
      (list->bits (reverse booleans)))

    (define (booleans->integer . booleans) (list->integer booleans))))
