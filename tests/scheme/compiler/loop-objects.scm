;;; Loops in which the object that is indexed changes: what was compared with the length of one is not
;;; below the length of the next.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define (fill-all first next)
  (let loop ((i 0) (v first))
    (if (or (= i (vector-length v)) (= i 8))
        i
        (begin (vector-set! v i 'lost) (loop (+ i 1) (if (= i 2) next v))))))
(define kept (vector 1 2 3))
(test-error (fill-all (make-vector 5 0) (make-vector 1 0)))
(test '(5 #(1 2 3)) (list (fill-all (make-vector 5 0) (make-vector 5 0)) kept))

(define (read-all first next)
  (let loop ((i 0) (v first) (items '()))
    (if (or (= i (vector-length v)) (= i 6))
        items
        (loop (+ i 1) next (cons (vector-ref v i) items)))))
(test-error (read-all (vector 'a) (vector)))
(test '(c a) (read-all (vector 'a 'b) (vector 'b 'c)))

(define (sum-bytes first next)
  (let loop ((i 0) (b first) (sum 0))
    (if (or (= i (bytevector-length b)) (= i 60))
        sum
        (loop (+ i 1) next (+ sum (bytevector-u8-ref b i))))))
(test-error (sum-bytes (bytevector 1) (bytevector)))
(test 5 (sum-bytes (bytevector 1 2) (bytevector 3 4)))

(define (put-bytes first next)
  (let loop ((i 0) (b first))
    (if (or (= i (bytevector-length b)) (= i 60))
        i
        (begin (bytevector-u8-set! b i 255) (loop (+ i 1) next)))))
(test-error (put-bytes (bytevector 1) (bytevector)))

(define (characters first next)
  (let loop ((i 0) (s first) (items '()))
    (if (or (= i (string-length s)) (= i 60))
        items
        (loop (+ i 1) next (cons (string-ref s i) items)))))
(test-error (characters (string #\a) (string)))

(define (put-characters first next)
  (let loop ((i 0) (s first))
    (if (or (= i (string-length s)) (= i 60))
        i
        (begin (string-set! s i #\x) (loop (+ i 1) next)))))
(test-error (put-characters (string #\a) (string)))

;; The object comes out of another one that a turn changes.
(define (through-box cell)
  (let loop ((i 0))
    (let ((v (car cell)))
      (if (or (= i (vector-length v)) (= i 6))
          i
          (begin (vector-set! v i 'set) (set-car! cell (cadr cell)) (loop (+ i 1)))))))
(test-error (through-box (list (vector 1) (vector))))
(test 2 (through-box (list (vector 1 2) (vector 3 4))))

;; The object is assigned.
(define current (vector 1))
(define (through-variable)
  (let loop ((i 0))
    (if (or (= i (vector-length current)) (= i 6))
        i
        (begin (vector-set! current i 'set) (set! current (vector)) (loop (+ i 1))))))
(test-error (through-variable))

;; The length was taken of what is another object by now.
(define (with-old-length first next)
  (let loop ((i 0) (v first) (length (vector-length first)))
    (if (or (= i length) (= i 6))
        i
        (begin (vector-set! v i 'set) (loop (+ i 1) next length)))))
(test-error (with-old-length (vector 1 2) (vector)))

;; Loops in loops: the inner one goes on with an index of the outer one.
(define (rows m)
  (let outer ((r 0) (i 0))
    (if (= r (vector-length m))
        i
        (let ((row (vector-ref m r)))
          (let inner ((i i))
            (if (or (= i (vector-length row)) (= i 9))
                (outer (+ r 1) i)
                (begin (vector-set! row i 'set) (inner (+ i 1)))))))))
(test-error (rows (vector (vector 1 2 3) (vector 1))))
(test 3 (rows (vector (vector 1 2) (vector 1 2 3))))

;; Down from the length of one into another.
(define (down first next)
  (let loop ((i (- (vector-length first) 1)) (v first))
    (if (< i 0)
        'done
        (begin (vector-set! v i 'set) (loop (- i 1) next)))))
(test-error (down (vector 1 2 3) (vector)))
(test 'done (down (vector 1 2) (vector 1)))
(define (down-anew first next)
  (let loop ((i (- (vector-length first) 1)) (v first) (n 0))
    (if (or (< i 0) (= n 5))
        'done
        (begin (vector-set! v i 'set) (loop (- (vector-length v) 1) next (+ n 1))))))
(test-error (down-anew (vector 1 2 3) (vector)))

;; The turn is entered again through a continuation, after the object has been replaced.
(define (again v w)
  (let ((saved #f) (times 0) (object v))
    (let loop ((i 0))
      (if (or (= i (vector-length object)) (= i 6))
          (if (< times 1)
              (begin (set! times (+ times 1)) (set! object w) (saved 0))
              (list i times))
          (begin
            (if (= i (- (vector-length object) 1)) (call/cc (lambda (k) (set! saved k))))
            (vector-set! object i 'set)
            (loop (+ i 1)))))))
(test-error (again (vector 1 2 3) (vector)))
(test '(3 1) (again (vector 1 2 3) (vector 1 2 3)))

(finish "objects that change in loops")
