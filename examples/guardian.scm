;; A list that its frame does not use again is collected while the frame still runs.
;; expect: (collected (1 2 3)) (kept (4 5 6))
(import (scheme base) (scheme write) (cozen memory))

(define guardian (make-guardian))

(define (watch object)
  (guardian object)
  object)

(define (run x)
  (let* ((dead (watch (list x (+ x 1) (+ x 2))))
         (live (watch (list (+ x 3) (+ x 4) (+ x 5))))
         (sum (apply + dead)))
    (collect-garbage)
    (let ((found (guardian)))
      (write (list 'collected found))
      (display " ")
      (write (list 'kept live))
      (newline)
      sum)))

(run 1)
