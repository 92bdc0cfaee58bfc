;;; Procedures with optional and keyword arguments, as in Guile (its manual, Optional Arguments).
;;;
;;;     (lambda* (required ... #:optional option ... #:key option ... #:allow-other-keys #:rest rest) body ...)
;;;     option = name | (name default) | (name default #:keyword)
;;;
;;; A default may refer to the parameters before it. Without one, it is #f. Arguments for keywords come in any order.

(define-library (cozen optional)
  (export lambda* define* case-lambda* define*-public
          let-optional let-optional* let-optionals let-optionals* let-keywords let-keywords*
          keyword? keyword->symbol symbol->keyword)
  (import (scheme base) (cozen core))
  (begin

    (define (keyword? object)
      (and (symbol? object)
           (let ((name (symbol->string object)))
             (and (> (string-length name) 2)
                  (char=? (string-ref name 0) #\#)
                  (char=? (string-ref name 1) #\:)))))

    (define (symbol->keyword symbol)
      (string->symbol (string-append "#:" (symbol->string symbol))))

    (define (keyword->symbol keyword)
      (if (not (keyword? keyword)) (error "keyword->symbol: expected a keyword" keyword))
      (string->symbol (string-copy (symbol->string keyword) 2)))

    (define-syntax define*
      (syntax-rules ()
        ((_ ((name . parameters) . more) body1 body2 ...)
         (define* (name . parameters) (lambda* more body1 body2 ...)))
        ((_ (name . parameters) body1 body2 ...)
         (define name (lambda* parameters body1 body2 ...)))
        ((_ name value) (define name value))))

    (define-syntax define*-public
      (syntax-rules () ((_ . definition) (define* . definition))))

    (define-syntax lambda*
      (syntax-rules ()
        ((_ parameters body1 body2 ...)
         (parse required parameters () () () #f (body1 body2 ...)))))

    ;; (parse mode parameters (required ...) ((optional default) ...) ((key default keyword) ...) others? body): `mode`
    ;; is the sort of the parameters that come next.
    (define-syntax parse
      (syntax-rules (required optional key #:optional #:key #:rest #:allow-other-keys)
        ((_ mode () r o k others body) (finish r o k others #f body))
        ((_ required (#:optional . more) r o k others body)
         (parse optional more r o k others body))
        ((_ mode (#:key . more) r o k others body) (parse key more r o k others body))
        ((_ mode (#:allow-other-keys . more) r o k others body)
         (parse mode more r o k #t body))
        ((_ mode (#:rest rest) r o k others body) (finish r o k others rest body))
        ((_ mode (#:rest rest . more) r o k others body)
         (parse-rest rest more r o k others body))
        ((_ required (name . more) (r ...) o k others body)
         (parse required more (r ... name) o k others body))
        ((_ optional ((name default) . more) r (o ...) k others body)
         (parse optional more r (o ... (name default)) k others body))
        ((_ optional (name . more) r (o ...) k others body)
         (parse optional more r (o ... (name #f)) k others body))
        ((_ key ((name default keyword) . more) r o (k ...) others body)
         (parse key more r o (k ... (name default keyword)) others body))
        ((_ key ((name default) . more) r o (k ...) others body)
         (parse key more r o (k ... (name default (symbol->keyword 'name))) others body))
        ((_ key (name . more) r o (k ...) others body)
         (parse key more r o (k ... (name #f (symbol->keyword 'name))) others body))
        ((_ mode rest r o k others body) (finish r o k others rest body))))

    ;; Keywords may come behind the rest parameter.
    (define-syntax parse-rest
      (syntax-rules (#:key)
        ((_ rest () r o k others body) (finish r o k others rest body))
        ((_ rest (#:key . more) r o k others body)
         (parse-keys rest more r o k others body))
        ((_ rest more r o k others body)
         (syntax-error "lambda*: only #:key may follow the rest parameter" more))))

    (define-syntax parse-keys
      (syntax-rules (#:allow-other-keys)
        ((_ rest () r o k others body) (finish r o k others rest body))
        ((_ rest (#:allow-other-keys . more) r o k others body)
         (parse-keys rest more r o k #t body))
        ((_ rest ((name default keyword) . more) r o (k ...) others body)
         (parse-keys rest more r o (k ... (name default keyword)) others body))
        ((_ rest ((name default) . more) r o (k ...) others body)
         (parse-keys rest more r o (k ... (name default (symbol->keyword 'name))) others body))
        ((_ rest (name . more) r o (k ...) others body)
         (parse-keys rest more r o (k ... (name #f (symbol->keyword 'name))) others body))))

    (define-syntax finish
      (syntax-rules ()
        ((_ (r ...) () () others #f (body ...)) (lambda (r ...) body ...))
        ((_ (r ...) () () others rest (body ...)) (lambda (r ... . rest) body ...))
        ((_ (r ...) ((o default) ...) () others rest (body ...))
         (%lambda-optional (r ...) (o ...) rest
           (let* ((o (if (eq? o #!default) default o)) ...)
             (let () body ...))))
        ((_ (r ...) ((o default) ...) ((k key-default keyword) ...) others rest (body ...))
         (let ((keywords (list keyword ...)))
           (lambda (r ... . arguments)
             (take-optionals
              arguments ((o default) ...)
              (begin
                (check-keywords arguments keywords others)
                (bind-rest rest arguments
                  (take-keys arguments keywords ((k key-default) ...)
                             (let () body ...))))))))))

    (define-syntax bind-rest
      (syntax-rules ()
        ((_ #f arguments body) body)
        ((_ rest arguments body) (let ((rest arguments)) body))))

    ;; An argument that is a keyword is none for an optional parameter.
    (define-syntax take-optionals
      (syntax-rules ()
        ((_ arguments () body) body)
        ((_ arguments ((o default) more ...) body)
         (let* ((given? (and (pair? arguments) (not (keyword? (car arguments)))))
                (o (if given? (car arguments) default))
                (arguments (if given? (cdr arguments) arguments)))
           (take-optionals arguments (more ...) body)))))

    (define-syntax take-keys
      (syntax-rules ()
        ((_ arguments keywords () body) body)
        ((_ arguments keywords ((k default) more ...) body)
         (let* ((found (find-key (car keywords) arguments))
                (k (if found (cadr found) default))
                (others (cdr keywords)))
           (take-keys arguments others (more ...) body)))))

    ;; The rest of the arguments from a keyword on.
    (define (find-key keyword arguments)
      (let next ((rest arguments))
        (cond ((null? rest) #f)
              ((eq? (car rest) keyword) rest)
              ((and (keyword? (car rest)) (pair? (cdr rest))) (next (cddr rest)))
              (else (next (cdr rest))))))

    (define (check-keywords arguments keywords others?)
      (let next ((rest arguments))
        (if (pair? rest)
            (let ((keyword (car rest)))
              (cond ((not (keyword? keyword))
                     (if (not others?) (error "expected a keyword argument" keyword))
                     (next (cdr rest)))
                    ((null? (cdr rest)) (error "a keyword argument has no value" keyword))
                    ((or others? (memq keyword keywords)) (next (cddr rest)))
                    (else (error "unknown keyword argument" keyword)))))))

    ;; The first clause whose parameters take the arguments.
    (define-syntax case-lambda*
      (syntax-rules ()
        ((_ (parameters body1 body2 ...) ...)
         (let ((clauses (list (cons (arity parameters) (lambda* parameters body1 body2 ...))
                              ...)))
           (lambda arguments
             (let ((count (length arguments)))
               (let next ((left clauses))
                 (cond ((null? left)
                        (error "case-lambda*: no clause takes these arguments" arguments))
                       ((takes? (caar left) count arguments) (apply (cdar left) arguments))
                       (else (next (cdr left)))))))))))

    ;; An arity: the least number of arguments, and the greatest, #f, or `key`.
    (define (takes? arity count arguments)
      (and (>= count (car arity))
           (or (not (cdr arity))
               (and (eq? (cdr arity) 'key)
                    (let ((rest (list-tail arguments (car arity))))
                      (or (null? rest) (keyword? (car rest)))))
               (and (number? (cdr arity)) (<= count (cdr arity))))))

    (define-syntax arity
      (syntax-rules () ((_ parameters) (count-parameters parameters 0))))

    (define-syntax count-parameters
      (syntax-rules (#:optional #:key #:rest)
        ((_ () least) (cons least least))
        ((_ (#:optional . more) least) (count-optionals more least least))
        ((_ (#:key . more) least) (cons least 'key))
        ((_ (#:rest . more) least) (cons least #f))
        ((_ (name . more) least) (count-parameters more (+ least 1)))
        ((_ rest least) (cons least #f))))

    (define-syntax count-optionals
      (syntax-rules (#:key #:rest)
        ((_ () least most) (cons least most))
        ((_ (#:key . more) least most) (cons least #f))
        ((_ (#:rest . more) least most) (cons least #f))
        ((_ (name . more) least most) (count-optionals more least (+ most 1)))
        ((_ rest least most) (cons least #f))))

    ;; Lists of arguments, taken apart: a variable without an argument has its default.
    (define-syntax let-optionals*
      (syntax-rules ()
        ((_ arguments () body1 body2 ...) (let () body1 body2 ...))
        ((_ arguments ((name default) . more) body1 body2 ...)
         (let* ((list arguments)
                (name (if (pair? list) (car list) default))
                (rest (if (pair? list) (cdr list) '())))
           (let-optionals* rest more body1 body2 ...)))
        ((_ arguments (name . more) body1 body2 ...)
         (let-optionals* arguments ((name #f) . more) body1 body2 ...))
        ((_ arguments rest body1 body2 ...)
         (let ((rest arguments)) body1 body2 ...))))

    (define-syntax let-optionals
      (syntax-rules ()
        ((_ arguments bindings body1 body2 ...)
         (let-optionals* arguments bindings body1 body2 ...))))

    (define-syntax let-optional
      (syntax-rules () ((_ . parts) (let-optionals . parts))))

    (define-syntax let-optional*
      (syntax-rules () ((_ . parts) (let-optionals* . parts))))

    ;; (let-keywords arguments allow-other-keys? (option ...) body ...)
    (define-syntax let-keywords*
      (syntax-rules ()
        ((_ arguments others? (option ...) body1 body2 ...)
         (keywords-of (option ...) () arguments others? (body1 body2 ...)))))

    (define-syntax keywords-of
      (syntax-rules ()
        ((_ () ((k default keyword) ...) arguments others? (body ...))
         (let ((list-of-arguments arguments) (keywords (list keyword ...)))
           (check-keywords list-of-arguments keywords others?)
           (take-keys list-of-arguments keywords ((k default) ...) (let () body ...))))
        ((_ ((name default keyword) . more) (k ...) . rest)
         (keywords-of more (k ... (name default keyword)) . rest))
        ((_ ((name default) . more) (k ...) . rest)
         (keywords-of more (k ... (name default (symbol->keyword 'name))) . rest))
        ((_ (name . more) (k ...) . rest)
         (keywords-of more (k ... (name #f (symbol->keyword 'name))) . rest))))

    (define-syntax let-keywords
      (syntax-rules () ((_ . parts) (let-keywords* . parts))))))
