;;; SRFI 2: and-let*.

(define-library (srfi 2)
  (export and-let*)
  (import (scheme base))
  (begin

    ;; A claim is (variable expression), (expression) or a variable.
    (define-syntax and-let*
      (syntax-rules ()
        ((_ ()) #t)
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ ((variable expression))) expression)
        ((_ ((expression))) expression)
        ((_ (variable)) variable)
        ((_ ((variable expression) claim ...) body ...)
         (let ((variable expression))
           (if variable (and-let* (claim ...) body ...) #f)))
        ((_ ((expression) claim ...) body ...)
         (if expression (and-let* (claim ...) body ...) #f))
        ((_ (variable claim ...) body ...)
         (if variable (and-let* (claim ...) body ...) #f))))))
