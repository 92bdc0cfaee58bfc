;;; SRFI 26: procedures with some arguments given (cut and cute).

(define-library (srfi 26)
  (export cut cute)
  (import (scheme base))
  (begin

    ;; (cut-next parameters (done ...) rest ...): parameters stand for the slots seen so far.
    (define-syntax cut
      (syntax-rules ()
        ((_ slot-or-expression ...)
         (cut-next () () slot-or-expression ...))))

    (define-syntax cut-next
      (syntax-rules (<> <...>)
        ((_ (parameter ...) (procedure argument ...))
         (lambda (parameter ...) ((begin procedure) argument ...)))
        ((_ (parameter ...) (procedure argument ...) <...>)
         (lambda (parameter ... . rest) (apply procedure argument ... rest)))
        ((_ (parameter ...) (done ...) <> more ...)
         (cut-next (parameter ... slot) (done ... slot) more ...))
        ((_ (parameter ...) (done ...) expression more ...)
         (cut-next (parameter ...) (done ... expression) more ...))))

    ;; As cut, but the expressions are evaluated once, when the procedure is made.
    (define-syntax cute
      (syntax-rules ()
        ((_ slot-or-expression ...)
         (cute-next () () () slot-or-expression ...))))

    (define-syntax cute-next
      (syntax-rules (<> <...>)
        ((_ (parameter ...) (binding ...) (procedure argument ...))
         (let (binding ...)
           (lambda (parameter ...) (procedure argument ...))))
        ((_ (parameter ...) (binding ...) (procedure argument ...) <...>)
         (let (binding ...)
           (lambda (parameter ... . rest) (apply procedure argument ... rest))))
        ((_ (parameter ...) (binding ...) (done ...) <> more ...)
         (cute-next (parameter ... slot) (binding ...) (done ... slot) more ...))
        ((_ (parameter ...) (binding ...) (done ...) expression more ...)
         (cute-next (parameter ...) (binding ... (value expression)) (done ... value) more ...))))))
