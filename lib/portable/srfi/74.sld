;;; SRFI 74: octet-addressed binary large objects, which are bytevectors.

(define-library (srfi 74)
  (export endianness blob? make-blob blob-length blob-u8-ref blob-s8-ref blob-u8-set! blob-s8-set!
          blob-uint-ref blob-sint-ref blob-uint-set! blob-sint-set!
          blob-u16-ref blob-u16-native-ref blob-u16-set! blob-u16-native-set! blob-s16-ref
          blob-s16-native-ref blob-s16-set! blob-s16-native-set! blob-u32-ref
          blob-u32-native-ref blob-u32-set! blob-u32-native-set! blob-s32-ref
          blob-s32-native-ref blob-s32-set! blob-s32-native-set! blob-u64-ref
          blob-u64-native-ref blob-u64-set! blob-u64-native-set! blob-s64-ref
          blob-s64-native-ref blob-s64-set! blob-s64-native-set!
          blob=? blob-copy! blob-copy blob->u8-list u8-list->blob
          blob->uint-list blob->sint-list uint-list->blob sint-list->blob)
  (import (scheme base) (srfi 74 integers)
          (only (cozen number) arithmetic-shift bitwise-and))
  (begin

    (define-syntax endianness
      (syntax-rules (big little native)
        ((_ big) 'big)
        ((_ little) 'little)
        ((_ native) native-endianness)))

    (define (blob? object) (bytevector? object))
    (define (make-blob size) (make-bytevector size 0))
    (define (blob-length blob) (bytevector-length blob))
    (define (blob-u8-ref blob k) (bytevector-u8-ref blob k))
    (define (blob-u8-set! blob k octet) (bytevector-u8-set! blob k octet))

    (define (blob-s8-ref blob k)
      (let ((octet (bytevector-u8-ref blob k)))
        (if (< octet 128) octet (- octet 256))))

    (define (blob-s8-set! blob k byte)
      (check-value "blob-s8-set!" byte -128 127)
      (bytevector-u8-set! blob k (bitwise-and byte 255)))

    ;; Integers of any size

    (define (blob-uint-ref size endianness blob k)
      (check-place "blob-uint-ref" size endianness blob k)
      (get size endianness blob k))

    (define (blob-sint-ref size endianness blob k)
      (check-place "blob-sint-ref" size endianness blob k)
      (signed (get size endianness blob k) size))

    (define (blob-uint-set! size endianness blob k value)
      (check-place "blob-uint-set!" size endianness blob k)
      (check-value "blob-uint-set!" value 0 (- (arithmetic-shift 1 (* 8 size)) 1))
      (put! size endianness blob k value))

    (define (blob-sint-set! size endianness blob k value)
      (check-place "blob-sint-set!" size endianness blob k)
      (let ((limit (arithmetic-shift 1 (- (* 8 size) 1))))
        (check-value "blob-sint-set!" value (- limit) (- limit 1))
        (put! size endianness blob k value)))

    (define (check-aligned size k)
      (if (not (and (exact-integer? k) (= 0 (modulo k size))))
          (error "a native access to a blob must be aligned:" k size)))

    (define-syntax define-sizes
      (syntax-rules ()
        ((_ (ref native-ref set native-set size any-ref any-set) ...)
         (begin
           (begin
             (define (ref endianness blob k) (any-ref size endianness blob k))
             (define (set endianness blob k value) (any-set size endianness blob k value))
             (define (native-ref blob k)
               (check-aligned size k)
               (any-ref size native-endianness blob k))
             (define (native-set blob k value)
               (check-aligned size k)
               (any-set size native-endianness blob k value)))
           ...))))

    (define-sizes
      (blob-u16-ref blob-u16-native-ref blob-u16-set! blob-u16-native-set!
       2 blob-uint-ref blob-uint-set!)
      (blob-s16-ref blob-s16-native-ref blob-s16-set! blob-s16-native-set!
       2 blob-sint-ref blob-sint-set!)
      (blob-u32-ref blob-u32-native-ref blob-u32-set! blob-u32-native-set!
       4 blob-uint-ref blob-uint-set!)
      (blob-s32-ref blob-s32-native-ref blob-s32-set! blob-s32-native-set!
       4 blob-sint-ref blob-sint-set!)
      (blob-u64-ref blob-u64-native-ref blob-u64-set! blob-u64-native-set!
       8 blob-uint-ref blob-uint-set!)
      (blob-s64-ref blob-s64-native-ref blob-s64-set! blob-s64-native-set!
       8 blob-sint-ref blob-sint-set!))

    ;; Whole blobs

    (define (blob=? a b)
      (check-blob "blob=?" a)
      (check-blob "blob=?" b)
      (equal? a b))

    (define (blob-copy! source source-start target target-start count)
      (bytevector-copy! target target-start source source-start (+ source-start count)))

    (define (blob-copy blob) (bytevector-copy blob))

    (define (blob->u8-list blob) (blob->list "blob->u8-list" blob-uint-ref 1 'little blob))
    (define (u8-list->blob octets) (apply bytevector octets))

    (define (blob->list name ref size endianness blob)
      (check-blob name blob)
      (if (not (and (exact-integer? size)
                    (> size 0)
                    (= 0 (modulo (bytevector-length blob) size))))
          (error (string-append name ": the blob's length is no multiple of the size:")
                 (bytevector-length blob) size))
      (let loop ((k (- (bytevector-length blob) size)) (result '()))
        (if (< k 0)
            result
            (loop (- k size) (cons (ref size endianness blob k) result)))))

    (define (list->blob set size endianness list)
      (let ((blob (make-bytevector (* size (length list)) 0)))
        (let loop ((k 0) (list list))
          (if (pair? list)
              (begin
                (set size endianness blob k (car list))
                (loop (+ k size) (cdr list)))))
        blob))

    (define (blob->uint-list size endianness blob)
      (blob->list "blob->uint-list" blob-uint-ref size endianness blob))

    (define (blob->sint-list size endianness blob)
      (blob->list "blob->sint-list" blob-sint-ref size endianness blob))

    (define (uint-list->blob size endianness list)
      (list->blob blob-uint-set! size endianness list))

    (define (sint-list->blob size endianness list)
      (list->blob blob-sint-set! size endianness list))))
