;;; SRFI 202: and-let* with patterns and multiple values. (srfi 202 match) says what patterns are.

(define-library (srfi 202)
  (export and-let*)
  (import (scheme base) (srfi 202 match))
  (begin

    ;; A claim is (pattern ... expression), ((values . patterns) expression), (expression) or a
    ;; variable. A lone variable must not be #f.
    (define-syntax and-let*
      (syntax-rules (values)
        ((_ ()) #t)
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ (((values . patterns) expression) claim ...) body ...)
         (call-with-values
             (lambda () expression)
           (lambda results
             (match-values results patterns (and-let* (claim ...) body ...)))))
        ((_ ((expression))) expression)
        ((_ ((expression) claim ...) body ...)
         (if expression (and-let* (claim ...) body ...) #f))
        ((_ ((pattern expression))) (match-claim pattern expression #f))
        ((_ ((pattern expression) claim ...) body ...)
         (match-claim pattern expression #t (and-let* (claim ...) body ...)))
        ((_ ((pattern1 pattern2 ... expression) claim ...) body ...)
         (call-with-values
             (lambda () expression)
           (lambda results
             (match-values results (pattern1 pattern2 ... . _)
                           (true-variable pattern1 (and-let* (claim ...) body ...))))))
        ((_ (variable)) variable)
        ((_ (variable claim ...) body ...)
         (if variable (and-let* (claim ...) body ...) #f))))

    ;; The last claim, if there is no body, gives its value.
    (define-syntax match-claim
      (syntax-rules ()
        ((_ pattern expression #f)
         (let ((value expression))
           (if-identifier pattern value (match-pattern value pattern #t #f))))
        ((_ pattern expression #t body)
         (let ((value expression))
           (match-pattern value pattern (true-variable pattern body) #f)))))

    ;; An underscore is no variable.
    (define-syntax true-variable
      (syntax-rules (_)
        ((true-variable _ body) body)
        ((true-variable pattern body)
         (if-identifier pattern (if pattern body #f) body))))

    (define-syntax match-values
      (syntax-rules ()
        ((_ results patterns success) (match-pattern results patterns success #f))))))
