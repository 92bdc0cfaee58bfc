;;; SRFI 197: pipeline operators.

(define-library (srfi 197)
  (export chain chain-and chain-when chain-lambda nest nest-reverse)
  (import (scheme base))
  (begin

    ;; Expands to `same` if the datum is the identifier, else to `other`.
    (define-syntax if-same
      (syntax-rules ()
        ((_ datum identifier same other)
         (let-syntax ((test (syntax-rules ::: (identifier)
                              ((_ identifier) same)
                              ((_ x) other))))
           (test datum)))))

    ;; Gives each placeholder of a step a parameter, then expands to (next ... parameters call).
    (define-syntax name-blanks
      (syntax-rules ()
        ((_ blank dots (next ...) () parameters call) (next ... parameters call))
        ((_ blank dots next (datum . more) (parameter ...) (part ...))
         (if-same datum blank
                  (after-blank blank dots next more (parameter ...) (part ...))
                  (name-blanks blank dots next more (parameter ...) (part ... datum))))))

    (define-syntax after-blank
      (syntax-rules ()
        ((_ blank dots (next ...) (datum) (parameter ...) (part ...))
         (if-same datum dots
                  (next ... (parameter ... . rest) (apply part ... rest))
                  (name-blanks blank dots (next ...) (datum)
                               (parameter ... value) (part ... value))))
        ((_ blank dots next more (parameter ...) (part ...))
         (name-blanks blank dots next more (parameter ... value) (part ... value)))))

    ;; chain, chain-lambda

    (define-syntax chain
      (syntax-rules ::: ()
        ((chain initial) initial)
        ((chain initial (datum :::) step :::)
         (chain-steps _ ... initial (datum :::) step :::))
        ((chain initial blank) initial)
        ((chain initial blank (datum :::) step :::)
         (chain-steps blank ... initial (datum :::) step :::))
        ((chain initial blank dots step :::)
         (chain-steps blank dots initial step :::))))

    (define-syntax chain-steps
      (syntax-rules ()
        ((_ blank dots value) value)
        ((_ blank dots value step more ...)
         (name-blanks blank dots (chain-step blank dots value (more ...)) step () ()))))

    (define-syntax chain-step
      (syntax-rules ()
        ((_ blank dots value (more ...) () call)
         (chain-steps blank dots
                      (call-with-values (lambda () value) (lambda ignored call))
                      more ...))
        ((_ blank dots value (more ...) (parameter) call)
         (chain-steps blank dots (let ((parameter value)) call) more ...))
        ((_ blank dots value (more ...) parameters call)
         (chain-steps blank dots
                      (call-with-values (lambda () value) (lambda parameters call))
                      more ...))))

    (define-syntax chain-lambda
      (syntax-rules ::: ()
        ((chain-lambda (datum :::) step :::)
         (chain-lambda-steps _ ... (datum :::) step :::))
        ((chain-lambda blank (datum :::) step :::)
         (chain-lambda-steps blank ... (datum :::) step :::))
        ((chain-lambda blank dots step :::)
         (chain-lambda-steps blank dots step :::))))

    (define-syntax chain-lambda-steps
      (syntax-rules ()
        ((_ blank dots step more ...)
         (name-blanks blank dots (chain-lambda-finish blank dots (more ...)) step () ()))))

    (define-syntax chain-lambda-finish
      (syntax-rules ()
        ((_ blank dots (more ...) parameters call)
         (lambda parameters (chain-steps blank dots call more ...)))))

    ;; chain-and, chain-when. Their steps have one value, so `no-dots` stands for the ellipsis.

    (define-syntax chain-and
      (syntax-rules ()
        ((_ initial) initial)
        ((_ initial (datum ...) step ...) (chain-and-steps _ initial (datum ...) step ...))
        ((_ initial blank step ...) (chain-and-steps blank initial step ...))))

    (define-syntax chain-and-steps
      (syntax-rules ()
        ((_ blank value) value)
        ((_ blank value step more ...)
         (name-blanks blank no-dots (chain-and-step blank value (more ...)) step () ()))))

    (define-syntax chain-and-step
      (syntax-rules ()
        ((_ blank value (more ...) () call)
         (and value (chain-and-steps blank call more ...)))
        ((_ blank value (more ...) (parameter) call)
         (let ((parameter value))
           (and parameter (chain-and-steps blank call more ...))))))

    (define-syntax chain-when
      (syntax-rules ()
        ((_ initial) initial)
        ((_ initial (datum ...) step ...) (chain-when-steps _ initial (datum ...) step ...))
        ((_ initial blank step ...) (chain-when-steps blank initial step ...))))

    (define-syntax chain-when-steps
      (syntax-rules ()
        ((_ blank value) value)
        ((_ blank value (step) more ...) (chain-when-steps blank value (#t step) more ...))
        ((_ blank value (condition step) more ...)
         (name-blanks blank no-dots (chain-when-step blank value condition (more ...))
                      step () ()))))

    (define-syntax chain-when-step
      (syntax-rules ()
        ((_ blank value condition (more ...) () call)
         (chain-when-steps blank
                           (let ((before value)) (if condition call before))
                           more ...))
        ((_ blank value condition (more ...) (parameter) call)
         (chain-when-steps blank
                           (let ((parameter value)) (if condition call parameter))
                           more ...))))

    ;; nest, nest-reverse

    (define-syntax nest
      (syntax-rules ()
        ((_ initial) initial)
        ((_ (datum ...) step ... initial) (nest-steps _ (datum ...) step ... initial))
        ((_ blank step ... initial) (nest-steps blank step ... initial))))

    (define-syntax nest-steps
      (syntax-rules ()
        ((_ blank initial) initial)
        ((_ blank step ... last initial)
         (fill-blank blank (nest-steps blank step ...) initial () last))))

    (define-syntax nest-reverse
      (syntax-rules ()
        ((_ initial) initial)
        ((_ initial (datum ...) step ...) (nest-reverse-steps _ initial (datum ...) step ...))
        ((_ initial blank step ...) (nest-reverse-steps blank initial step ...))))

    (define-syntax nest-reverse-steps
      (syntax-rules ()
        ((_ blank initial) initial)
        ((_ blank initial step more ...)
         (fill-blank blank (nest-reverse-next blank (more ...)) initial () step))))

    (define-syntax nest-reverse-next
      (syntax-rules ()
        ((_ blank (more ...) value) (nest-reverse-steps blank value more ...))))

    ;; Expands to (next ... step), where the value stands for the step's placeholder.
    (define-syntax fill-blank
      (syntax-rules ()
        ((_ blank (next ...) value (seen ...) ()) (next ... (seen ...)))
        ((_ blank (next ...) value (seen ...) (datum . more))
         (if-same datum blank
                  (next ... (seen ... value . more))
                  (fill-blank blank (next ...) value (seen ... datum) more)))))))
