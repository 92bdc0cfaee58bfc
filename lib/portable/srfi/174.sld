;;; SRFI 174: POSIX timespecs.
;;;
;;; A timespec is a record, disjoint from other types. Its seconds have no limits. Where they are
;;; negative, the nanoseconds go further back in time.

(define-library (srfi 174)
  (export timespec timespec? timespec-seconds timespec-nanoseconds inexact->timespec
          timespec->inexact timespec=? timespec<? timespec-hash)
  (import (scheme base) (scheme inexact))
  (begin

    (define-record-type timespec
      (new-timespec seconds nanoseconds)
      timespec?
      (seconds timespec-seconds)
      (nanoseconds timespec-nanoseconds))

    (define (timespec seconds nanoseconds)
      (if (not (exact-integer? seconds))
          (error "timespec: expected an exact integer, found" seconds))
      (if (not (and (exact-integer? nanoseconds) (<= 0 nanoseconds 999999999)))
          (error "timespec: expected nanoseconds from 0 to 999999999, found" nanoseconds))
      (new-timespec seconds nanoseconds))

    ;; Nanoseconds from the epoch.
    (define (total timespec)
      (let ((seconds (timespec-seconds timespec)))
        ((if (negative? seconds) - +)
         (* 1000000000 seconds)
         (timespec-nanoseconds timespec))))

    ;; Between the epoch and one second before it there is no negative number of seconds to write:
    ;; such a time becomes the epoch.
    (define (inexact->timespec number)
      (if (not (and (real? number) (finite? number)))
          (error "inexact->timespec: expected a finite real number, found" number))
      (let* ((nanoseconds (round (* 1000000000 (exact number))))
             (seconds (truncate-quotient nanoseconds 1000000000)))
        (if (and (zero? seconds) (negative? nanoseconds))
            (new-timespec 0 0)
            (new-timespec seconds (abs (truncate-remainder nanoseconds 1000000000))))))

    (define (timespec->inexact timespec)
      (inexact (/ (total timespec) 1000000000)))

    (define (timespec=? a b) (= (total a) (total b)))
    (define (timespec<? a b) (< (total a) (total b)))
    (define (timespec-hash timespec) (modulo (total timespec) 33554393))))
