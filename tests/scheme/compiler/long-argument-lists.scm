;;; Argument lists and values that are more than any frame has slots for.

(import (scheme base) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define (up-to n)
  (let loop ((n n) (list '())) (if (= n 0) list (loop (- n 1) (cons n list)))))
(define (count-all . all) (length all))
(define (pick first second . rest) (list first second (length rest) (list-ref rest 65000)))
(define (three a b c) (list a b c))

(test '(65533 65534 65535 65536 70000)
      (map (lambda (n) (apply count-all (up-to n))) '(65533 65534 65535 65536 70000)))
(test '(1 2 69998 65003) (apply pick (up-to 70000)))
(test '(1 2 69998 65003) (call-with-values (lambda () (apply values (up-to 70000))) pick))
(test 70000 (call-with-values (lambda () (apply values (up-to 70000))) count-all))
(test 2450035000 (apply + (up-to 70000)))
(test 70000 (vector-length (apply vector (up-to 70000))))
(test-error (apply three (up-to 70000)))
(test-error (apply three (up-to 65533)))
(test-error (apply three (up-to 65534)))
(test-error (apply three (up-to 65535)))
(test-error (apply three (up-to 65536)))

(finish "long argument lists")
