;;; SRFI 142: bitwise operations, as SRFI 151 but for bitwise-if.
;;;
;;; The withdrawn SRFI takes a bit from `j`, not `i`, where the mask has a one.

(define-library (srfi 142)
  (export bitwise-not bitwise-and bitwise-ior bitwise-xor bitwise-eqv bitwise-nand bitwise-nor
          bitwise-andc1 bitwise-andc2 bitwise-orc1 bitwise-orc2
          arithmetic-shift bit-count integer-length
          (rename merge bitwise-if)
          bit-set? copy-bit bit-swap any-bit-set? every-bit-set? first-set-bit
          bit-field bit-field-any? bit-field-every? bit-field-clear bit-field-set
          bit-field-replace bit-field-replace-same bit-field-rotate bit-field-reverse
          (rename bits->list integer->list) (rename list->bits list->integer)
          (rename bits->vector integer->vector) (rename vector->bits vector->integer)
          bits
          bitwise-fold bitwise-for-each bitwise-unfold make-bitwise-generator)
  (import (scheme base) (srfi 151))
  (begin
    (define (merge mask i j) (bitwise-if mask j i))))
