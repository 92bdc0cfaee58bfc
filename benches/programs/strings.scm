;; expect: 40000 λ20000 100000
;; Building, searching and splitting strings, Latin-1 and wider.
(import (scheme base) (scheme write) (scheme char))

(define (repeat text count)
  (let ((port (open-output-string)))
    (do ((i 0 (+ i 1))) ((= i count) (get-output-string port))
      (write-string text port))))

(define (count-char text char)
  (let loop ((i 0) (count 0))
    (cond ((= i (string-length text)) count)
          ((char=? char (string-ref text i)) (loop (+ i 1) (+ count 1)))
          (else (loop (+ i 1) count)))))

(define (words text)
  (let loop ((start 0) (i 0) (found '()))
    (cond ((= i (string-length text)) (reverse found))
          ((char=? #\space (string-ref text i))
           (loop (+ i 1) (+ i 1) (cons (substring text start i) found)))
          (else (loop start (+ i 1) found)))))

(define text (repeat "the quick brown fox λ " 20000))
(define upper (string-upcase text))

(write (count-char text #\o))
(display " ")
(display (string (string-ref text 20)))
(write (count-char upper #\Λ))
(display " ")
(write (length (words text)))
(newline)
