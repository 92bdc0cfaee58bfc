;;; Bitwise operations on exact integers, in two's complement of unlimited width. The names are
;;; those of R7RS-large and SRFI 151.

(define-library (cozen bitwise)
  (export bitwise-and bitwise-ior bitwise-xor bitwise-not arithmetic-shift bit-count
          integer-length)
  (import (cozen core) (cozen primitives) (cozen number)))
