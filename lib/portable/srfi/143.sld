;;; SRFI 143: fixnums.
;;;
;;; Every procedure checks that its operands and its result are fixnums: one that is not raises an
;;; error that names the procedure.

(define-library (srfi 143)
  (export fx-width fx-greatest fx-least
          fixnum? fx=? fx<? fx>? fx<=? fx>=?
          fxzero? fxpositive? fxnegative? fxodd? fxeven? fxmax fxmin
          fx+ fx- fx* fxneg fxquotient fxremainder fxabs fxsquare fxsqrt
          fx+/carry fx-/carry fx*/carry
          fxnot fxand fxior fxxor
          fxarithmetic-shift fxarithmetic-shift-left fxarithmetic-shift-right
          fxbit-count fxlength fxif fxbit-set? fxcopy-bit fxfirst-set-bit
          fxbit-field fxbit-field-rotate fxbit-field-reverse)
  (import (scheme base) (scheme case-lambda) (only (cozen number) fixnum?)
          (srfi 151) (only (srfi 141) balanced/))
  (begin

    (define fx-width 61)
    (define fx-greatest 1152921504606846975)
    (define fx-least -1152921504606846976)

    (define (not-fixnum name value)
      (error (string-append (symbol->string name) ": expected a fixnum, found") value))

    (define-syntax checked
      (syntax-rules ()
        ((_ name) #t)
        ((_ name operand more ...)
         (if (fixnum? operand) (checked name more ...) (not-fixnum 'name operand)))))

    ;; (define-fixnum (name operand ...) expression): operands and result are fixnums.
    (define-syntax define-fixnum
      (syntax-rules ()
        ((_ (name operand ...) expression)
         (define (name operand ...)
           (checked name operand ...)
           (let ((result expression))
             (if (fixnum? result)
                 result
                 (error (string-append (symbol->string 'name)
                                       ": the result is not a fixnum:")
                        result)))))))

    ;; The result is no fixnum, or always one.
    (define-syntax define-test
      (syntax-rules ()
        ((_ (name operand ...) expression)
         (define (name operand ...)
           (checked name operand ...)
           expression))))

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name compare)
         (define name
           (case-lambda
             ((i j)
              (checked name i j)
              (compare i j))
             (() #t)
             ((i)
              (checked name i)
              #t)
             ((i j . more)
              (let loop ((holds (name i j)) (last j) (more more))
                (if (null? more)
                    holds
                    (let ((next (name last (car more))))
                      (loop (and holds next) (car more) (cdr more)))))))))))

    (define-comparison fx=? =)
    (define-comparison fx<? <)
    (define-comparison fx>? >)
    (define-comparison fx<=? <=)
    (define-comparison fx>=? >=)

    (define-test (fxzero? i) (eq? i 0))
    (define-test (fxpositive? i) (> i 0))
    (define-test (fxnegative? i) (< i 0))
    (define-test (fxodd? i) (odd? i))
    (define-test (fxeven? i) (even? i))

    ;; (define-fold name (i j) expression unit ...): `unit`, if any, is for no operands.
    (define-syntax define-fold
      (syntax-rules ()
        ((_ name (i j) expression unit ...)
         (define name
           (case-lambda
             ((i j)
              (checked name i j)
              expression)
             ((i)
              (checked name i)
              i)
             (() unit) ...
             ((i j . more) (apply name (name i j) more)))))))

    (define-fold fxmax (i j) (if (< i j) j i))
    (define-fold fxmin (i j) (if (< j i) j i))
    (define-fold fxand (i j) (bitwise-and i j) -1)
    (define-fold fxior (i j) (bitwise-ior i j) 0)
    (define-fold fxxor (i j) (bitwise-xor i j) 0)

    ;; Arithmetic

    (define-fixnum (fx+ i j) (+ i j))
    (define-fixnum (fx- i j) (- i j))
    (define-fixnum (fx* i j) (* i j))
    (define-fixnum (fxneg i) (- i))
    (define-fixnum (fxquotient i j) (quotient i j))
    (define-fixnum (fxremainder i j) (remainder i j))
    (define-fixnum (fxabs i) (abs i))
    (define-fixnum (fxsquare i) (* i i))
    (define-test (fxsqrt i) (exact-integer-sqrt i))

    (define (carry s)
      (let-values (((q r) (balanced/ s (expt 2 61))))
        (values r q)))

    (define-test (fx+/carry i j k) (carry (+ i j k)))
    (define-test (fx-/carry i j k) (carry (- i j k)))
    (define-test (fx*/carry i j k) (carry (+ (* i j) k)))

    ;; Bits

    (define-test (fxnot i) (bitwise-not i))

    (define (check-count name least count)
      (if (not (and (fixnum? count) (<= least count 60)))
          (error (string-append (symbol->string name) ": the shift count is out of range:")
                 count)))

    (define-fixnum (fxarithmetic-shift i count)
      (begin
        (check-count 'fxarithmetic-shift -60 count)
        (arithmetic-shift i count)))

    (define-fixnum (fxarithmetic-shift-left i count)
      (begin
        (check-count 'fxarithmetic-shift-left 0 count)
        (arithmetic-shift i count)))

    (define-test (fxarithmetic-shift-right i count)
      (begin
        (check-count 'fxarithmetic-shift-right 0 count)
        (arithmetic-shift i (- count))))

    (define-test (fxbit-count i) (bit-count i))
    (define-test (fxlength i) (integer-length i))
    (define-test (fxif mask i j) (bitwise-if mask i j))

    (define (check-bit name index)
      (if (not (and (fixnum? index) (<= 0 index 60)))
          (error (string-append (symbol->string name) ": the bit's index is out of range:")
                 index)))

    ;; All bits above the highest are as the sign.
    (define-test (fxbit-set? index i)
      (begin
        (if (< index 0)
            (error "fxbit-set?: the bit's index is out of range:" index))
        (if (> index 60) (< i 0) (bit-set? index i))))

    ;; The bit above all others is the sign.
    (define (fxcopy-bit index i boolean)
      (checked fxcopy-bit i)
      (check-bit 'fxcopy-bit index)
      (if (= index 60)
          (if boolean (bitwise-ior i fx-least) (bitwise-and i fx-greatest))
          (copy-bit index i boolean)))

    (define-test (fxfirst-set-bit i) (first-set-bit i))

    (define (check-field name start end)
      (if (not (<= 0 start end 61))
          (error (string-append (symbol->string name) ": the bit field is out of range:")
                 start end)))

    ;; A field that reaches the sign gives a result that is read as two's complement.
    (define (wrap i)
      (let ((bits (bitwise-and i (- (expt 2 61) 1))))
        (if (> bits fx-greatest) (- bits (expt 2 61)) bits)))

    (define-test (fxbit-field i start end)
      (begin
        (check-field 'fxbit-field start end)
        (wrap (bit-field i start end))))

    (define-test (fxbit-field-rotate i count start end)
      (begin
        (check-field 'fxbit-field-rotate start end)
        (wrap (bit-field-rotate i count start end))))

    (define-test (fxbit-field-reverse i start end)
      (begin
        (check-field 'fxbit-field-reverse start end)
        (wrap (bit-field-reverse i start end))))))
