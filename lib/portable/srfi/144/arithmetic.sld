;;; What (srfi 144) has but for its special functions, and the check that these use too.

(define-library (srfi 144 arithmetic)
  (export fl-e fl-1/e fl-e-2 fl-e-pi/4 fl-log2-e fl-log10-e fl-log-2 fl-1/log-2 fl-log-3 fl-log-pi
          fl-log-10 fl-1/log-10 fl-pi fl-1/pi fl-2pi fl-pi/2 fl-pi/4 fl-pi-squared
          fl-degree fl-2/pi fl-2/sqrt-pi fl-sqrt-2 fl-sqrt-3 fl-sqrt-5 fl-sqrt-10
          fl-1/sqrt-2 fl-cbrt-2 fl-cbrt-3 fl-4thrt-2 fl-phi fl-log-phi fl-1/log-phi
          fl-euler fl-e-euler fl-sin-1 fl-cos-1 fl-gamma-1/2 fl-gamma-1/3 fl-gamma-2/3
          fl-greatest fl-least fl-epsilon fl-fast-fl+* fl-integer-exponent-zero
          fl-integer-exponent-nan flonum fladjacent flcopysign make-flonum
          flinteger-fraction flexponent flinteger-exponent
          flnormalized-fraction-exponent flsign-bit flonum? fl=? fl<? fl>? fl<=? fl>=?
          flunordered? flinteger? flzero? flpositive? flnegative? flodd? fleven?
          flfinite? flinfinite? flnan? flnormalized? fldenormalized? flmax flmin fl+ fl*
          fl+* fl- fl/ flabs flabsdiff flposdiff flsgn flnumerator fldenominator flfloor
          flceiling flround fltruncate flexp flexp2 flexp-1 flsquare flsqrt flcbrt
          flhypot flexpt fllog fllog1+ fllog2 fllog10 make-fllog-base flsin flcos fltan
          flasin flacos flatan flsinh flcosh fltanh flasinh flacosh flatanh flquotient
          flremainder flremquo checked define-flonum sign negative-sign? log1+)
  (import (scheme base) (scheme case-lambda) (scheme inexact)
          (only (cozen number) flonum?))
  (begin

    ;; Mathematical constants

    (define fl-e 2.718281828459045)
    (define fl-1/e 0.36787944117144233)
    (define fl-e-2 7.38905609893065)
    (define fl-e-pi/4 2.1932800507380152)
    (define fl-log2-e 1.4426950408889634)
    (define fl-log10-e 0.4342944819032518)
    (define fl-log-2 0.6931471805599453)
    (define fl-1/log-2 1.4426950408889634)
    (define fl-log-3 1.0986122886681098)
    (define fl-log-pi 1.1447298858494002)
    (define fl-log-10 2.302585092994046)
    (define fl-1/log-10 0.4342944819032518)
    (define fl-pi 3.141592653589793)
    (define fl-1/pi 0.3183098861837907)
    (define fl-2pi 6.283185307179586)
    (define fl-pi/2 1.5707963267948966)
    (define fl-pi/4 0.7853981633974483)
    (define fl-pi-squared 9.869604401089358)
    (define fl-degree 0.017453292519943295)
    (define fl-2/pi 0.6366197723675814)
    (define fl-2/sqrt-pi 1.1283791670955126)
    (define fl-sqrt-2 1.4142135623730951)
    (define fl-sqrt-3 1.7320508075688772)
    (define fl-sqrt-5 2.23606797749979)
    (define fl-sqrt-10 3.1622776601683795)
    (define fl-1/sqrt-2 0.7071067811865476)
    (define fl-cbrt-2 1.2599210498948732)
    (define fl-cbrt-3 1.4422495703074083)
    (define fl-4thrt-2 1.189207115002721)
    (define fl-phi 1.618033988749895)
    (define fl-log-phi 0.48121182505960347)
    (define fl-1/log-phi 2.0780869212350277)
    (define fl-euler 0.5772156649015329)
    (define fl-e-euler 1.781072417990198)
    (define fl-sin-1 0.8414709848078965)
    (define fl-cos-1 0.5403023058681398)
    (define fl-gamma-1/2 1.772453850905516)
    (define fl-gamma-1/3 2.6789385347077475)
    (define fl-gamma-2/3 1.3541179394264005)

    ;; Checks

    (define (not-flonum name value)
      (error (string-append (symbol->string name) ": expected a flonum, found") value))

    (define-syntax checked
      (syntax-rules ()
        ((_ name) #t)
        ((_ name operand more ...)
         (if (flonum? operand) (checked name more ...) (not-flonum 'name operand)))))

    ;; (define-flonum (name operand ...) body): all operands are flonums.
    (define-syntax define-flonum
      (syntax-rules ()
        ((_ (name operand ...) body1 body2 ...)
         (define (name operand ...)
           (checked name operand ...)
           body1 body2 ...))))

    ;; What the generic procedure answers with a complex number is not a number here.
    (define (real-or-nan z) (if (real? z) z +nan.0))

    ;; Implementation constants

    (define fl-greatest 1.7976931348623157e308)
    (define fl-least 5e-324)
    (define fl-epsilon 2.220446049250313e-16)
    (define fl-fast-fl+* #f)
    (define fl-integer-exponent-zero -2147483648)
    (define fl-integer-exponent-nan 2147483647)
    (define least-normal 2.2250738585072014e-308)

    ;; Constructors

    (define (flonum number)
      (if (real? number)
          (inexact number)
          (error "flonum: expected a real number, found" number)))

    (define-flonum (fladjacent x y)
      (cond ((or (nan? x) (nan? y)) +nan.0)
            ((= x y) x)
            ((zero? x) (if (< x y) fl-least (- fl-least)))
            ((eq? (< x y) (> x 0.0)) (* (sign x) (outward (abs x))))
            (else (* (sign x) (inward (abs x))))))

    ;; The neighbours of a positive flonum.
    (define (outward x)
      (let-values (((fraction exponent) (split x)))
        (+ x (power-of-2 (max (- exponent 53) -1074)))))

    (define (inward x)
      (if (infinite? x)
          fl-greatest
          (let-values (((fraction exponent) (split x)))
            (let ((exponent (if (= fraction 0.5) (- exponent 54) (- exponent 53))))
              (- x (power-of-2 (max exponent -1074)))))))

    (define (negative-sign? x)
      (or (< x 0.0) (and (zero? x) (< (/ 1.0 x) 0.0))))

    (define (sign x) (if (negative-sign? x) -1.0 1.0))

    (define-flonum (flcopysign x y)
      (if (eq? (negative-sign? x) (negative-sign? y)) x (- x)))

    ;; All powers of two that are flonums, from 2^-1074.
    (define powers-of-2
      (let ((powers (make-vector 2098)))
        (let loop ((index 0) (power fl-least))
          (if (< index 2098)
              (begin
                (vector-set! powers index power)
                (loop (+ index 1) (* 2.0 power)))
              powers))))

    (define (power-of-2 exponent) (vector-ref powers-of-2 (+ exponent 1074)))

    ;; Only the last multiplication can round.
    (define (make-flonum x n)
      (checked make-flonum x)
      (if (not (exact-integer? n)) (error "make-flonum: expected an exact integer, found" n))
      (if (or (zero? x) (nan? x) (infinite? x))
          x
          (let-values (((fraction exponent) (split x)))
            (let ((total (+ exponent n)))
              (cond ((> total 1024) (* x +inf.0))
                    ((> total 1000) (* (* fraction (power-of-2 1000)) (power-of-2 (- total 1000))))
                    ((> total -1000) (* fraction (power-of-2 total)))
                    ((> total -1080)
                     (* (* fraction (power-of-2 -1000)) (power-of-2 (+ total 1000))))
                    (else (* 0.0 fraction)))))))

    ;; Accessors

    (define-flonum (flinteger-fraction x)
      (cond ((infinite? x) (values x (* 0.0 (sign x))))
            (else
             (let ((integer (truncate x)))
               (values integer (flcopysign (- x integer) x))))))

    ;; A fraction of magnitude from 0.5 to 1 and an exponent, for a finite flonum that is not 0.
    (define (split x)
      (let ((size (abs x)))
        (if (< size least-normal)
            (let-values (((fraction exponent) (split (* x (power-of-2 60)))))
              (values fraction (- exponent 60)))
            (let ((exponent (whole-logarithm size)))
              (values (* 0.5 (* x (power-of-2 (- exponent))))
                      (+ exponent 1))))))

    ;; Of a normal flonum; the quotient of logarithms may be off by one near a power of two.
    (define (whole-logarithm size)
      (let ((guess (max -1022 (min 1023 (exact (floor (/ (log size) fl-log-2)))))))
        (cond ((< size (power-of-2 guess)) (- guess 1))
              ((and (< guess 1023) (>= size (power-of-2 (+ guess 1)))) (+ guess 1))
              (else guess))))

    (define-flonum (flnormalized-fraction-exponent x)
      (if (or (zero? x) (nan? x) (infinite? x))
          (values x 0)
          (split x)))

    (define-flonum (flexponent x)
      (cond ((nan? x) x)
            ((infinite? x) +inf.0)
            ((zero? x) -inf.0)
            (else (let-values (((fraction exponent) (split x))) (inexact (- exponent 1))))))

    (define-flonum (flinteger-exponent x)
      (cond ((nan? x) fl-integer-exponent-nan)
            ((infinite? x) 2147483647)
            ((zero? x) fl-integer-exponent-zero)
            (else (let-values (((fraction exponent) (split x))) (- exponent 1)))))

    (define-flonum (flsign-bit x) (if (negative-sign? x) 1 0))

    ;; Predicates

    (define-syntax define-comparison
      (syntax-rules ()
        ((_ name compare)
         (define name
           (case-lambda
             ((x y)
              (checked name x y)
              (compare x y))
             (() #t)
             ((x)
              (checked name x)
              #t)
             ((x y . more)
              (let loop ((holds (name x y)) (last y) (more more))
                (if (null? more)
                    holds
                    (let ((next (name last (car more))))
                      (loop (and holds next) (car more) (cdr more)))))))))))

    (define-comparison fl=? =)
    (define-comparison fl<? <)
    (define-comparison fl>? >)
    (define-comparison fl<=? <=)
    (define-comparison fl>=? >=)

    (define-flonum (flunordered? x y) (or (nan? x) (nan? y)))
    (define-flonum (flinteger? x) (integer? x))
    (define-flonum (flzero? x) (= x 0.0))
    (define-flonum (flpositive? x) (> x 0.0))
    (define-flonum (flnegative? x) (< x 0.0))
    (define-flonum (flodd? x) (odd? x))
    (define-flonum (fleven? x) (even? x))
    (define-flonum (flfinite? x) (finite? x))
    (define-flonum (flinfinite? x) (infinite? x))
    (define-flonum (flnan? x) (nan? x))
    (define-flonum (flnormalized? x) (and (finite? x) (>= (abs x) least-normal)))
    (define-flonum (fldenormalized? x) (< 0.0 (abs x) least-normal))

    ;; Arithmetic

    ;; (define-fold name unit (x y) expression)
    (define-syntax define-fold
      (syntax-rules ()
        ((_ name unit (x y) expression)
         (define name
           (case-lambda
             ((x y)
              (checked name x y)
              expression)
             (() unit)
             ((x)
              (checked name x)
              x)
             ((x y . more) (apply name (name x y) more)))))))

    ;; As C's fmax and fmin, these prefer a number to a NaN.
    (define-fold flmax -inf.0 (x y) (if (or (nan? y) (> x y)) x y))
    (define-fold flmin +inf.0 (x y) (if (or (nan? y) (< x y)) x y))
    (define-fold fl+ 0.0 (x y) (+ x y))
    (define-fold fl* 1.0 (x y) (* x y))

    (define fl-
      (case-lambda
        ((x y)
         (checked fl- x y)
         (- x y))
        ((x)
         (checked fl- x)
         (- x))
        ((x y . more) (apply fl- (fl- x y) more))))

    (define fl/
      (case-lambda
        ((x y)
         (checked fl/ x y)
         (/ x y))
        ((x)
         (checked fl/ x)
         (/ 1.0 x))
        ((x y . more) (apply fl/ (fl/ x y) more))))

    ;; Exact where that makes a difference; the sum of zeros and of numbers that are not finite has
    ;; the right sign already.
    (define-flonum (fl+* x y z)
      (let ((product (* x y)))
        (cond ((not (and (finite? x) (finite? y))) (+ product z))
              ;; The product is finite, although it may not be a flonum.
              ((not (finite? z)) z)
              ((or (= x 0.0) (= y 0.0)) (+ product z))
              (else
               (let ((exact-sum (+ (* (exact x) (exact y)) (exact z))))
                 (if (eqv? exact-sum 0)
                     (if (= product 0.0) 0.0 (+ product z))
                     (inexact exact-sum)))))))

    (define-flonum (flabs x) (abs x))
    (define-flonum (flabsdiff x y) (abs (- x y)))

    (define-flonum (flposdiff x y)
      (if (<= x y) 0.0 (- x y)))

    (define-flonum (flsgn x) (flcopysign 1.0 x))

    (define-flonum (flnumerator x)
      (if (or (not (finite? x)) (zero? x)) x (numerator x)))

    (define-flonum (fldenominator x)
      (cond ((nan? x) x)
            ((or (infinite? x) (zero? x)) 1.0)
            (else (denominator x))))

    (define-flonum (flfloor x) (floor x))
    (define-flonum (flceiling x) (ceiling x))
    (define-flonum (flround x) (round x))
    (define-flonum (fltruncate x) (truncate x))

    ;; Exponents and logarithms

    (define-flonum (flexp x) (exp x))

    (define-flonum (flexp2 x) (expt 2.0 x))

    (define-flonum (flexp-1 x) (exp-1 x))

    ;; Kahan: the error of the exponential is that of its logarithm too.
    (define (exp-1 x)
      (let ((u (exp x)))
        (cond ((= u 1.0) x)
              ((> x 40.0) u)
              ((= (- u 1.0) -1.0) -1.0)
              (else (/ (* (- u 1.0) x) (log u))))))

    (define (log1+ x)
      (let ((u (+ 1.0 x)))
        (cond ((= u 1.0) x)
              ((or (infinite? u) (<= u 0.0)) (real-or-nan (log u)))
              (else (/ (* (log u) x) (- u 1.0))))))

    (define-flonum (flsquare x) (* x x))

    (define-flonum (flsqrt x) (real-or-nan (sqrt x)))

    ;; One step of Newton's corrects the power.
    (define-flonum (flcbrt x)
      (if (or (zero? x) (not (finite? x)))
          x
          (let* ((size (abs x))
                 (root (expt size (/ 1.0 3.0)))
                 (root (- root (/ (- root (/ size (* root root))) 3.0))))
            (* (sign x) root))))

    (define-flonum (flhypot x y)
      (let ((x (abs x)) (y (abs y)))
        (cond ((or (infinite? x) (infinite? y)) +inf.0)
              ((or (> (max x y) 1e150)) (* 1e200 (hypot (* x 1e-200) (* y 1e-200))))
              ((< (max x y) 1e-150)
               (* (power-of-2 -600) (hypot (* x (power-of-2 600)) (* y (power-of-2 600)))))
              (else (hypot x y)))))

    (define (hypot x y) (sqrt (+ (* x x) (* y y))))

    (define-flonum (flexpt x y)
      (cond ((or (= y 0.0) (= x 1.0)) 1.0)
            ((and (zero? x) (not (nan? y)))
             (let ((zero (if (and (finite? y) (integer? y) (odd? y)) x 0.0)))
               (if (> y 0.0) zero (/ 1.0 zero))))
            ((and (= x -1.0) (infinite? y)) 1.0)
            ((and (< x 0.0) (finite? x) (not (integer? y)) (finite? y)) +nan.0)
            ((and (= x -inf.0) (finite? y))
             (let ((size (if (> y 0.0) +inf.0 0.0)))
               (if (and (integer? y) (odd? y)) (- size) size)))
            ((and (infinite? y) (not (nan? x)))
             (if (eq? (> (abs x) 1.0) (> y 0.0)) +inf.0 0.0))
            (else (real-or-nan (expt x y)))))

    (define-flonum (fllog x)
      (if (zero? x) -inf.0 (real-or-nan (log x))))

    (define-flonum (fllog1+ x)
      (if (= x -1.0) -inf.0 (log1+ x)))

    ;; The fraction is near 1, so that only a logarithm near 0 is small.
    (define-flonum (fllog2 x)
      (cond ((or (not (finite? x)) (<= x 0.0)) (fllog x))
            (else
             (let-values (((fraction exponent) (split x)))
               (if (< fraction fl-1/sqrt-2)
                   (+ (- exponent 1) (/ (log (* 2.0 fraction)) fl-log-2))
                   (+ exponent (/ (log fraction) fl-log-2)))))))

    ;; A power of ten has a whole logarithm.
    (define-flonum (fllog10 x)
      (let ((result (/ (fllog x) fl-log-10)))
        (if (finite? result)
            (let ((whole (round result)))
              (if (and (< (abs (- result whole)) 1e-9)
                       (= x (inexact (expt 10 (exact whole)))))
                  whole
                  result))
            result)))

    (define (make-fllog-base base)
      (checked make-fllog-base base)
      (if (not (> base 1.0)) (error "make-fllog-base: expected a base above 1, found" base))
      (cond ((= base 2.0) fllog2)
            ((= base 10.0) fllog10)
            (else (let ((divisor (log base)))
                    (lambda (x) (/ (fllog x) divisor))))))

    ;; Trigonometry

    (define-flonum (flsin x) (sin x))
    (define-flonum (flcos x) (cos x))
    (define-flonum (fltan x) (tan x))
    (define-flonum (flasin x) (real-or-nan (asin x)))
    (define-flonum (flacos x) (real-or-nan (acos x)))

    (define flatan
      (case-lambda
        ((x)
         (checked flatan x)
         (atan x))
        ((y x)
         (checked flatan y x)
         (atan y x))))

    (define-flonum (flsinh x)
      (if (zero? x)
          x
          (let* ((size (abs x))
                 (result (if (< size 22.0)
                             (let ((e (exp-1 size))) (* 0.5 (+ e (/ e (+ e 1.0)))))
                             (let ((e (exp (* 0.5 size)))) (* (* 0.5 e) e)))))
            (flcopysign result x))))

    (define-flonum (flcosh x)
      (let ((size (abs x)))
        (if (< size 22.0)
            (let ((e (exp size))) (* 0.5 (+ e (/ 1.0 e))))
            (let ((e (exp (* 0.5 size)))) (* (* 0.5 e) e)))))

    (define-flonum (fltanh x)
      (cond ((zero? x) x)
            ((> (abs x) 22.0) (sign x))
            (else (let ((e (exp-1 (* 2.0 (abs x))))) (* (sign x) (/ e (+ e 2.0)))))))

    (define-flonum (flasinh x)
      (if (or (zero? x) (not (finite? x)))
          x
          (let ((size (abs x)))
            (* (sign x)
               (if (> size 1e8)
                   (+ (log size) fl-log-2)
                   (let ((square (* size size)))
                     (log1+ (+ size (/ square (+ 1.0 (sqrt (+ 1.0 square))))))))))))

    (define-flonum (flacosh x)
      (cond ((< x 1.0) +nan.0)
            ((> x 1e8) (+ (log x) fl-log-2))
            (else (let ((t (- x 1.0))) (log1+ (+ t (sqrt (+ (* 2.0 t) (* t t)))))))))

    (define-flonum (flatanh x)
      (let ((size (abs x)))
        (cond ((zero? x) x)
              ((> size 1.0) +nan.0)
              ((= size 1.0) (* x +inf.0))
              (else (* 0.5 (sign x) (log1+ (/ (* 2.0 size) (- 1.0 size))))))))

    ;; Integer division

    ;; Where the quotient was rounded to an integer, the true one may be below that.
    (define-flonum (flquotient x y)
      (let ((quotient (/ x y)))
        (if (and (finite? quotient) (finite? y) (integer? quotient) (not (zero? x)))
            (flcopysign (inexact (truncate (/ (exact x) (exact y)))) quotient)
            (truncate quotient))))

    (define-flonum (flremainder x y)
      (cond ((or (nan? x) (nan? y) (infinite? x) (zero? y)) +nan.0)
            ((or (infinite? y) (zero? x)) x)
            (else
             (let ((x* (exact x)) (y* (exact y)))
               (flcopysign (inexact (- x* (* y* (truncate (/ x* y*))))) x)))))

    (define-flonum (flremquo x y)
      (cond ((or (nan? x) (nan? y) (infinite? x) (zero? y)) (values +nan.0 0))
            ((or (infinite? y) (zero? x)) (values x 0))
            (else
             (let* ((x* (exact x))
                    (y* (exact y))
                    (quotient (round (/ x* y*)))
                    (remainder (- x* (* y* quotient))))
               (values (if (zero? remainder) (flcopysign 0.0 x) (inexact remainder))
                       (truncate-remainder quotient 2147483648))))))))
