;;; After faults that were reported of other optimizers: what the like of each would be here. Each group names its
;;; reports, by repository and number.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context) (cozen bitwise))
(include "../prelude.scm")

(define (ones n) (make-vector n 1))

;; An index that a step of changing sign moves (dotnet/runtime 134451).
(define (swing v n)
  (let loop ((j 0) (x 0) (sum 0) (c 0))
    (if (and (< j (vector-length v)) (< c n))
        (let ((s (+ sum (vector-ref v j))) (x (if (= x 10) -100 (+ x 1))))
          (loop (if (and (>= x -100) (<= x 10)) (+ j x) j) x s (+ c 1)))
        (list j sum))))
(test '(45 9) (swing (ones 101) 9))
(test-error (swing (ones 101) 40))

;; Loops that count down: the limit is of another object, the start is beyond it, the step is not one, the index is
;; moved up in between (dotnet/runtime 129176, eclipse-omr/omr 8343, golang/go 26116).
(define (down a b)
  (let loop ((i (- (vector-length a) 1)) (s 0)) (if (< i 0) s (loop (- i 1) (+ s (vector-ref b i))))))
(test 10 (down (ones 5) (make-vector 5 2)))
(test-error (down (ones 5) (make-vector 3 2)))
(define (down-to a b start)
  (let loop ((i start) (s 0)) (if (> i (vector-length a)) (loop (- i 1) (+ s (vector-ref b i))) s)))
(test 12 (down-to (ones 2) (make-vector 9 2) 8))
(test-error (down-to (ones 2) (make-vector 5 2) 8))
(define (four-down v step)
  (let loop ((i (- (vector-length v) 1)) (s 0) (n 0)) (if (= n 4) s (loop (- i step) (+ s (vector-ref v i)) (+ n 1)))))
(test 10 (four-down (vector 1 2 3 4) 1))
(test-error (four-down (vector 1 2 3 4) 2))
(test-error (four-down (vector 1 2 3) 1))
(test-error (four-down (vector) 1))
(define (back-up s)
  (let loop ((i (- (string-length s) 1)) (acc '()))
    (if (>= i 0)
        (let ((c (string-ref s i))) (loop (if (char=? c #\a) (+ i 2) (- i 1)) (cons c acc)))
        (list->string acc))))
(test "xyz" (back-up "xyz"))
(test-error (back-up "xya"))

;; The test stands behind the access; a header has three entries (golang/go 40367, 63955).
(define (access-first v)
  (let loop ((i 0) (s 0))
    (let ((s (+ s (vector-ref v i))) (j (+ i 1))) (if (= j (vector-length v)) s (loop j s)))))
(test 6 (access-first (vector 1 2 3)))
(test-error (access-first (vector)))
(define (three-entries c v)
  (define (go i s) (if (< i (vector-length v)) (go (+ i 1) (+ s (vector-ref v i))) s))
  (cond ((= c 0) (go 0 0)) ((= c 1) (go 2 0)) ((= c 2) (go -1 0)) (else (go 0 100))))
(test '(6 3 106) (map (lambda (c) (three-entries c (vector 1 2 3))) '(0 1 3)))
(test-error (three-entries 2 (vector 1 2 3)))

;; What a later operation wants of its operands (golang/go 80517).
(define (wanted-later n)
  (let ((fs (vector car cdr)))
    (if (< n 2)
        (let ((f (vector-ref fs (bitwise-and n 1)))) (list (f '(1 . 2)) (vector-length (make-vector n 0))))
        'no)))
(test '((1 0) (2 1) no) (map wanted-later '(0 1 2)))
(test-error (wanted-later -1))
(define (compared-later n)
  (let* ((w (vector 10 20 30)) (a (if (< n 3) (vector-ref w (if (< n 0) 0 n)) 0)))
    (list a (vector-ref (vector 1 2 3) n))))
(test '(20 2) (compared-later 1))
(test-error (compared-later -1))

;; Counts that are negative, too large or no integers; starts at the greatest fixnum (dotnet/coreclr 2596,
;; dart-lang/sdk 40754); copies that overlap (golang/go 54467, eclipse-openj9/openj9 15500).
(define (copy! to from n)
  (let loop ((i 0)) (if (< i n) (begin (vector-set! to i (vector-ref from i)) (loop (+ i 1))) to)))
(test '#(0 0 0) (copy! (vector 0 0 0) (vector 1 2 3) -5))
(test '#(1 2 3 0) (copy! (vector 0 0 0 0) (vector 1 2 3) 2.5))
(test-error (copy! (vector 0 0) (vector 1 2 3) 3))
(test-error (copy! (vector 0 0 0) (vector 1 2) 3))
(define most 1152921504606846975)
(define (three-from v start)
  (let loop ((i start) (n 0)) (if (= n 3) 'end (begin (vector-ref v i) (loop (+ i 1) (+ n 1))))))
(test 'end (three-from (vector 1 2 3) 0))
(test-error (three-from (vector 1 2 3) most))
(test-error (three-from (vector 1 2 3) (- most)))
(define (count-by from to by) (let loop ((i from) (n 0)) (if (< i to) (loop (+ i by) (+ n 1)) (list i n))))
(test '(1152921504606846978 6) (count-by (- most 3) (+ most 3) 1))
(test '(3458764513820540920 2) (count-by (- most 3) (* 2 most) (- most 1)))
(test '(4611686018427387900 4) (count-by 0 (* 4 most) most))
(test '(#(1 1 2 3 4) #(2 3 4 5 5))
      (let ((a (vector 1 2 3 4 5)) (b (vector 1 2 3 4 5)))
        (vector-copy! a 1 a 0 4)
        (vector-copy! b 0 b 1 5)
        (list a b)))
(test-error (vector-copy! (make-vector 3 0) most (vector 1)))
(test-error (vector-copy! (make-vector 3 0) 0 (vector 1 2 3) 2 1))

;; Conditions that contradict each other (dotnet/runtime 132841).
(define (size x) (if (< x 0) (- x) x))
(define (contradict x y)
  (if (> x 10)
      (if (< x 5) (list 'never (size x)) (list 'a (size y)))
      (if (and (> x 5) (< x 6)) (list 'between (size (- x y))) (list 'b (size x)))))
(test '((a 1) (between 3.5) (b 5) (b 3) (between 1/2) (a 6))
      (map contradict '(11 5.5 5 -3 11/2 1000000000000000000000) '(-1 2 3 4 5 6)))
(define (order a b) (if (< a b) (if (< b a) 'never (if (= a b) 'eq 'lt)) (if (< b a) 'gt (if (= a b) 'eq 'none))))
(test '(lt gt eq none none) (map order (list 1 2. 1 +nan.0 1) (list 2 1 1. 1 +nan.0)))

;; Operations of a loop raise in their order, and not where there is no turn (dotnet/runtime 133585,
;; openjdk/jdk 22666, SeaOfNodes/Simple 240, llvm/llvm-project 65062).
(define seen '())
(define (raising v i a b n)
  (let loop ((k 0) (r 0))
    (if (< k n) (begin (set! seen (cons k seen)) (loop (+ k 1) (+ r (vector-ref v i) (quotient a b)))) r)))
(define (irritants thunk)
  (call/cc (lambda (k) (with-exception-handler (lambda (c) (k (error-object-irritants c))) thunk))))
(test '(0 12) (list (raising (vector 1) 5 1 0 0) (raising (vector 1) 0 7 2 3)))
(test '(5) (irritants (lambda () (raising (vector 1) 5 1 0 5))))
(test '(0 0 2 1 0) (begin (irritants (lambda () (raising (vector 1) 0 1 0 3))) seen))
(define (guarded n a)
  (let loop ((i 0) (s 0)) (if (= i n) s (loop (+ i 1) (+ s (if (> a 2) (quotient n (quotient a 2)) i))))))
(test '(3 3 0) (list (guarded 3 1) (guarded 3 4) (guarded 0 0)))

;; A variable of the top level that the loop assigns; what leaves a loop too early (dotnet/coreclr 26417,
;; eclipse-openj9/openj9 24288).
(define turning 1)
(test '(1) (let loop ((out '())) (if (= turning 1) (let ((o (cons turning out))) (set! turning 0) (loop o)) out)))
(test '(5 10) (let loop ((i -5) (r 0)) (if (or (> i 4) (> r 100)) (list i r) (loop (+ i 1) (+ r 1)))))

;; Two names of one object; objects of other types in the next turn (LuaJIT/LuaJIT 843, 994, 1194,
;; ocaml/ocaml 966, 13874).
(define (two-names n)
  (let* ((v (make-vector 10 0)) (w v) (p (cons 0 0)) (q p))
    (do ((i 0 (+ i 1)) (s 0 (+ s (vector-ref v (modulo i 10)) (begin (set-car! q i) (car p))))) ((= i n) s)
      (vector-set! w (modulo i 10) i))))
(test 9900 (two-names 100))
(define (other-types)
  (let loop ((i 0) (x 1) (acc '()))
    (if (= i 6)
        acc
        (loop (+ i 1)
              (cond ((= i 1) 1.5) ((= i 2) 'a) ((= i 3) 1152921504606846976) (else i))
              (cons (if (number? x) (+ x 1) x) acc)))))
(test '(5 1152921504606846977 a 2.5 1 2) (other-types))
(define (read-between p) (let* ((a (car p)) (b (begin (set-car! p 2) 3)) (c (car p))) (list a b c)))
(test '(1 3 2) (read-between (list 1)))

;; Zeros: of differences, of remainders, as keys, of products (LuaJIT/LuaJIT 783, 981, 1376, 1418, 1432;
;; cisco/ChezScheme 959).
(define zeros (list -0.0 0.0 0 1))
(define (each-sign f) (map (lambda (x) (number->string (f x))) zeros))
(test '("0.0" "0.0" "0.0" "1.0") (each-sign (lambda (x) (- x -0.0))))
(test '("-0.0" "0.0" "0.0" "1.0") (each-sign (lambda (x) (+ x -0.0))))
(test '("-0.0" "0.0" "0" "1") (each-sign (lambda (x) (* x 1))))
(test '("0.0" "-0.0" "0" "-1") (each-sign (lambda (x) (* x -1))))
(test '("0.0" "-0.0" "0" "-1") (each-sign -))
(test '(-2 0 -2.0) (map (lambda (a b) (- (modulo a b))) '(2 2 2.) '(3 1 3.)))
(test '(minus exact #f)
      (list (case -0.0 ((0.0) 'plus) ((-0.0) 'minus) (else 'none))
            (case 0 ((0.0) 'inexact) ((0) 'exact) (else 'none))
            (eqv? 0.0 -0.0)))
(define (zero-products a b n)
  (let loop ((i 0) (b b) (bad 0)) (if (= i n) bad (loop (+ i 1) (+ b 1) (if (= 0 (* b a)) bad (+ bad 1))))))
(test '(0 9 0) (list (zero-products 0 0 9) (zero-products 4294967296 4294967296 9) (zero-products 0.0 1 9)))

;; Exact numbers beyond doubles beside infinities (cisco/ChezScheme 1012, racket/typed-racket 1491).
(define huge (expt 10 400))
(test '(-inf.0 +inf.0 #t #f +inf.0 0.0)
      (list (+ -inf.0 huge) (- +inf.0 huge) (< huge +inf.0) (= huge +inf.0) (/ 0.0) (/ 1. huge)))

;; Constants with a sign, and results of tests that are tested (bytecodealliance/cranelift 896,
;; bytecodealliance/wasmtime 5086, 5839, 12503; golang/go 12133, 15175, 32680, 79182).
(define (count-bytes b)
  (let loop ((i 0) (n 0))
    (if (= i (bytevector-length b))
        n
        (let ((x (bytevector-u8-ref b i))) (loop (+ i 1) (cond ((= x -128) (+ n 1)) ((= x 128) (+ n 10)) (else n)))))))
(test 20 (count-bytes (bytevector 128 127 0 255 128)))
(test '((#f #t a) (#t #f b) (#t #f a))
      (map (lambda (x) (list (= (if (eqv? x 1) 0 1) 1) (not (if (= x 1) #f x)) (if (if (if (= x 2) #f #t) 1 #f) 'a 'b)))
           '(1 2 20)))
(define (shift-word x n) (bitwise-and (arithmetic-shift (bitwise-and x 18446744073709551615) n) 18446744073709551615))
(test '(18446744073709551615 9223372036854775808 0 0 1 0 0)
      (map (lambda (n) (shift-word -1 n)) '(0 63 64 65 -63 -64 -70)))
(test '(252 122 190 251)
      (map (lambda (a b)
             (bitwise-and (bitwise-ior (arithmetic-shift (bitwise-and a 255) 3)
                                       (arithmetic-shift (bitwise-and b 255) -2)
                                       (bitwise-xor a b))
                          255))
           '(255 128 7 -1) '(3 200 129 77)))

;; The least fixnum as a factor (the JavaScript engine of Mozilla, multiply-by-int32min).
(test '(4 1152921504606846980 4 1152921504606846980)
      (let loop ((i 0) (all '()))
        (if (= i 4) all (loop (+ i 1) (cons (+ (+ most (* (modulo i 2) -1152921504606846976)) 5) all)))))

;; Errors of results that nobody uses, arguments that nobody uses (cisco/ChezScheme 1021, 246;
;; IntersectMBO/plutus 4826).
(define (unused-inexact x) (inexact x) 'ok)
(define (unused-exact x) (exact x) 'ok)
(define (unused-length x) (length x) 'ok)
(define (unused-vector x) (make-vector x 0) 'ok)
(define (unused-string x) (make-string 2 x) 'ok)
(define (first-of x y) x)
(test 'ok (unused-exact 1.5))
(test-error (unused-inexact 'x))
(test-error (unused-exact +nan.0))
(test-error (unused-length '(1 . 2)))
(test-error (unused-vector -1))
(test-error (unused-string 1))
(test-error (first-of #t (car '())))

;; Inlined procedures with equal names, recursion with two sums, values of several types where branches meet
;; (racket/racket 4701, cisco/ChezScheme 814, ocaml/ocaml 2083).
(define (renamed a b)
  (let ((g (lambda (x y)
             (let* ((a x) (b (+ a y)))
               (let loop ((i 0) (acc a)) (if (= i 2) (list acc a b) (loop (+ i 1) (+ acc b))))))))
    (list (g a b) (g b a) (car (g (car (g a b)) b)))))
(test '((23 1 11) (32 10 11) 89) (renamed 1 10))
(define (tree-sum in)
  (define (next!) (let ((x (car in))) (set! in (cdr in)) x))
  (define (tree)
    (let* ((c (next!)) (m (next!)))
      (+ (let loop ((i 0) (s 0)) (if (= i c) s (loop (+ i 1) (+ s (tree)))))
         (let loop ((i 0) (s 0)) (if (= i m) s (loop (+ i 1) (+ s (next!))))))))
  (tree))
(test 138 (tree-sum '(2 3 0 3 10 11 12 1 1 0 1 99 2 1 1 2)))
(define (joined k f i) (let ((r 0.)) (set! r (case k ((list) (list i)) ((f) f) (else #f))) (if (number? r) (+ r 1.) r)))
(test '((2) 2.5 #f) (map (lambda (k) (joined k 1.5 2)) '(list f other)))

;; A continuation of a call in tail position is entered again (kaappi/kaappi 1248).
(define again #f)
(define answers '())
(define (keep) (let ((pad 'stale)) (call/cc (lambda (c) (set! again c) 'first))))
(set! answers (cons (keep) answers))
(if (< (length answers) 3) (again 'again))
(test '(first again again) (reverse answers))

;; Exponents beyond all (cisco/ChezScheme 23).
(test '(0.0 0.0 0.0 +inf.0 0 #f)
      (map string->number
           '("0.0e3000" "0e999999999999" "1e-99999999999" "1e99999999999" "#e0e99999999" "#e1e99999999999")))

(finish "reported faults")
