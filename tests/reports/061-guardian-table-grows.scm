;;; Tables of guarded objects shrink again; large objects beside small.
;;; Reports: LuaJIT/LuaJIT#1350,1168; ocaml/ocaml#13502,6919.

(import (scheme base) (scheme write) (cozen memory))
(define (p x) (write x) (newline))
(define g (make-guardian))
(define (make n size) (do ((i 0 (+ i 1))) ((= i n)) (g (make-vector size i))))
(make 20000 1)
(make 10 100000)
(collect-garbage)
(collect-garbage)
(define (drain) (let loop ((small 0) (large 0)) (let ((x (g))) (if x
   (if (= (vector-length x) 1) (loop (+ small 1) large) (loop small (+ large 1))) (list small large)))))
(p (drain))
(make 10 1)
(collect-garbage)
(collect-garbage)
(p (drain))
(define (cycles n) (do ((i 0 (+ i 1))) ((= i n)) (make 1000 1) (drain)))
(cycles 50)
(collect-garbage)
(collect-garbage)
(drain)
(p (g))
