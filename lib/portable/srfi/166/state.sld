;;; SRFI 166: formatters, state variables and the state that formatters run in.
;;;
;;; A formatter is a record with a procedure of the state. The state is a vector with a place
;;; for each state variable. A formatter that must not change the state runs in a copy.

(define-library (srfi 166 state)
  (export formatter? make-formatter run emit make-state copy-state get put!
          make-state-variable state-variable-immutable?
          displayed each each-in-list nothing fn with with! forked call-with-output
          output-default
          port row col width output writer string-width substring/width substring/preserve
          pad-char ellipsis radix precision decimal-sep decimal-align sign-rule comma-rule
          comma-sep word-separator? ambiguous-is-wide? pretty-environment)
  (import (scheme base) (scheme case-lambda) (scheme char) (scheme repl))
  (begin

    (define-record-type formatter
      (make-formatter procedure)
      formatter?
      (procedure formatter-procedure))

    (define-record-type state-variable
      (new-state-variable name default immutable? index)
      state-variable?
      (name state-variable-name)
      (default state-variable-default)
      (immutable? state-variable-immutable?)
      (index state-variable-index))

    (define variable-count 0)

    (define make-state-variable
      (case-lambda
        ((name default) (make-state-variable name default #f))
        ((name default immutable?)
         (let ((index variable-count))
           (set! variable-count (+ index 1))
           (new-state-variable name default immutable? index)))))

    ;; A place holds `unset` until the variable has another value than its default.
    (define unset (list 'unset))

    (define-record-type state
      (new-state values)
      state?
      (values state-values set-state-values!))

    (define (make-state) (new-state (make-vector variable-count unset)))
    (define (copy-state state) (new-state (vector-copy (state-values state))))

    (define (get state variable)
      (if (not (state-variable? variable))
          (error "fn: expected a state variable, found" variable))
      (let ((values (state-values state))
            (index (state-variable-index variable)))
        (if (< index (vector-length values))
            (let ((value (vector-ref values index)))
              (if (eq? value unset) (state-variable-default variable) value))
            (state-variable-default variable))))

    (define (put! state variable value)
      (if (not (state-variable? variable))
          (error "with: expected a state variable, found" variable))
      (let ((index (state-variable-index variable)))
        (if (>= index (vector-length (state-values state)))
            (let ((values (make-vector (+ index 1) unset)))
              (vector-copy! values 0 (state-values state))
              (set-state-values! state values)))
        (vector-set! (state-values state) index value)))

    ;; Runs any object as a formatter.
    (define (run object state)
      (cond ((formatter? object) ((formatter-procedure object) state))
            ((string? object) (emit object state))
            ((char? object) (emit (string object) state))
            ((procedure? object)
             (error "displayed: expected a formatter or another object, found a procedure"
                    object))
            (else (run ((get state writer) object) state))))

    (define (displayed object)
      (if (formatter? object)
          object
          (make-formatter (lambda (state) (run object state)))))

    ;; Output

    (define (emit text state)
      (let ((out (get state output)))
        (if (eq? out output-default)
            (write-text text state)
            (run (out text) state))))

    (define (output-default text)
      (make-formatter (lambda (state) (write-text text state))))

    ;; Keeps row and column.
    (define (write-text text state)
      (write-string text (get state port))
      (let ((end (string-length text)))
        (let loop ((index 0) (start 0) (rows 0))
          (cond ((< index end)
                 (if (char=? (string-ref text index) #\newline)
                     (loop (+ index 1) (+ index 1) (+ rows 1))
                     (loop (+ index 1) start rows)))
                ((= rows 0)
                 (put! state col (+ (get state col) ((get state string-width) text))))
                (else
                 (put! state row (+ (get state row) rows))
                 (put! state col ((get state string-width) text start end)))))))

    (define plain-width
      (case-lambda
        ((text) (string-length text))
        ((text start) (- (string-length text) start))
        ((text start end) (- end start))))

    ;; The variables. Until a program formats an object, its writer is `#f`.

    (define port (make-state-variable "port" #f))
    (define row (make-state-variable "row" 0))
    (define col (make-state-variable "col" 0))
    (define width (make-state-variable "width" 78))
    (define output (make-state-variable "output" output-default))
    (define writer (make-state-variable "writer" #f))
    (define string-width (make-state-variable "string-width" plain-width))
    (define substring/width (make-state-variable "substring/width" #f))
    (define substring/preserve (make-state-variable "substring/preserve" #f))
    (define pad-char (make-state-variable "pad-char" #\space))
    (define ellipsis (make-state-variable "ellipsis" ""))
    (define radix (make-state-variable "radix" 10))
    (define precision (make-state-variable "precision" #f))
    (define decimal-sep (make-state-variable "decimal-sep" #f))
    (define decimal-align (make-state-variable "decimal-align" #f))
    (define sign-rule (make-state-variable "sign-rule" #f))
    (define comma-rule (make-state-variable "comma-rule" #f))
    (define comma-sep (make-state-variable "comma-sep" #\,))
    (define word-separator? (make-state-variable "word-separator?" char-whitespace?))
    (define ambiguous-is-wide? (make-state-variable "ambiguous-is-wide?" #f))
    (define pretty-environment
      (make-state-variable "pretty-environment" interaction-environment))

    ;; Combination

    (define nothing (make-formatter (lambda (state) #f)))

    (define (each . formatters) (each-in-list formatters))

    (define (each-in-list formatters)
      (make-formatter
       (lambda (state)
         (for-each (lambda (formatter) (run formatter state)) formatters))))

    (define-syntax fn
      (syntax-rules ()
        ((_ bindings expression1 expression2 ...)
         (make-formatter
          (lambda (state) (bind state bindings () expression1 expression2 ...))))))

    ;; All variables are read before any is bound.
    (define-syntax bind
      (syntax-rules ()
        ((_ state ((id variable) . more) (bound ...) . body)
         (bind state more (bound ... (id variable)) . body))
        ((_ state (id . more) (bound ...) . body)
         (bind state more (bound ... (id id)) . body))
        ((_ state () ((id variable) ...) expression ... formatter)
         (let ((id (get state variable)) ...)
           expression ...
           (run formatter state)))))

    (define-syntax with
      (syntax-rules ()
        ((_ ((variable value) ...) formatter ...)
         (with-values (list (cons variable value) ...) (list formatter ...)))))

    (define (with-values bindings formatters)
      (make-formatter
       (lambda (state)
         (let ((before (map (lambda (binding) (get state (car binding))) bindings)))
           (for-each (lambda (binding) (put! state (car binding) (cdr binding))) bindings)
           (for-each (lambda (formatter) (run formatter state)) formatters)
           (for-each (lambda (binding value) (put! state (car binding) value))
                     bindings before)))))

    (define-syntax with!
      (syntax-rules ()
        ((_ (variable value) ...)
         (set-values (list (cons variable value) ...)))))

    (define (set-values bindings)
      (make-formatter
       (lambda (state)
         (for-each (lambda (binding)
                     (if (and (state-variable? (car binding))
                              (state-variable-immutable? (car binding)))
                         (error "with!: the state variable is immutable:"
                                (state-variable-name (car binding))))
                     (put! state (car binding) (cdr binding)))
                   bindings))))

    (define (forked first second)
      (make-formatter
       (lambda (state)
         (run first (copy-state state))
         (run second state))))

    (define (call-with-output formatter mapper)
      (make-formatter
       (lambda (state)
         (let ((copy (copy-state state))
               (text-port (open-output-string)))
           (put! copy port text-port)
           (put! copy output output-default)
           (run formatter copy)
           (run (mapper (get-output-string text-port)) state)))))))
