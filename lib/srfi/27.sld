;;; SRFI 27: sources of random bits.
;;;
;;; The generator is L'Ecuyer's MRG32k3a (Good parameters and implementations for combined multiple
;;; recursive random number generators, 1999). All intermediate results are fixnums.

(define-library (srfi 27)
  (export random-integer random-real default-random-source
          make-random-source random-source? random-source-state-ref random-source-state-set!
          random-source-randomize! random-source-pseudo-randomize!
          random-source-make-integers random-source-make-reals)
  (import (scheme base) (scheme time))
  (begin

    (define m1 4294967087)
    (define m2 4294944443)

    ;; The last three values of each of the two recurrences, the oldest first.
    (define-record-type random-source
      (new-source a0 a1 a2 b0 b1 b2)
      random-source?
      (a0 a0 set-a0!) (a1 a1 set-a1!) (a2 a2 set-a2!)
      (b0 b0 set-b0!) (b1 b1 set-b1!) (b2 b2 set-b2!))

    (define (make-random-source) (new-source 12345 12345 12345 12345 12345 12345))
    (define default-random-source (make-random-source))

    (define (random-source-state-ref source)
      (list 'mrg32k3a (a0 source) (a1 source) (a2 source) (b0 source) (b1 source) (b2 source)))

    (define (random-source-state-set! source state)
      (if (not (and (list? state) (= (length state) 7) (eq? (car state) 'mrg32k3a)))
          (error "random-source-state-set!: this is no state:" state))
      (for-each (lambda (set-field! value) (set-field! source value))
                (list set-a0! set-a1! set-a2! set-b0! set-b1! set-b2!)
                (cdr state)))

    ;; Spreads two numbers over the six words of the state; none of them is out of range or zero.
    (define (seed! source first second)
      (let loop ((setters (list set-a0! set-a1! set-a2! set-b0! set-b1! set-b2!))
                 (word (modulo (+ 1 (* 69069 (+ first 1)) (* 362437 (+ second 1))) 4294900000)))
        (if (pair? setters)
            (begin
              ((car setters) source (+ word 1))
              (loop (cdr setters) (modulo (+ (* 1664525 (+ word 1)) 1013904223) 4294900000)))))
      ;; What the seeds have in common fades.
      (let loop ((count 20))
        (if (> count 0)
            (begin
              (next! source)
              (loop (- count 1))))))

    (define (random-source-randomize! source)
      (seed! source
             (modulo (exact (floor (current-second))) 4294967296)
             (modulo (current-jiffy) 4294967296)))

    (define (random-source-pseudo-randomize! source i j)
      (seed! source (modulo i 4294967296) (modulo j 4294967296)))

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

    ;; Below 2^30, without preference: the few values above a multiple are drawn again.
    (define (next-bits! source)
      (let ((value (next! source)))
        (if (< value 4294967040)
            (modulo (quotient value 4) 1073741824)
            (next-bits! source))))

    (define (random-source-make-integers source)
      (lambda (bound)
        (if (not (and (exact-integer? bound) (> bound 0)))
            (error "random-integer: expected a positive exact integer, found" bound))
        (let draw ()
          ;; As many words as the bound has, and then again where the result is too large to be fair.
          (let loop ((range 1) (value 0))
            (if (< range bound)
                (loop (* range 1073741824) (+ (* value 1073741824) (next-bits! source)))
                (let ((fair (* bound (quotient range bound))))
                  (if (< value fair) (modulo value bound) (draw))))))))

    ;; Between 0 and 1, neither of them; the unit, if given, is as fine as the numbers need be.
    (define (random-source-make-reals source . unit)
      (lambda ()
        (let* ((high (quotient (next-bits! source) 128))
               (low (next-bits! source)))
          (/ (+ (* high 1073741824.0) low 0.5) 9007199254740992.0))))

    (define random-integer (random-source-make-integers default-random-source))
    (define random-real (random-source-make-reals default-random-source))))
