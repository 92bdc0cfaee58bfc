;;; Exit runs outstanding after thunks, output is flushed.
;;; Reports: R7RS 6.14; chibi; Gauche.

(import (scheme base) (scheme write) (scheme process-context) (scheme file))
(define o (open-output-file "exit-out.txt"))
(write 'unflushed o)
(dynamic-wind
  (lambda () (display "in "))
  (lambda () (dynamic-wind (lambda () (display "in2 ")) (lambda () (guard (e (#t (display "caught "))) (exit 0)))
    (lambda () (display "out2 "))))
  (lambda () (display "out") (newline)))
(display "never")
