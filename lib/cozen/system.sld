;;; The program and its surroundings: evaluation, exit, time, command line, features.

(define-library (cozen system)
  (export eval %thunk-of %thunk-of-file %load-forms environment interaction-environment system-global-environment load
          exit emergency-exit command-line
          get-environment-variable get-environment-variables
          current-jiffy jiffies-per-second current-second features
          %make-host-procedure %run-program)
  (import (cozen core) (cozen primitives) (cozen control) (only (cozen condition) %check-argument)
          (only (cozen list) append))
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

    ;; Evaluates what is left of a text behind the forms of an image: the last thing that the image does.
    (define %load-forms
      (let ((load
            (lambda (name forms)
              (let loop ((forms forms))
                (let ((next (%load-next name forms)))
                  (if (null? (cdr next))
                      ((car next))
                      (begin
                        ((car next))
                        (loop (cdr next)))))))))
        load))

    ;; Runs the bodies of libraries, and then the program that needs them: as if they stood in one text. So a
    ;; continuation of a body goes on with all that stands behind it, and runs what ran then. A body is a pair of its
    ;; library's name and a thunk; the name becomes whether the thunk runs here. Nothing else may have run it before.
    ;; In backtraces of bodies it has the name of what asks for them.
    (define %run-program
      (let ((import
            (lambda (bodies has-run? program)
              (let loop ((bodies bodies))
                (if (null? bodies)
                    (program)
                    (let ((body (car bodies)))
                      (if (string? (car body))
                          (set-car! body (not (has-run? (car body)))))
                      (if (car body)
                          ((cdr body)))
                      (loop (cdr bodies))))))))
        import))

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

    ;; The numbers of the SRFIs that are there: one byte each. `tests/srfi/check.scm` checks them.
    (define srfis
      #u8(0 1 2 4 5 6 8 9 11 13 14 16 17 19 23 25 26 27 28 30 31 34 35 37 38 39 41 42 43
          45 46 48 54 60 61 62 63 64 66 67 69 71 74 78 87 95 98 99 101 111 112 113 115 116
          117 121 124 125 127 128 129 130 131 132 133 134 135 137 139 141 142 143 144 145
          146 149 151 152 156 158 160 162 166 171 173 174 175 180 189 193 195 196 197 202
          209 210 214 219 222 224 227 232 235))

    ;; What `cond-expand` knows, too.
    (define (features)
      (let loop ((index (- (bytevector-length srfis) 1)) (names '()))
        (if (< index 0)
            (append '(r7rs exact-closed ieee-float full-unicode ratios posix unix linux gnu-linux x86-64
                      little-endian cozen)
                    names)
            (loop (- index 1) (cons (srfi-feature (bytevector-u8-ref srfis index)) names)))))

    (define (srfi-feature number)
      (string->symbol (string-append "srfi-" (%number->string number 10))))))
