;; expect: 348513
;; Primes below five million in a bytevector.
(import (scheme base) (scheme write))

(define (count-primes limit)
  (let ((composite (make-bytevector limit 0)))
    (let outer ((n 2) (count 0))
      (cond ((= n limit) count)
            ((= 1 (bytevector-u8-ref composite n)) (outer (+ n 1) count))
            (else
             (do ((m (* n n) (+ m n)))
                 ((>= m limit))
               (bytevector-u8-set! composite m 1))
             (outer (+ n 1) (+ count 1)))))))

(write (count-primes 5000000))
(newline)
