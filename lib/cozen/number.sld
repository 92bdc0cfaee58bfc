;;; Numbers: what takes any number of operands, made from the binary primitives.
;;;
;;; The compiler integrates these names where they are called directly; the procedures here are
;;; their values.

(define-library (cozen number)
  (export + - * / = < > <= >= max min gcd lcm
          number? complex? real? rational? integer?
          fixnum? flonum? exact-integer? exact-rational? exact? inexact?
          nan? finite? infinite? zero? positive? negative? odd? even?
          quotient remainder modulo
          truncate-quotient truncate-remainder floor-remainder floor-quotient floor/ truncate/
          abs square floor ceiling round truncate numerator denominator rationalize
          exact inexact inexact->exact exact->inexact
          sqrt exact-integer-sqrt exp log sin cos tan asin acos atan expt
          make-rectangular make-polar real-part imag-part magnitude angle
          bitwise-and bitwise-ior bitwise-xor bitwise-not arithmetic-shift bit-count
          integer-length
          number->string string->number)
  (import (cozen core)
          (rename (cozen primitives)
                  (+ binary+) (- binary-) (* binary*) (/ binary/)
                  (= binary=) (< binary<) (> binary>) (<= binary<=) (>= binary>=)
                  (truncate-quotient named:truncate-quotient)
                  (truncate-remainder named:truncate-remainder)
                  (floor-remainder named:floor-remainder)
                  (inexact->exact named:inexact->exact)
                  (exact->inexact named:exact->inexact)
                  (bitwise-and binary-and) (bitwise-ior binary-ior) (bitwise-xor binary-xor)))
  (begin

    ;; Other names of primitives: errors give the one that was called.
    (define (truncate-quotient n d) (named:truncate-quotient n d))
    (define (truncate-remainder n d) (named:truncate-remainder n d))
    (define (floor-remainder n d) (named:floor-remainder n d))
    (define (inexact->exact z) (named:inexact->exact z))
    (define (exact->inexact z) (named:exact->inexact z))

    ;; (define-fold name binary unit unary): without operands `unit`, with one `unary` of it.
    (define-syntax define-fold
      (syntax-rules ()
        ((_ name binary unit unary)
         (define name
           (case-lambda
             ((a b) (binary a b))
             ((a) (unary a))
             (() unit)
             ((a b . more)
              (let loop ((result (binary a b)) (more more))
                (if (null? more)
                    result
                    (loop (binary result (car more)) (cdr more))))))))))

    (define-fold + binary+ 0 (lambda (a) (binary* 1 a)))
    (define-fold * binary* 1 (lambda (a) (binary* 1 a)))
    (define-fold gcd %gcd 0 (lambda (a) (%gcd a 0)))
    (define-fold lcm %lcm 1 (lambda (a) (%lcm a 1)))
    (define-fold bitwise-and binary-and -1 (lambda (a) (binary-and a -1)))
    (define-fold bitwise-ior binary-ior 0 (lambda (a) (binary-ior a 0)))
    (define-fold bitwise-xor binary-xor 0 (lambda (a) (binary-xor a 0)))

    ;; As define-fold, but at least one operand.
    (define-syntax define-fold1
      (syntax-rules ()
        ((_ name binary unary)
         (define name
           (case-lambda
             ((a b) (binary a b))
             ((a) (unary a))
             ((a b . more)
              (let loop ((result (binary a b)) (more more))
                (if (null? more)
                    result
                    (loop (binary result (car more)) (cdr more))))))))))

    ;; Not (0 - a): the negation of 0.0 is -0.0.
    (define-fold1 - binary- (lambda (a) (binary* -1 a)))
    (define-fold1 / binary/ (lambda (a) (binary/ 1 a)))
    (define-fold1 max %max (lambda (a) (%max a a)))
    (define-fold1 min %min (lambda (a) (%min a a)))

    ;; All operands are checked, also behind one that decides the answer.
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name binary)
         (define name
           (case-lambda
             ((a b) (binary a b))
             ((a) (binary a 0) #t)
             ((a b . more)
              (let loop ((result (binary a b)) (last b) (more more))
                (if (null? more)
                    result
                    (let ((holds (binary last (car more))))
                      (loop (and result holds) (car more) (cdr more)))))))))))

    (define-comparison = binary=)
    (define-comparison < binary<)
    (define-comparison > binary>)
    (define-comparison <= binary<=)
    (define-comparison >= binary>=)

    (define (floor/ n d)
      (values (floor-quotient n d) (modulo n d)))

    (define (truncate/ n d)
      (values (quotient n d) (remainder n d)))

    (define (exact-integer-sqrt n)
      (let ((root-and-rest (%exact-integer-sqrt n)))
        (values (car root-and-rest) (cdr root-and-rest))))

    (define log
      (case-lambda
        ((z) (%log z))
        ;; The logarithm of an exact one is an exact zero, which divides nothing.
        ((z base) (binary/ (%log z) (exact->inexact (%log base))))))

    (define atan
      (case-lambda
        ((z) (%atan1 z))
        ((y x) (%atan2 y x))))

    (define number->string
      (case-lambda
        ((number) (%number->string number 10))
        ((number radix) (%number->string number radix))))

    (define string->number
      (case-lambda
        ((text) (%string->number text 10))
        ((text radix) (%string->number text radix))))))
