;;; SRFI 219: definitions of procedures that answer procedures.

(import (except (scheme base) define) (scheme write) (scheme process-context) (srfi 219))
(include "../prelude.scm")

(define ((greet-with-prefix prefix) suffix) (string-append prefix " " suffix))
(define greet (greet-with-prefix "Hello"))
(define ((append-to . a) . b) (apply append (append a b)))
(define (((add a) b ignored) c) (define sum (+ a b c)) sum)

(test "Hello there!" (greet "there!"))
(test '(() (1 2 3 4 5 6 7 8)) (list ((append-to)) ((append-to '(1 2) '(3 4)) '(5 6) '(7 8))))
(test 6 (((add 1) 2 'ignored) 3))
(test '(3 (1 2)) (let () (define x 3) (define (f . rest) rest) (list x (f 1 2))))
(test 5 (let () (define ((inner a) b) (+ a b)) ((inner 2) 3)))

(finish "SRFI 219")
