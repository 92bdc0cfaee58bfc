;;; SRFI 144: flonums. The expected values of the functions were computed with 60 digits.

(import (scheme base) (scheme write) (scheme process-context) (srfi 144))
(include "../prelude.scm")

;; A few units in the last place.
(define (near? expected found)
  (or (= expected found)
      (<= (abs (- expected found)) (* 16 2.3e-16 (abs expected)))))
(define-syntax near
  (syntax-rules ()
    ((_ (expected expression) ...)
     (begin (test #t (let ((found expression)) (or (near? expected found) found))) ...))))

(define (constants-near? . pairs)
  (or (null? pairs)
      (and (near? (car pairs) (cadr pairs)) (apply constants-near? (cddr pairs)))))
(test #t (constants-near?
          (flexp 1.0) fl-e (fl/ 1.0 fl-e) fl-1/e (flexp 2.0) fl-e-2 (flexp fl-pi/4) fl-e-pi/4
          (fllog2 fl-e) fl-log2-e (fllog10 fl-e) fl-log10-e (fllog 2.0) fl-log-2
          (/ (fllog 2.0)) fl-1/log-2 (fllog 3.0) fl-log-3 (fllog fl-pi) fl-log-pi
          (fllog 10.0) fl-log-10 (/ (fllog 10.0)) fl-1/log-10 (flacos -1.0) fl-pi
          (/ fl-pi) fl-1/pi (* 2 fl-pi) fl-2pi (/ fl-pi 2) fl-pi/2 (/ fl-pi 4) fl-pi/4
          (* fl-pi fl-pi) fl-pi-squared (/ fl-pi 180) fl-degree (/ 2 fl-pi) fl-2/pi
          (/ 2 (flsqrt fl-pi)) fl-2/sqrt-pi (flsqrt 2.0) fl-sqrt-2 (flsqrt 3.0) fl-sqrt-3
          (flsqrt 5.0) fl-sqrt-5 (flsqrt 10.0) fl-sqrt-10 (flsqrt 0.5) fl-1/sqrt-2
          (flcbrt 2.0) fl-cbrt-2 (flcbrt 3.0) fl-cbrt-3 (flsqrt (flsqrt 2.0)) fl-4thrt-2
          (/ (+ 1 (flsqrt 5.0)) 2) fl-phi (fllog fl-phi) fl-log-phi (/ (fllog fl-phi)) fl-1/log-phi
          0.5772156649015329 fl-euler (flexp fl-euler) fl-e-euler (flsin 1.0) fl-sin-1
          (flcos 1.0) fl-cos-1 (flgamma 0.5) fl-gamma-1/2 (flgamma (/ 1.0 3)) fl-gamma-1/3
          (flgamma (/ 2.0 3)) fl-gamma-2/3))

(test (list +inf.0 0.0 #t #t #f)
      (list (* 2 fl-greatest) (/ fl-least 2) (> (+ 1 fl-epsilon) 1) (= (+ 1 (/ fl-epsilon 2)) 1)
            fl-fast-fl+*))
(test (list fl-integer-exponent-zero fl-integer-exponent-nan)
      (list (flinteger-exponent 0.0) (flinteger-exponent +nan.0)))

;; constructors, accessors
(test '(0.5 3.0) (list (flonum 1/2) (flonum 3)))
(test (list (+ 1 fl-epsilon) (- 1 (/ fl-epsilon 2)) fl-least (- fl-least) 1.0 0.0 fl-greatest +inf.0)
      (list (fladjacent 1.0 2.0) (fladjacent 1.0 0.0) (fladjacent 0.0 1.0) (fladjacent -0.0 -1.0)
            (fladjacent 1.0 1.0) (fladjacent fl-least 0.0) (fladjacent +inf.0 0.0)
            (fladjacent fl-greatest +inf.0)))
(test '(#t #t) (list (= (fladjacent -1.0 -2.0) (- (+ 1 fl-epsilon))) (flnan? (fladjacent +nan.0 1.0))))
(test '(-1.0 1.0 -0.0) (list (flcopysign 1.0 -0.0) (flcopysign -1.0 2.0) (flcopysign 0.0 -1.0)))
(test (list 12.0 0.75 fl-least 0.0 +inf.0 fl-greatest -0.0)
      (list (make-flonum 1.5 3) (make-flonum 3.0 -2) (make-flonum 1.0 -1074) (make-flonum 1.0 -1080)
            (make-flonum 1.0 1024) (make-flonum (make-flonum fl-greatest -2000) 2000)
            (make-flonum -0.0 5))) 
(test '(3.0 0.5) (flinteger-fraction 3.5))
(test '(-3.0 -0.5) (flinteger-fraction -3.5))
(test '(+inf.0 0.0) (flinteger-fraction +inf.0))
(test '(3.0 -1.0 -1074.0 +inf.0 -inf.0) (map flexponent (list 8.5 0.5 fl-least -inf.0 0.0)))
(test '(3 1023 -1022) (map flinteger-exponent (list -8.0 fl-greatest 2.2250738585072014e-308)))
(test '(0.5 4) (flnormalized-fraction-exponent 8.0))
(test '(-0.75 0) (flnormalized-fraction-exponent -0.75))
(test '(0.5 -1073) (flnormalized-fraction-exponent fl-least))
(test '(0.0 0) (flnormalized-fraction-exponent 0.0))
(test '(0 1 1 0) (map flsign-bit '(1.0 -1.0 -0.0 0.0)))

;; predicates
(test '(#t #f #f) (list (flonum? 1.0) (flonum? 1) (flonum? 1/2)))
(test '(#t #t #t #f #t #f #t #t #t) (list (fl=?) (fl=? 1.0) (fl=? 0.0 -0.0) (fl=? +nan.0 +nan.0) (fl<? 1.0 2.0 3.0)
                            (fl>? 1.0 2.0) (fl<=? 1.0 1.0) (fl>=? 2.0 2.0 1.0) (flunordered? 1.0 +nan.0)))
(test '(#t #f #t #t #f #f #t #t) (list (flinteger? 2.0) (flinteger? 2.5) (flzero? -0.0) (flpositive? 1.0)
                               (flnegative? -0.0) (flpositive? +nan.0) (flodd? 3.0) (fleven? 0.0)))
(test '(#t #f #t #t #f #t #f #t #f) (list (flfinite? 1.0) (flfinite? +inf.0) (flinfinite? -inf.0) (flnan? +nan.0)
                               (flnan? 1.0) (flnormalized? 1.0) (flnormalized? fl-least)
                               (fldenormalized? fl-least) (fldenormalized? 0.0)))

;; arithmetic
(test '(-inf.0 +inf.0 3.0 1.0 1.0 1.0) (list (flmax) (flmin) (flmax 1.0 3.0 2.0) (flmin 1.0 3.0) (flmax 1.0 +nan.0)
                                         (flmin +nan.0 1.0)))
(test '(0.0 1.0 6.0 6.0 -1.0 -4.0 0.5 2.0) (list (fl+) (fl*) (fl+ 1.0 2.0 3.0) (fl* 1.0 2.0 3.0) (fl- 1.0)
                                        (fl- 1.0 2.0 3.0) (fl/ 2.0) (fl/ 8.0 2.0 2.0)))
(test (list (* -1.0 (expt 2.0 -60)) 7.0 +inf.0 -0.0)
      (list (fl+* (+ 1 (expt 2.0 -30)) (- 1 (expt 2.0 -30)) -1.0) (fl+* 2.0 3.0 1.0)
            (fl+* 2.0 +inf.0 1.0) (fl+* 0.0 -1.0 -0.0)))
(test '(-inf.0 +inf.0 +inf.0)
      (list (fl+* fl-greatest fl-greatest -inf.0) (fl+* fl-greatest (- fl-greatest) +inf.0) (fl+* fl-greatest 2.0 1.0)))
(test '(1.5 2.0 1.0 0.0 -1.0 -1.0) (list (flabs -1.5) (flabsdiff 1.0 3.0) (flposdiff 3.0 2.0) (flposdiff 2.0 3.0)
                                    (flsgn -3.0) (flsgn -0.0)))
(test '(3.0 2.0 -inf.0 1.0 0.0 1.0)
      (list (flnumerator 1.5) (fldenominator 1.5) (flnumerator -inf.0) (fldenominator +inf.0)
            (flnumerator 0.0) (fldenominator 0.0)))
(test '(-2.0 -1.0 2.0 -1.0) (list (flfloor -1.5) (flceiling -1.5) (flround 2.5) (fltruncate -1.5)))

;; exponents, logarithms
(test '(8.0 9.0 3.0 -0.0 3.0 -2.0 5.0 8.0)
      (list (flexp2 3.0) (flsquare 3.0) (flsqrt 9.0) (flsqrt -0.0) (flcbrt 27.0) (flcbrt -8.0)
            (flhypot 3.0 4.0) (flexpt 2.0 3.0)))
(test '(#t #t #t #t #t) (map flnan? (list (flsqrt -1.0) (flexpt -8.0 0.5) (fllog -1.0) (fllog1+ -2.0) (flasin 2.0))))
(test '(1.0 +inf.0 0.0 1.0 +inf.0 -inf.0 -inf.0)
      (list (flexpt 0.0 0.0) (flexpt 0.0 -1.0) (flexpt 0.0 2.0) (flexpt 1.0 +nan.0) (flexpt 2.0 +inf.0)
            (fllog 0.0) (fllog1+ -1.0)))
(near (+inf.0 (flhypot +inf.0 +nan.0)) (5e300 (flhypot 3e300 4e300)) (5e-300 (flhypot 3e-300 4e-300)))
(test '(10.0 -3.0 3.0 5.0 -1074.0) (list (fllog2 1024.0) (fllog10 0.001) (fllog10 1000.0) ((make-fllog-base 2.0) 32.0)
                                 (fllog2 fl-least)))
(near (2.0 ((make-fllog-base 3.0) 9.0)) (2.0 ((make-fllog-base 10.0) 100.0)) (1.00000000005e-10 (flexp-1 1e-10))
      (0.3498588075760031 (flexp-1 0.3)) (-1.0 (flexp-1 -100.0)) (9.9999999995e-11 (fllog1+ 1e-10))
      (0.26236426446749106 (fllog1+ 0.3)))

;; trigonometry
(near (1.0 (flsin fl-pi/2)) (-1.0 (flcos fl-pi)) (1.0 (fltan fl-pi/4)) (fl-pi/2 (flasin 1.0)) (fl-pi (flacos -1.0))
      (fl-pi/4 (flatan 1.0)) ((- fl-pi/2) (flatan -1.0 0.0)) (1e-5 (flsinh 9.999999999833333e-06))
      (74.20321057778875 (flsinh 5.0)) (74.20994852478785 (flcosh -5.0)) (1.0 (flcosh 0.0))
      (0.9999092042625951 (fltanh 5.0))
      (2.3124383412727525 (flasinh 5.0)) (2.2924316695611777 (flacosh 5.0)) (0.5493061443340548 (flatanh 0.5))
      (+inf.0 (flatanh 1.0)) (-1.0 (fltanh -100.0)))
(test '(-0.0 -0.0 -0.0) (list (flsinh -0.0) (fltanh -0.0) (flasinh -0.0)))

;; division
(test '(3.0 -3.0 0.0 1.0 -1.0 1.5)
      (list (flquotient 7.0 2.0) (flquotient -7.0 2.0) (flquotient 1.0 2.0) (flremainder 7.0 2.0)
            (flremainder -7.0 2.0) (flremainder 5.5 2.0)))
(test (list 9007199254740991.0 #t #t)
      (list (flquotient 9007199254740991.0 1.0) (flnan? (flremainder 1.0 0.0)) (flnan? (flremainder +inf.0 1.0))))
(test '(-1.0 2) (flremquo 5.0 3.0))
(test '(1.0 -2) (flremquo -5.0 3.0))

;; special functions
(test '(24.0 1.0 +inf.0 -inf.0 +inf.0 #t) (list (flgamma 5.0) (flgamma 1.0) (flgamma 0.0) (flgamma -0.0) (flgamma 172.0)
                                 (flnan? (flgamma -1.0))))
(near (4.170651783796603 (flgamma 3.7)) (-3.5449077018110318 (flgamma -0.5)) (0.8862269254527580 (flgamma 1.5)))
(test '(0.0 1.0) (flloggamma 1.0))
(test '(0.0 1.0) (flloggamma 2.0))
(define (first-of thunk) (call-with-values thunk (lambda (a b) a)))
(near (2.2527126517342059 (first-of (lambda () (flloggamma 0.1))))
      (359.1342053695754 (first-of (lambda () (flloggamma 100.0)))))
(test -1.0 (call-with-values (lambda () (flloggamma -0.5)) (lambda (a b) b)))
(near (0.7651976865579666 (flfirst-bessel 0 1.0)) (-0.4400505857449335 (flfirst-bessel 1 -1.0))
      (0.11490348493190049 (flfirst-bessel 2 -1.0))
      (3.8735030085246577e-25 (flfirst-bessel 20 1.0)) (0.01998585030422312 (flfirst-bessel 0 100.0))
      (1.0 (flfirst-bessel 0 0.0))
      (0.088256964215676958 (flsecond-bessel 0 1.0)) (-0.7812128213002887 (flsecond-bessel 1 1.0))
      (-1.6506826068162544 (flsecond-bessel 2 1.0))
      (-0.07724431336508315 (flsecond-bessel 0 100.0)) (-inf.0 (flsecond-bessel 0 0.0)))
(test #t (flnan? (flsecond-bessel 0 -1.0)))
(near (0.8427007929497149 (flerf 1.0)) (-0.9999779095030014 (flerf -3.0)) (0.15729920705028513 (flerfc 1.0))
      (2.088487583762545e-45 (flerfc 10.0))
      (1.9953222650189527 (flerfc -2.0)) (0.0 (flerfc +inf.0)) (1.0 (flerf +inf.0)))

(test-error (fl+ 1 2.0))
(test-error (flsin 1))
(test-error (fl<? 1.0 2))
(test-error (flonum 'a))
(test-error (make-flonum 1.0 1.0))
(test-error (make-fllog-base 1.0))
(test-error (flodd? 1.5))
(test-error (flfirst-bessel 1.0 1.0))
(finish "SRFI 144")
