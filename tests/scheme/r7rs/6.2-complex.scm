;;; R7RS 6.2: complex numbers, exact roots, other radices; as they are written.

(import (scheme base) (scheme complex) (scheme inexact) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define (written . numbers) (map number->string numbers))

;; each part is exact or not by itself
(test '("1+2.0i" "+2.0i" "1.0" "1+0.0i" "1.5+2i")
      (written (make-rectangular 1 2.0) +2.0i (make-rectangular 1.0 0) (make-rectangular 1 0.0) 1.5+2i))
(test '(#f #f #t #f) (map exact? '(1+2.0i 1.0+2i 1+2i 1.0+2.0i)))
(test '("1+2i" "1.0+2.0i" "0.5+0.25i") (written (exact 1+2.0i) (inexact 1+2i) (inexact 1/2+1/4i)))
(test '("+2.0i" "2.0+4i" "1.0+i" "-1.0") (written (* +i 2.0) (+ 1.0 1+4i) (+ 1.0 +i) (* +i +1.0i)))
(test '("1.0-0.0i" "2.0-0.0i") (written 1.0-0.0i (+ 1 1.0-0.0i)))
(test '("1/2+1/2i" "-0.5i" "11/25+2/25i") (written (/ 1 1-i) (/ 1.0 +2i) (/ 1+2i 3+4i)))
(test '("1.0+0.0i" "0.5-0.5i") (written (/ 1e300+1e300i 1e300+1e300i) (/ 1.0 1.0+1.0i)))
(test '(#t #f #t) (list (= 1+2.0i 1.0+2i) (eqv? 1+2.0i 1.0+2i) (eqv? 1+2.0i 1+2.0i)))
(test-error (/ 1.0+2.0i 0))

;; roots: exact where exact
(test '("+2i" "1/2" "+1/2i" "2+i" "1-2i" "+2.0i")
      (written (sqrt -4) (sqrt 1/4) (sqrt -1/4) (sqrt 3+4i) (sqrt -3-4i) (sqrt -4.0)))
(test '("0.0-1.0i" "0.0+1.0i" "-0.0") (written (sqrt -1.0-0.0i) (sqrt -1.0+0.0i) (sqrt -0.0)))
(test '("1e200" "1e250" "1e-200")
      (written (sqrt (+ 1 (expt 10 400))) (sqrt (+ 1 (expt 10 500))) (sqrt (/ 1 (+ 1 (expt 10 400))))))
(test 9007199254740993 (sqrt (square 9007199254740993)))
(test '("3" "4" "+i" "-8i" "1.0+1.7320508075688772i")
      (written (expt 27 1/3) (expt 8 2/3) (expt -1 1/2) (expt -4 3/2) (expt -8 1/3)))

;; powers
(test '("1" "1.0" "1.0" "0" "0.0") (written (expt 0 0) (expt 0.0 0) (expt 0 0.0) (expt 0 2) (expt 0.0 2)))
(test '("-1" "1.0" "-1.0" "-0.0" "+inf.0")
      (written (expt +i 2) (expt -1.0 (expt 10 30)) (expt -1.0 (+ 1 (expt 10 30))) (expt -0.0 3) (expt 0.0 -1)))
(test '("0.0-11.313708498984761i" "0.20787957635076193+0.0i") (written (expt -2.0 3.5) (expt +i +i)))
(test '(1 1.0) (list (expt +i (expt 10 30)) (expt 1 2.5)))
(test-error (expt 0 -1))
(test-error (expt 0 +i))

;; logarithms and inverse functions, on both sides of their cuts
(test '("0.0+3.141592653589793i" "0.0-3.141592653589793i") (written (log -1) (log -1.0-0.0i)))
(test '("1.5707963267948966-1.3169578969248166i" "-1.5707963267948966+1.3169578969248166i")
      (written (asin 2) (asin -2)))
(test '("1.5707963267948966+1.3169578969248166i" "1.5707963267948966-1.3169578969248166i")
      (written (asin 2.0+0.0i) (asin 2.0-0.0i)))
(test '("0.0+1.3169578969248166i" "3.141592653589793-1.3169578969248166i") (written (acos 2) (acos -2)))
(test '("1.5707963267948966+0.5493061443340549i" "-1.5707963267948966-0.5493061443340549i")
      (written (atan +2i) (atan -2i)))
(test 921.0340371976182 (log (expt 10 400)))
(test 1e-20 (log (+ 1 (expt 1/10 20))))
(test '(5 3.5 0 0) (list (magnitude -3+4i) (magnitude +3.5i) (angle 5) (make-polar 0 2.5)))

;; radices
(test '("0.1" "-3.c" "z.i" "1.1+10.1i") (list (number->string 0.5 2) (number->string -3.75 16)
                                             (number->string 35.5 36) (number->string 1.5+2.5i 2)))
(test '(1.5 -15.5 1/2 #f) (list (string->number "#b1.1") (string->number "-f.8" 16)
                                (string->number "#e#o.4") (string->number "1.2" 2)))
(define (comes-back? number)
  (let loop ((radix 2))
    (or (> radix 36)
        (and (eqv? number (string->number (number->string number radix) radix))
             (loop (+ radix 1))))))
(test '(#t #t #t #t #t #t)
      (map comes-back? '(0.1 1e300 5e-324 -2.2250738585072014e-308 1/3 123456789012345678901234567890)))

;; exponents may ask for a precision
(test '(100.0 100.0 100.0 100.0) (map string->number '("1s2" "1F2" "1d2" "1L2")))
(test '("1e21" "1.7976931348623157e308" "5e-324" "1.5e-10")
      (written 1e21 1.7976931348623157e308 5e-324 1.5e-10))

;; division of large inexact integers does not round twice
(test 3.3333333333333335e299 (quotient 1e300 3.0))
(test 1e22 (floor-quotient 1e23 10.0))

(finish "6.2 complex numbers and roots")
