;; expect: 15388885050409712165
;; FNV-1a over 64-bit words: the hash stays an unboxed 64-bit integer all along.
(import (scheme base) (scheme write) (cozen bitwise))

(define (hash-numbers count)
  (let loop ((i 0) (hash 14695981039346656037))
    (if (= i count)
        hash
        (loop (+ i 1)
              (bitwise-and (* (bitwise-xor hash (bitwise-and i 255)) 1099511628211)
                           18446744073709551615)))))

(write (hash-numbers 20000000))
(newline)
