;;; Integers in bytevectors, for (srfi 74) and (scheme bytevector).

(define-library (srfi 74 integers)
  (export native-endianness check-blob check-value check-place get put! signed)
  (import (scheme base) (only (cozen number) arithmetic-shift bitwise-and bitwise-ior))
  (begin

    (define native-endianness
      (if (memq 'little-endian (features)) 'little 'big))

    (define (check-blob name object)
      (if (not (bytevector? object))
          (error (string-append name ": expected a blob, found") object)))

    (define (check-value name value low high)
      (if (not (and (exact-integer? value) (<= low value high)))
          (error (string-append name ": the number is out of range:") value low high)))

    (define (check-place name size endianness blob k)
      (check-blob name blob)
      (if (not (memq endianness '(big little)))
          (error (string-append name ": expected an endianness, found") endianness))
      (if (not (and (exact-integer? size) (> size 0)))
          (error (string-append name ": expected a positive exact integer as the size, found")
                 size))
      (if (not (and (exact-integer? k) (<= 0 k (- (bytevector-length blob) size))))
          (error (string-append name ": the index is out of range, for a length of")
                 (bytevector-length blob) k size)))

    ;; From the highest octet to the lowest.
    (define (get size endianness blob k)
      (if (eq? endianness 'big)
          (let loop ((i 0) (value 0))
            (if (= i size)
                value
                (loop (+ i 1)
                      (bitwise-ior (arithmetic-shift value 8) (bytevector-u8-ref blob (+ k i))))))
          (let loop ((i (- size 1)) (value 0))
            (if (< i 0)
                value
                (loop (- i 1)
                      (bitwise-ior (arithmetic-shift value 8)
                                   (bytevector-u8-ref blob (+ k i))))))))

    ;; From the lowest octet to the highest; a negative number gives its two's complement.
    (define (put! size endianness blob k value)
      (let ((step (if (eq? endianness 'big) -1 1)))
        (let loop ((place (if (eq? endianness 'big) (+ k size -1) k)) (left size) (value value))
          (if (> left 0)
              (begin
                (bytevector-u8-set! blob place (bitwise-and value 255))
                (loop (+ place step) (- left 1) (arithmetic-shift value -8)))))))

    (define (signed value size)
      (let ((limit (arithmetic-shift 1 (- (* 8 size) 1))))
        (if (< value limit) value (- value (* 2 limit)))))))
