;;; SRFI 151: bitwise operations on exact integers of any size.
;;;
;;; Conversions between bits and lists work on chunks that are fixnums, so that a large integer is
;;; shifted once for each chunk and not once for each bit.

(define-library (srfi 151)
  (export bitwise-not bitwise-and bitwise-ior bitwise-xor bitwise-eqv bitwise-nand bitwise-nor
          bitwise-andc1 bitwise-andc2 bitwise-orc1 bitwise-orc2
          arithmetic-shift bit-count integer-length bitwise-if
          bit-set? copy-bit bit-swap any-bit-set? every-bit-set? first-set-bit
          bit-field bit-field-any? bit-field-every? bit-field-clear bit-field-set
          bit-field-replace bit-field-replace-same bit-field-rotate bit-field-reverse
          bits->list list->bits bits->vector vector->bits bits
          bitwise-fold bitwise-for-each bitwise-unfold make-bitwise-generator)
  (import (scheme base) (scheme case-lambda) (cozen bitwise))
  (begin

    ;; A chunk is a fixnum, also with the bit above.
    (define chunk-width 48)
    (define chunk-mask (- (expt 2 chunk-width) 1))

    (define (check-index name index)
      (if (not (and (exact-integer? index) (>= index 0)))
          (error (string-append name ": expected a non-negative exact integer, found") index)))

    (define (check-field name start end)
      (check-index name start)
      (check-index name end)
      (if (> start end) (error (string-append name ": the field's start is behind its end:")
                               start end)))

    ;; `width` ones.
    (define (mask width) (- (arithmetic-shift 1 width) 1))

    ;; Basic operations

    (define bitwise-eqv
      (case-lambda
        ((i j) (bitwise-not (bitwise-xor i j)))
        (() -1)
        ((i) (bitwise-and i -1))
        ((i j . more) (apply bitwise-eqv (bitwise-eqv i j) more))))

    (define (bitwise-nand i j) (bitwise-not (bitwise-and i j)))
    (define (bitwise-nor i j) (bitwise-not (bitwise-ior i j)))
    (define (bitwise-andc1 i j) (bitwise-and (bitwise-not i) j))
    (define (bitwise-andc2 i j) (bitwise-and i (bitwise-not j)))
    (define (bitwise-orc1 i j) (bitwise-ior (bitwise-not i) j))
    (define (bitwise-orc2 i j) (bitwise-ior i (bitwise-not j)))

    ;; The bits of j, with those that differ from i's flipped under the mask.
    (define (bitwise-if mask i j)
      (bitwise-xor j (bitwise-and mask (bitwise-xor i j))))

    ;; Single bits

    (define (bit-set? index i)
      (check-index "bit-set?" index)
      (odd? (arithmetic-shift i (- index))))

    (define (copy-bit index i boolean)
      (check-index "copy-bit" index)
      (if (eq? (bit-set? index i) (if boolean #t #f))
          i
          (bitwise-xor i (arithmetic-shift 1 index))))

    (define (bit-swap index1 index2 i)
      (let ((bit1 (bit-set? index1 i))
            (bit2 (bit-set? index2 i)))
        (if (eq? bit1 bit2)
            i
            (bitwise-xor i (bitwise-ior (arithmetic-shift 1 index1)
                                        (arithmetic-shift 1 index2))))))

    (define (any-bit-set? test-bits i) (not (zero? (bitwise-and test-bits i))))
    (define (every-bit-set? test-bits i) (= test-bits (bitwise-and test-bits i)))

    ;; What an integer and its negation have in common is the lowest bit.
    (define (first-set-bit i) (- (integer-length (bitwise-and i (- i))) 1))

    ;; Fields

    ;; A field that reaches beyond the bits that differ from the sign is not masked there: the mask would be as
    ;; wide as the field, and fields may be wider than any memory.
    (define (field i start end)
      (let ((bits (arithmetic-shift i (- start)))
            (width (- end start)))
        (if (and (>= bits 0) (<= (integer-length bits) width))
            bits
            (bitwise-and bits (mask width)))))

    ;; Flips the bits of i from start on that are set in j.
    (define (flip i j start)
      (bitwise-xor i (arithmetic-shift j start)))

    (define (bit-field i start end)
      (check-field "bit-field" start end)
      (field i start end))

    (define (bit-field-any? i start end)
      (check-field "bit-field-any?" start end)
      (let ((lowest (first-set-bit (arithmetic-shift i (- start)))))
        (and (>= lowest 0) (< lowest (- end start)))))

    (define (bit-field-every? i start end)
      (check-field "bit-field-every?" start end)
      (not (bit-field-any? (bitwise-not i) start end)))

    (define (bit-field-clear i start end)
      (check-field "bit-field-clear" start end)
      (flip i (field i start end) start))

    (define (bit-field-set i start end)
      (check-field "bit-field-set" start end)
      (flip i (field (bitwise-not i) start end) start))

    (define (bit-field-replace destination source start end)
      (check-field "bit-field-replace" start end)
      (let ((differences (bitwise-xor (arithmetic-shift destination (- start)) source)))
        (flip destination (field differences 0 (- end start)) start)))

    (define (bit-field-replace-same destination source start end)
      (check-field "bit-field-replace-same" start end)
      (flip destination (field (bitwise-xor destination source) start end) start))

    (define (bit-field-rotate i count start end)
      (check-field "bit-field-rotate" start end)
      (let ((width (- end start)))
        (if (zero? width)
            i
            (let* ((count (modulo count width))
                   (bits (field i start end))
                   (high (arithmetic-shift bits (- count width)))
                   (low (arithmetic-shift (field bits 0 (- width count)) count)))
              (flip i (bitwise-xor bits low high) start)))))

    (define (bit-field-reverse i start end)
      (check-field "bit-field-reverse" start end)
      (let ((bits (field i start end)))
        (flip i (bitwise-xor bits (reverse-bits bits (- end start))) start)))

    ;; A wide field is divided into halves, which change places.
    (define (reverse-bits bits width)
      (cond ((zero? bits) 0)
            ((<= width chunk-width)
             (let loop ((bits bits) (width width) (result 0))
               (if (zero? width)
                   result
                   (loop (arithmetic-shift bits -1)
                         (- width 1)
                         (bitwise-ior (arithmetic-shift result 1) (bitwise-and bits 1))))))
            (else
             (let* ((low (quotient width 2))
                    (high (- width low)))
               (bitwise-ior (arithmetic-shift (reverse-bits (field bits 0 low) low) high)
                            (reverse-bits (arithmetic-shift bits (- low)) high))))))

    ;; Conversion

    ;; Calls the procedure with each of the lowest `length` bits and the state.
    (define (fold-bits procedure state i length)
      (let chunks ((i i) (length length) (state state))
        (if (<= length 0)
            state
            (let loop ((chunk (bitwise-and i chunk-mask)) (left (min length chunk-width))
                       (state state))
              (if (zero? left)
                  (chunks (arithmetic-shift i (- chunk-width)) (- length chunk-width) state)
                  (loop (arithmetic-shift chunk -1) (- left 1)
                        (procedure (odd? chunk) state)))))))

    ;; The integer made of the bits that `next` answers from a state, until `stop?` holds.
    (define (collect-bits stop? bit next state)
      (let loop ((state state) (chunk 0) (width 0) (chunks '()))
        (cond ((stop? state) (join-chunks chunk chunks))
              ((= width chunk-width) (loop state 0 0 (cons chunk chunks)))
              (else
               (let ((chunk (if (bit state)
                                (bitwise-ior chunk (arithmetic-shift 1 width))
                                chunk)))
                 (loop (next state) chunk (+ width 1) chunks))))))

    (define (join-chunks top chunks)
      (let loop ((result top) (chunks chunks))
        (if (null? chunks)
            result
            (loop (bitwise-ior (arithmetic-shift result chunk-width) (car chunks))
                  (cdr chunks)))))

    (define bits->list
      (case-lambda
        ((i) (reverse (fold-bits cons '() i (integer-length i))))
        ((i length)
         (check-index "bits->list" length)
         (reverse (fold-bits cons '() i length)))))

    (define bits->vector
      (case-lambda
        ((i) (bits->vector i (integer-length i)))
        ((i length)
         (check-index "bits->vector" length)
         (let ((result (make-vector length)))
           (fold-bits (lambda (bit index)
                        (vector-set! result index bit)
                        (+ index 1))
                      0 i length)
           result))))

    (define (list->bits booleans) (collect-bits null? car cdr booleans))

    (define (vector->bits booleans)
      (let ((length (vector-length booleans)))
        (collect-bits (lambda (index) (= index length))
                      (lambda (index) (vector-ref booleans index))
                      (lambda (index) (+ index 1))
                      0)))

    (define (bits . booleans) (list->bits booleans))

    ;; Fold, unfold, generate

    (define (bitwise-fold procedure seed i)
      (fold-bits procedure seed i (integer-length i)))

    (define (bitwise-for-each procedure i)
      (fold-bits (lambda (bit state) (procedure bit) state) #f i (integer-length i))
      (if #f #f))

    (define (bitwise-unfold stop? mapper successor seed)
      (collect-bits stop? mapper successor seed))

    (define (make-bitwise-generator i)
      (let ((rest (arithmetic-shift i 0))
            (chunk 0)
            (left 0))
        (lambda ()
          (if (zero? left)
              (begin
                (set! chunk (bitwise-and rest chunk-mask))
                (set! rest (arithmetic-shift rest (- chunk-width)))
                (set! left chunk-width)))
          (let ((bit (odd? chunk)))
            (set! chunk (arithmetic-shift chunk -1))
            (set! left (- left 1))
            bit))))))
