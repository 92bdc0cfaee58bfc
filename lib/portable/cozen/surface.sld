;;; Procedures and forms that programs for Chez Scheme, Guile and others take for granted.

(define-library (cozen surface)
  (export fluid-let parameterize* void 1+ 1- -1+ add1 sub1 gensym random
          call-with-output-string with-output-to-string call-with-input-string
          with-input-from-string
          assq-ref assv-ref assoc-ref hash-ref hash-set! hash-remove! hash-for-each hash-fold
          hashq-ref hashq-set! hashv-ref hashv-set! hash-map->list
          string-split identity const compose make-equal-hashtable
          while until)
  (import (scheme base) (scheme write) (scheme case-lambda) (srfi 69) (srfi 27)
          (only (rnrs hashtables) make-hashtable equal-hash))
  (begin

    (define-syntax fluid-let
      (syntax-rules ()
        ((_ ((variable value) ...) body1 body2 ...)
         (temporaries ((variable value) ...) () (body1 body2 ...)))))

    ;; Gives each variable a name for its other value.
    (define-syntax temporaries
      (syntax-rules ()
        ((_ () ((variable value other) ...) (body ...))
         (let ((other value) ...)
           (define (swap!)
             (let ((kept variable))
               (set! variable other)
               (set! other kept))
             ...
             #f)
           (dynamic-wind swap! (lambda () body ...) swap!)))
        ((_ ((variable value) more ...) (done ...) body)
         (temporaries (more ...) (done ... (variable value other)) body))))

    ;; (parameterize* ((parameter value) ...) thunk ...): one after the other.
    (define-syntax parameterize*
      (syntax-rules ()
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ (binding more ...) body1 body2 ...)
         (parameterize (binding) (parameterize* (more ...) body1 body2 ...)))))

    (define-syntax while
      (syntax-rules ()
        ((_ test body ...) (let next () (when test body ... (next))))))

    (define-syntax until
      (syntax-rules ()
        ((_ test body ...) (let next () (unless test body ... (next))))))

    (define (void . objects) (if #f #f))

    (define (1+ number) (+ number 1))
    (define (1- number) (- number 1))
    (define (-1+ number) (- number 1))
    (define (add1 number) (+ number 1))
    (define (sub1 number) (- number 1))

    (define (identity object) object)
    (define (const object) (lambda objects object))

    (define compose
      (case-lambda
        (() values)
        ((procedure) procedure)
        ((procedure . more)
         (let ((inner (apply compose more)))
           (lambda objects (call-with-values (lambda () (apply inner objects)) procedure))))))

    (define gensym-count 0)

    (define (gensym . prefix)
      (set! gensym-count (+ gensym-count 1))
      (let ((prefix (cond ((null? prefix) "g")
                          ((symbol? (car prefix)) (symbol->string (car prefix)))
                          (else (car prefix)))))
        (string->symbol (string-append " " prefix (number->string gensym-count)))))

    (define (random limit . source)
      (if (and (exact? limit) (integer? limit))
          (random-integer limit)
          (* limit (random-real))))

    (define (call-with-output-string procedure)
      (let ((port (open-output-string)))
        (procedure port)
        (get-output-string port)))

    (define (with-output-to-string thunk)
      (let ((port (open-output-string)))
        (parameterize ((current-output-port port)) (thunk))
        (get-output-string port)))

    (define (call-with-input-string text procedure)
      (procedure (open-input-string text)))

    (define (with-input-from-string text thunk)
      (parameterize ((current-input-port (open-input-string text))) (thunk)))

    (define (value-in found) (and found (cdr found)))
    (define (assq-ref alist key) (value-in (assq key alist)))
    (define (assv-ref alist key) (value-in (assv key alist)))
    (define (assoc-ref alist key) (value-in (assoc key alist)))

    (define hash-ref
      (case-lambda
        ((table key) (hash-table-ref/default table key #f))
        ((table key default) (hash-table-ref/default table key default))))

    (define (hash-set! table key value) (hash-table-set! table key value))
    (define (hash-remove! table key) (hash-table-delete! table key))
    (define (hash-for-each procedure table) (hash-table-walk table procedure))
    (define (hash-fold procedure start table)
      (hash-table-fold table procedure start))
    (define (hash-map->list procedure table)
      (hash-fold (lambda (key value list) (cons (procedure key value) list)) '() table))
    (define (make-equal-hashtable . size) (make-hashtable equal-hash equal?))
    (define hashq-ref hash-ref)
    (define hashv-ref hash-ref)
    (define hashq-set! hash-set!)
    (define hashv-set! hash-set!)

    (define (string-split text separator)
      (define (separates? character)
        (if (char? separator) (char=? character separator) (separator character)))
      (let next ((index (string-length text)) (end (string-length text)) (parts '()))
        (cond ((= index 0) (cons (substring text 0 end) parts))
              ((separates? (string-ref text (- index 1)))
               (next (- index 1) (- index 1) (cons (substring text index end) parts)))
              (else (next (- index 1) end parts)))))))
