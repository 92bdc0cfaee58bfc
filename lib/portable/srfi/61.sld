;;; SRFI 61: a more general cond clause.
;;;
;;; (generator guard => receiver): the guard and the receiver take all values of the generator.

(define-library (srfi 61)
  (export (rename general-cond cond) else =>)
  (import (scheme base))
  (begin

    (define-syntax general-cond
      (syntax-rules (else =>)
        ((_ (else result1 result2 ...)) (begin result1 result2 ...))
        ((_ (generator guard => receiver) clause ...)
         (call-with-values (lambda () generator)
           (lambda arguments
             (if (apply guard arguments)
                 (apply receiver arguments)
                 (rest clause ...)))))
        ((_ (test => receiver) clause ...)
         (let ((value test))
           (if value (receiver value) (rest clause ...))))
        ((_ (test)) test)
        ((_ (test) clause ...) (or test (general-cond clause ...)))
        ((_ (test result1 result2 ...) clause ...)
         (if test (begin result1 result2 ...) (rest clause ...)))))

    ;; No clause may be left.
    (define-syntax rest
      (syntax-rules ()
        ((_) (if #f #f))
        ((_ clause ...) (general-cond clause ...))))))
