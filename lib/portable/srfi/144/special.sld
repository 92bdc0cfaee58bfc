;;; The special functions of (srfi 144): gamma, error function, Bessel functions.
;;;
;;; A&S is Abramowitz and Stegun, Handbook of Mathematical Functions.

(define-library (srfi 144 special)
  (export flgamma flloggamma flfirst-bessel flsecond-bessel flerf flerfc)
  (import (scheme base) (scheme inexact) (srfi 144 arithmetic)
          (only (cozen number) arithmetic-shift integer-length))
  (begin

    ;; Gamma

    ;; Lanczos's sum with the 13 coefficients of the Boost library for 53 bits.
    (define lanczos-g 6.024680040776729583740234375)
    (define lanczos-numerator
      '#(23531376880.410759 42919803642.649099 35711959237.355668 17921034426.037210
         6039542586.3520280 1439720407.3117217 248874557.86205416 31426415.585400194
         2876370.6289353724 186056.26539522349 8071.6720023658162 210.82427775157935
         2.5066282746310002))
    (define lanczos-denominator
      '#(0.0 39916800.0 120543840.0 150917976.0 105258076.0 45995730.0 13339535.0 2637558.0
         357423.0 32670.0 1925.0 66.0 1.0))

    ;; By powers of 1/x for a large argument, so that nothing overflows.
    (define (lanczos-sum x)
      (if (< x 5.0)
          (let loop ((index 12) (above 0.0) (below 0.0))
            (if (< index 0)
                (/ above below)
                (loop (- index 1)
                      (+ (* above x) (vector-ref lanczos-numerator index))
                      (+ (* below x) (vector-ref lanczos-denominator index)))))
          (let loop ((index 0) (above 0.0) (below 0.0))
            (if (> index 12)
                (/ above below)
                (loop (+ index 1)
                      (+ (/ above x) (vector-ref lanczos-numerator index))
                      (+ (/ below x) (vector-ref lanczos-denominator index)))))))

    ;; The sine of pi times x, exact at integers.
    (define (sin-pi x)
      (let* ((y (flremainder x 2.0))
             (n (exact (round (* 2.0 y)))))
        (case (modulo n 4)
          ((0) (sin (* fl-pi (- y (* 0.5 n)))))
          ((1) (cos (* fl-pi (- y (* 0.5 n)))))
          ((2) (- (sin (* fl-pi (- y (* 0.5 n))))))
          (else (- (cos (* fl-pi (- y (* 0.5 n)))))))))

    (define-flonum (flgamma x)
      (cond ((or (nan? x) (= x +inf.0)) x)
            ((= x -inf.0) +nan.0)
            ((zero? x) (/ 1.0 x))
            ((integer? x)
             (cond ((< x 0.0) +nan.0)
                   ((> x 171.0) +inf.0)
                   (else (inexact (factorial (- (exact x) 1))))))
            ((< (abs x) 1e-20) (/ 1.0 x))
            ((> x 172.0) +inf.0)
            ((< x -200.0) (if (even? (floor x)) 0.0 -0.0))
            (else (lanczos-gamma x))))

    (define (factorial n)
      (let loop ((n n) (product 1))
        (if (< n 2) product (loop (- n 1) (* product n)))))

    ;; The error of the base of the power is known: it corrects the result in its first order.
    (define (lanczos-gamma x)
      (let* ((size (abs x))
             (y (+ size (- lanczos-g 0.5)))
             (error-of-y (if (> size (- lanczos-g 0.5))
                             (- (- y size) (- lanczos-g 0.5))
                             (- (- y (- lanczos-g 0.5)) size)))
             (correction (/ (* error-of-y lanczos-g) y)))
        (if (> x 0.0)
            (let* ((result (/ (lanczos-sum size) (exp y)))
                   (result (+ result (* correction result))))
              (if (< size 140.0)
                  (* result (expt y (- size 0.5)))
                  (let ((root (expt y (- (/ size 2.0) 0.25)))) (* result root root))))
            (let* ((result (/ (/ (/ (- fl-pi) (sin-pi size)) size) (lanczos-sum size)))
                   (result (* result (exp y)))
                   (result (- result (* correction result))))
              (if (< size 140.0)
                  (/ result (expt y (- size 0.5)))
                  (let ((root (expt y (- (/ size 2.0) 0.25)))) (/ (/ result root) root)))))))

    (define-flonum (flloggamma x)
      (cond ((nan? x) (values x 1.0))
            ((infinite? x) (values +inf.0 1.0))
            ((and (integer? x) (<= x 0.0)) (values +inf.0 (sign x)))
            ((> x 0.0) (values (log-gamma x) 1.0))
            ((> x -1e-20) (values (- (log (- x))) -1.0))
            (else
             (let ((s (sin-pi (- x))))
               (values (- fl-log-pi (log (abs s)) (log (- x)) (log-gamma (- x)))
                       (if (even? (floor x)) 1.0 -1.0))))))

    ;; For positive x. Taylor's series about 2 keeps the relative error low near the zeros.
    (define (log-gamma x)
      (cond ((< x 1e-20) (- (log x)))
            ((< x 0.5) (- (log-gamma (+ x 1.0)) (log x)))
            ((< x 1.5) (- (log-gamma-2+ (- x 1.0)) (log1+ (- x 1.0))))
            ((< x 2.5) (log-gamma-2+ (- x 2.0)))
            ((< x 3.5) (+ (log-gamma-2+ (- x 3.0)) (log (- x 1.0))))
            (else
             (+ (- (log (lanczos-sum x)) lanczos-g)
                (* (- x 0.5) (- (log (+ x (- lanczos-g 0.5))) 1.0))))))

    ;; (-1)^k (zeta(k) - 1) / k, for k from 2.
    (define taylor-coefficients
      '#(0.3224670334241132 -0.0673523010531981 0.020580808427784546
        -0.007385551028673986 0.0028905103307415234 -0.001192753911703261
        0.0005096695247430425 -0.00022315475845357939 9.945751278180853e-05
        -4.492623673813314e-05 2.050721277567069e-05 -9.439488275268397e-06
        4.374866789907488e-06 -2.039215753801366e-06 9.55141213040742e-07
        -4.492469198764566e-07 2.1207184805554665e-07 -1.0043224823968099e-07
        4.7698101693639804e-08 -2.2711094608943164e-08 1.0838659214896955e-08
        -5.183475041970047e-09 2.4836745438024785e-09 -1.1921401405860912e-09
        5.731367241678862e-10 -2.7595228851242334e-10 1.330476437424449e-10
        -6.4229645638381e-11))

    (define (log-gamma-2+ z)
      (let loop ((index (- (vector-length taylor-coefficients) 1)) (sum 0.0))
        (if (< index 0)
            (+ (* z (- 1.0 fl-euler)) (* z z sum))
            (loop (- index 1) (+ (* sum z) (vector-ref taylor-coefficients index))))))

    ;; Error function

    (define-flonum (flerf x)
      (let ((size (abs x)))
        (cond ((nan? x) x)
              ((< size 1.5) (erf-series x))
              ((< size 30.0) (* (sign x) (- 1.0 (erfc-fraction size))))
              (else (sign x)))))

    (define-flonum (flerfc x)
      (cond ((nan? x) x)
            ((< (abs x) 0.5) (- 1.0 (erf-series x)))
            ((< 0.0 x 0.8) (- 1.0 (erf-series x)))
            ((< 0.0 x 30.0) (erfc-fraction x))
            ((> x 0.0) 0.0)
            (else (+ 1.0 (flerf (- x))))))

    ;; A&S 7.1.6, all of whose terms have the same sign.
    (define (erf-series x)
      (let ((square (* x x)))
        (let loop ((k 25) (sum 0.0))
          (if (zero? k)
              (* fl-2/sqrt-pi x (exp (- square)) (+ 1.0 sum))
              (loop (- k 1) (/ (* 2.0 square (+ 1.0 sum)) (+ (* 2.0 k) 1.0)))))))

    ;; A&S 7.1.14 from a term back that is far enough. The square is exact in two parts.
    (define (erfc-fraction x)
      (let loop ((k (+ 20 (exact (ceiling (/ 300.0 (* x x)))))) (tail x))
        (if (zero? k)
            (let* ((high (/ (round (* x 16.0)) 16.0))
                   (low (- x high)))
              (/ (* (exp (- (* high high))) (exp (- (* low (+ x high)))))
                 (* tail (sqrt fl-pi))))
            (loop (- k 1) (+ x (/ (* 0.5 k) tail))))))

    ;; Bessel functions
    ;;
    ;; The power series cancels digits: the sum is in fixed point with enough bits. Large arguments
    ;; take Hankel's expansion, whose terms fall below the precision when x is above 30.

    (define series-limit 30.0)

    (define (check-order name n)
      (if (not (exact-integer? n))
          (error (string-append name ": expected an exact integer as the order, found") n)))

    (define (flfirst-bessel n x)
      (check-order "flfirst-bessel" n)
      (checked flfirst-bessel x)
      (cond ((nan? x) x)
            ((infinite? x) 0.0)
            ((< n 0) (alternate n (flfirst-bessel (- n) x)))
            ((negative-sign? x) (alternate n (first-bessel n (- x))))
            (else (first-bessel n x))))

    (define (alternate n value) (if (odd? n) (- value) value))

    (define (flsecond-bessel n x)
      (check-order "flsecond-bessel" n)
      (checked flsecond-bessel x)
      (cond ((or (nan? x) (< x 0.0)) +nan.0)
            ((zero? x) -inf.0)
            ((infinite? x) 0.0)
            ((< n 0) (alternate n (flsecond-bessel (- n) x)))
            (else
             (let-values (((y0 y1) (second-bessels x)))
               (recur n x y0 y1)))))

    ;; Of order n, from the orders 0 and 1.
    (define (recur n x f0 f1)
      (if (zero? n)
          f0
          (let loop ((k 1) (before f0) (value f1))
            (if (or (= k n) (infinite? value))
                value
                (loop (+ k 1) value (- (* (/ (* 2.0 k) x) value) before))))))

    (define (first-bessel n x)
      (cond ((zero? x) (if (zero? n) 1.0 0.0))
            ((or (<= x series-limit) (>= n x)) (first-bessel-series n x))
            (else
             (let-values (((j0 y0) (hankel 0 x))
                          ((j1 y1) (hankel 1 x)))
               (recur n x j0 j1)))))

    (define (series-bits x) (+ 128 (* 3 (exact (ceiling x)))))

    ;; Sums (-1)^k q^k n! / (k! (n+k)!) weight(k) in fixed point, where q is x^2/4.
    (define (sum-series n x bits weight next-weight)
      (let* ((half (/ (exact x) 2))
             (q (* half half))
             (above (numerator q))
             (shift (- (integer-length (denominator q)) 1))
             (one (arithmetic-shift 1 bits)))
        (let loop ((k 0) (term one) (weight weight) (sum 0))
          (if (zero? term)
              sum
              (let ((k+1 (+ k 1)))
                (loop k+1
                      (- (quotient (arithmetic-shift (* term above) (- shift))
                                   (* k+1 (+ n k+1))))
                      (next-weight k+1 weight)
                      (+ sum (arithmetic-shift (* term weight) (- bits)))))))))

    (define (first-bessel-series n x)
      (let* ((bits (series-bits x))
             (one (arithmetic-shift 1 bits))
             (sum (sum-series n x bits one (lambda (k weight) weight))))
        (if (and (> n 400) (< x 1.0))
            0.0
            (inexact (/ (* sum (expt (/ (exact x) 2) n))
                        (* one (factorial n)))))))

    (define (second-bessels x)
      (if (> x series-limit)
          (let-values (((j0 y0) (hankel 0 x))
                       ((j1 y1) (hankel 1 x)))
            (values y0 y1))
          (let* ((bits (series-bits x))
                 (one (arithmetic-shift 1 bits))
                 (factor (+ (log (/ x 2.0)) fl-euler))
                 (harmonic (lambda (k weight) (+ weight (quotient one k))))
                 (sum0 (sum-series 0 x bits 0 harmonic))
                 (sum1 (sum-series 1 x bits one
                                   (lambda (k weight)
                                     (+ weight (quotient one k) (quotient one (+ k 1)))))))
            (values (* fl-2/pi (- (* factor (first-bessel-series 0 x)) (inexact (/ sum0 one))))
                    (+ (/ (- fl-2/pi) x)
                       (* fl-2/pi factor (first-bessel-series 1 x))
                       (- (* fl-1/pi 0.5 x (inexact (/ sum1 one)))))))))

    ;; A&S 9.2.5 to 9.2.10: the functions of both kinds, of order 0 or 1.
    (define (hankel n x)
      (let ((square (* 4.0 n n))
            (scale (sqrt (/ fl-1/pi x)))
            (sine (sin x))
            (cosine (cos x)))
        (let loop ((k 1) (term 1.0) (p 1.0) (q 0.0))
          (let* ((odd (- (* 2.0 k) 1.0))
                 (next (/ (* term (- square (* odd odd))) (* 8.0 k x))))
            (if (or (> (abs next) (abs term)) (< (abs next) 1e-19))
                (let ((c (if (zero? n) (+ cosine sine) (- sine cosine)))
                      (s (if (zero? n) (- sine cosine) (- (+ sine cosine)))))
                  (values (* scale (- (* p c) (* q s)))
                          (* scale (+ (* p s) (* q c)))))
                (case (modulo k 4)
                  ((1) (loop (+ k 1) next p (+ q next)))
                  ((2) (loop (+ k 1) next (- p next) q))
                  ((3) (loop (+ k 1) next p (- q next)))
                  (else (loop (+ k 1) next (+ p next) q))))))))))
