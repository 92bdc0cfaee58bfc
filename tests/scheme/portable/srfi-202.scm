;;; SRFI 202: and-let* with patterns.

(import (scheme base) (scheme write) (scheme process-context) (srfi 202))
(include "../prelude.scm")

;; as in SRFI 2
(test '(#t body 1 #f 2 #f)
      (list (and-let* ()) (and-let* () 'body) (and-let* ((x 1))) (and-let* ((x #f)) 'no)
            (and-let* ((x 1) ((= x 1))) (+ x 1)) (and-let* ((x 1) ((= x 2))) 'no)))
(test '(5 #f 6) (let ((y 5) (n #f)) (list (and-let* (y)) (and-let* (n) 'no) (and-let* (y (z (+ y 1))) z))))
(test '(3 4) (and-let* ((x 3) (x (list x 4))) x))
(test #t (and-let* (((memv 1 '(1))) (x 1)) (= x 1)))

;; patterns
(test '((1 2) #f (1 (2 3)) #f)
      (list (and-let* (((a b) '(1 2))) (list a b)) (and-let* (((a b) '(1))) 'no)
            (and-let* (((a . rest) '(1 2 3))) (list a rest)) (and-let* (((a . rest) '())) 'no)))
(test '(yes #f) (list (and-let* ((#f (null? '(1)))) 'yes) (and-let* ((#f (null? '()))) 'no)))
(test '(2 3 #f a)
      (list (and-let* (((1 x) '(1 2))) x) (and-let* ((#(_ (x)) #(1 (3)))) x) (and-let* ((#(a) #(1 2))) 'no)
            (and-let* (('sym 'sym)) 'a)))
(test '(2 #f (3 4))
      (list (and-let* ((`(add ,x) '(add 2))) x) (and-let* ((`(add ,x) '(sub 2))) 'no)
            (and-let* ((`(,x #(k ,y)) '(3 #(k 4)))) (list x y))))
(test '(2 #f 4 ok #f ok)
      (list (and-let* (((? even? x) 2)) x) (and-let* (((? even?) 3)) 'no) (and-let* (((= square x) 2)) x)
            (and-let* (((or 1 2) 2)) 'ok) (and-let* (((not 1) 1)) 'no) (and-let* (((and x (? odd?)) 1)) 'ok)))
(test '(#t #f) (list (and-let* (((a) '(1)))) (and-let* (((a) '())))))
(test '("s" #f) (list (and-let* (("s" "s")) "s") (and-let* ((#\a #\b)) 'no)))
(test #f (and-let* (((a) '(#f)) (b a)) 'no))

;; multiple values
(test '((1 2) #f #f (1 2) (1 (2 3)) (1 ()) #f)
      (list (and-let* ((a b (values 1 2))) (list a b)) (and-let* ((a b (values #f 2))) 'no)
            (and-let* ((a b (values 1))) 'no) (and-let* ((a b (values 1 2 3))) (list a b))
            (and-let* (((values a . b) (values 1 2 3))) (list a b)) (and-let* (((values a . b) (values 1))) (list a b))
            (and-let* (((values a b) (values 1))) 'no)))
(test '((1 2) (#f 2))
      (list (and-let* (((a) b (values '(1) 2))) (list a b)) (and-let* (((values a b) (values #f 2))) (list a b))))
(test '(3) (and-let* ((_ x (values #f 3))) (list x)))
(finish "SRFI 202")
