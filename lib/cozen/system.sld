;;; The program and its surroundings: evaluation, exit, time, command line, features.

(define-library (cozen system)
  (export eval %thunk-of %thunk-of-file environment interaction-environment system-global-environment load
          exit emergency-exit command-line
          get-environment-variable get-environment-variables
          current-jiffy jiffies-per-second current-second features
          %make-host-procedure)
  (import (cozen core) (cozen primitives) (cozen control) (only (cozen condition) %check-argument))
  (begin

    ;; An expression is compiled to an image, whose entry is then called.
    (define (eval expression environment)
      ((%thunk-of expression environment)))

    ;; The first step of `eval`, which is no tail call where `eval` is one (`core::pass::keep_callers`).
    ;; In backtraces it has the name of the whole.
    (define %thunk-of
      (let ((eval (lambda (expression environment)
                    (%check-argument %environment? environment 'eval 2 "environment")
                    (%compile expression environment))))
        eval))

    ;; Libraries that are not loaded yet are loaded first, as an `import` does it.
    (define (environment . import-sets)
      (or (%environment import-sets)
          (begin
            ((%compile (cons 'import import-sets) (%environment 'import)))
            (%environment import-sets))))

    (define (interaction-environment) (%environment 'interaction))
    (define system-global-environment interaction-environment)

    (define load
      (case-lambda
        ((name) ((%thunk-of-file name)))
        ((name environment) ((%thunk-of-file name environment)))))

    ;; The first step of `load`.
    (define %thunk-of-file
      (let ((load
            (case-lambda
              ((name) (%thunk-of-file name (interaction-environment)))
              ((name environment)
               (%check-argument string? name 'load 1 "string")
               (%check-argument %environment? environment 'load 2 "environment")
               (%load name environment)))))
        load))

    (define exit
      (case-lambda
        (() (exit #t))
        ((object)
         (%rewind '())
         (%exit (exit-status object)))))

    (define emergency-exit
      (case-lambda
        (() (%exit 0))
        ((object) (%exit (exit-status object)))))

    (define (exit-status object)
      (cond ((eq? object #t) 0)
            ((and (fixnum? object) (<= 0 object 255)) object)
            ((fixnum? object) (modulo object 256))
            (else 1)))

    ;; A procedure that runs the embedder's procedure for which the ticket stands, and keeps it.
    (define (%make-host-procedure name ticket)
      (lambda arguments (%call-host ticket arguments)))

    (define (features)
      (list 'r7rs 'exact-closed 'ieee-float 'full-unicode 'ratios 'posix 'unix 'linux 'gnu-linux
            'x86-64 'little-endian 'cozen))))
