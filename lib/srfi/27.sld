;;; SRFI 27: sources of random bits.
;;;
;;; The generator is L'Ecuyer's MRG32k3a (Good parameters and implementations for combined multiple
;;; recursive random number generators, 1999). All intermediate results are fixnums.

(define-library (srfi 27)
  (export random-integer random-real default-random-source
          make-random-source random-source? random-source-state-ref random-source-state-set!
          random-source-randomize! random-source-pseudo-randomize!
          random-source-make-integers random-source-make-reals)
  (import (scheme base) (scheme time) (only (cozen condition) %check-argument))
  (begin

    (define m1 4294967087)
    (define m2 4294944443)

    ;; The last three values of each of the two recurrences, the oldest first.
    (define-record-type random-source
      (new-source a0 a1 a2 b0 b1 b2)
      random-source?
      (a0 a0 set-a0!) (a1 a1 set-a1!) (a2 a2 set-a2!)
      (b0 b0 set-b0!) (b1 b1 set-b1!) (b2 b2 set-b2!))

    (define (check-source source who)
      (%check-argument random-source? source who 1 "random source"))

    (define (random-source-state-ref source)
      (check-source source 'random-source-state-ref)
      (list 'mrg32k3a (a0 source) (a1 source) (a2 source) (b0 source) (b1 source) (b2 source)))

    (define (random-source-state-set! source state)
      (check-source source 'random-source-state-set!)
      (if (not (state? state))
          (error "random-source-state-set!: this is no state:" state))
      (set-state! source (cdr state)))

    (define (set-state! source words)
      (for-each (lambda (set-field! word) (set-field! source word))
                (list set-a0! set-a1! set-a2! set-b0! set-b1! set-b2!)
                words))

    ;; Each recurrence has a value that is not zero, and all values are below its modulus.
    (define (state? state)
      (define (words? words modulus)
        (and (every-word? words modulus) (not (equal? words '(0 0 0)))))
      (and (list? state)
           (= (length state) 7)
           (eq? (car state) 'mrg32k3a)
           (words? (list-head (cdr state) 3) m1)
           (words? (list-tail state 4) m2)))

    (define (list-head list count)
      (if (= count 0) '() (cons (car list) (list-head (cdr list) (- count 1)))))

    (define (every-word? words modulus)
      (or (null? words)
          (and (exact-integer? (car words))
               (< -1 (car words) modulus)
               (every-word? (cdr words) modulus))))

    ;; Streams
    ;;
    ;; Source i, j starts i * 2^127 + j * 2^76 values after the first of all (L'Ecuyer, Simard, Chen and
    ;; Kelton, An object-oriented random-number package with many long streams and substreams, 2002).
    ;; So no two of them share values before 2^76 are drawn. A step of a recurrence multiplies its three
    ;; values by a matrix; n steps multiply by the matrix to the power n.

    (define step-a (vector 0 1 0
                           0 0 1
                           (- m1 810728) 1403580 0))
    (define step-b (vector 0 1 0
                           0 0 1
                           (- m2 1370589) 0 527612))

    (define (matrix-product x y modulus)
      (let ((product (make-vector 9)))
        (do ((row 0 (+ row 3))) ((= row 9) product)
          (do ((column 0 (+ column 1))) ((= column 3))
            (vector-set! product (+ row column)
                         (modulo (+ (* (vector-ref x row) (vector-ref y column))
                                    (* (vector-ref x (+ row 1)) (vector-ref y (+ column 3)))
                                    (* (vector-ref x (+ row 2)) (vector-ref y (+ column 6))))
                                 modulus))))))

    (define (matrix-power matrix exponent modulus)
      (let loop ((square matrix) (exponent exponent) (power (vector 1 0 0 0 1 0 0 0 1)))
        (cond ((= exponent 0) power)
              (else
               (loop (matrix-product square square modulus)
                     (quotient exponent 2)
                     (if (odd? exponent) (matrix-product power square modulus) power))))))

    (define (advanced words step exponent modulus)
      (let ((matrix (matrix-power step exponent modulus)))
        (map (lambda (row)
               (modulo (+ (* (vector-ref matrix row) (car words))
                          (* (vector-ref matrix (+ row 1)) (cadr words))
                          (* (vector-ref matrix (+ row 2)) (car (cddr words))))
                       modulus))
             '(0 3 6))))

    ;; As in the reference implementation of the SRFI, the first source starts 16 steps after 0 0 1.
    (define (start-at! source steps)
      (let ((steps (+ steps 16)) (initial '(0 0 1)))
        (set-state! source
                    (append (advanced initial step-a steps m1) (advanced initial step-b steps m2)))))

    ;; The state of `start-at!` at 0.
    (define (make-random-source)
      (new-source 342112271 2961816100 1062452522 3542344109 3321940838 2854655037))
    (define default-random-source (make-random-source))

    (define (random-source-pseudo-randomize! source i j)
      (check-source source 'random-source-pseudo-randomize!)
      (check-index i)
      (check-index j)
      (start-at! source (+ (* i (expt 2 127)) (* j (expt 2 76)))))

    (define (check-index index)
      (if (not (and (exact-integer? index) (>= index 0)))
          (error "random-source-pseudo-randomize!: expected an exact integer of at least 0, found"
                 index)))

    ;; The stream is chosen by the time and the jiffy. Sources made one after another differ by the number
    ;; of calls.
    (define calls 0)
    (define (random-source-randomize! source)
      (check-source source 'random-source-randomize!)
      (set! calls (+ calls 1))
      (start-at! source
                 (+ (* (+ (* (exact (floor (current-second))) (expt 2 32))
                          (modulo (current-jiffy) (expt 2 32)))
                       (expt 2 127))
                    (* calls (expt 2 76)))))

    ;; An integer from 0 to m1 - 1.
    (define (next! source)
      (let ((a (modulo (- (* 1403580 (a1 source)) (* 810728 (a0 source))) m1))
            (b (modulo (- (* 527612 (b2 source)) (* 1370589 (b0 source))) m2)))
        (set-a0! source (a1 source))
        (set-a1! source (a2 source))
        (set-a2! source a)
        (set-b0! source (b1 source))
        (set-b1! source (b2 source))
        (set-b2! source b)
        (modulo (- a b) m1)))

    ;; As many values, digits to the base m1, as the bound has. Numbers at the end of their range that
    ;; would prefer some results are drawn again.
    (define (random-source-make-integers source)
      (check-source source 'random-source-make-integers)
      (lambda (bound)
        (if (not (and (exact-integer? bound) (> bound 0)))
            (error "random-integer: expected a positive exact integer, found" bound))
        (let draw ()
          (let loop ((range m1) (value (next! source)))
            (if (< range bound)
                (loop (* range m1) (+ (* value m1) (next! source)))
                (let ((share (quotient range bound)))
                  (if (< value (* share bound)) (quotient value share) (draw))))))))

    ;; Between 0 and 1, neither of them: in steps of 2^-52, or multiples of the unit, which are exact where the
    ;; unit is.
    (define (random-source-make-reals source . unit)
      (check-source source 'random-source-make-reals)
      (let ((random-integer (random-source-make-integers source)))
        (if (null? unit)
            (lambda ()
              (/ (+ (random-integer 4503599627370496) 0.5) 4503599627370496.0))
            (let* ((unit (checked-unit (car unit)))
                   (count (max 1 (- (exact (floor (/ 1 unit))) 1))))
              (lambda ()
                (let draw ()
                  (let ((x (* (+ 1 (random-integer count)) unit)))
                    ;; The product may have been rounded.
                    (if (< x 1) x (draw)))))))))

    (define (checked-unit unit)
      (if (and (real? unit) (< 0 unit 1))
          unit
          (error "random-source-make-reals: expected a unit between 0 and 1, found" unit)))

    (define draw-integer (random-source-make-integers default-random-source))
    (define draw-real (random-source-make-reals default-random-source))

    (define (random-integer bound)
      (let ((integer (draw-integer bound)))
        integer))

    (define (random-real)
      (let ((real (draw-real)))
        real))))
