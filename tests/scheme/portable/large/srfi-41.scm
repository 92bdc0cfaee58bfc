;;; SRFI 41: long streams.

(import (scheme base) (scheme write) (scheme process-context) (srfi 41))
(include "../../prelude.scm")

(define nats (stream-from 0))
(test '(1000000 999999 200000)
      (list (stream-ref nats 1000000) (stream-car (stream-filter (lambda (x) (= x 999999)) nats))
            (stream-length (stream-append (stream-range 0 100000) (stream-range 0 100000)))))
(test 100000 (length (stream->list (stream-reverse (stream-range 0 100000)))))

(finish "SRFI 41, long streams")
