;;; Letrec of case-lambda in operator position, closures through parameters.
;;; Reports: larceny#782.

(import (scheme base) (scheme case-lambda) (scheme write))
(letrec ((f (case-lambda ((k a b x)
   ((letrec ((inner (case-lambda ((c) (if (= x 0) (c 1) (f (letrec ((m (case-lambda ((v) (c (* x v)))))) m) #f b
     (- x 1))))))) inner) k)))))
  (f (letrec ((out (case-lambda ((v) (write v) (newline))))) out) #f '() 5))
(define g (case-lambda (() 'none) ((a) (list a)) ((a b . c) (list a b c)) (all all)))
(write (list (g) (g 1) (g 1 2) (g 1 2 3 4)))
(newline)
