;; expect: 500000 1500000 500000
;; A million guards in a loop: every second body raises, every fourth with an object that only the
;; outer guard takes; half a million escapes out of `for-each`, and as many continuable exceptions.

(import (scheme base) (scheme write))

(define (checked n)
  (if (odd? n)
      (raise n)
      n))

(define (outcome n)
  (guard (object ((string? object) 'never)
                 ((number? object) 'odd))
    (guard (inner ((and (number? inner) (= (modulo inner 4) 1)) 'odd))
      (checked n)
      'even)))

(define (count-outcomes n)
  (let loop ((i 0) (odd 0))
    (cond ((= i n) odd)
          ((eq? (outcome i) 'odd) (loop (+ i 1) (+ odd 1)))
          (else (loop (+ i 1) odd)))))

;; The first element that a walk over a list finds, by an escape out of `for-each`.
(define (first-that? test? items)
  (call-with-current-continuation
   (lambda (return)
     (for-each (lambda (item) (if (test? item) (return item))) items)
     #f)))

(define (sum-of-firsts n)
  (let loop ((i 0) (sum 0))
    (if (= i n)
        sum
        (loop (+ i 1) (+ sum (first-that? (lambda (item) (> item 2)) '(1 2 3 4)))))))

(define (count-handled n)
  (let loop ((i 0) (count 0))
    (if (= i n)
        count
        (loop (+ i 1)
              (+ count
                 (with-exception-handler
                  (lambda (object) object)
                  (lambda () (raise-continuable 1))))))))

(write (count-outcomes 1000000))
(display " ")
(write (sum-of-firsts 500000))
(display " ")
(write (count-handled 500000))
(newline)
