;;; SRFI 60: integers as bits, by two sets of names.

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
          (rename bits->list integer->list)
          (rename list->bits list->integer)
          (rename bits booleans->integer))
  (import (scheme base) (srfi 151))
  (begin
    (define (copy-bit-field to from start end) (bit-field-replace to from start end))
    (define (rotate-bit-field n count start end) (bit-field-rotate n count start end))))
