;;; Macros that are procedures: what their procedures use while a program is expanded.
;;;
;;; A syntax object is a list, a vector or an atom, as the text says, in which each symbol is an identifier: a record.
;;; The expander keeps names by numbers. %syntax-host asks the expander, which waits for the procedure. Numbers from
;;; 2^31 on are those of names that macros have inserted, the others those of symbols.
;;;
;;; `syntax-case` and `syntax` become calls of %syntax-dispatch and %syntax-fill with patterns and templates that are
;;; data: the compiler says which (expand/syntax_rules/encode.rs).

(define-library (cozen syntax)
  (export syntax-case syntax quasisyntax unsyntax unsyntax-splicing with-syntax
          identifier? bound-identifier=? free-identifier=? syntax->datum datum->syntax
          generate-temporaries make-variable-transformer identifier-syntax syntax-violation
          begin-for-syntax define-for-syntax eval-when meta define-syntax-rule
          define-syntax-parameter syntax-parameterize
          er-macro-transformer ir-macro-transformer sc-macro-transformer rsc-macro-transformer
          make-syntactic-closure close-syntax identifier=? define-macro
          %syntax-dispatch %syntax-fill %set-syntax-host! %transformer-kind %call-transformer
          %macro-of-arguments)
  (import (scheme base) (cozen core))
  (begin

    (define-record-type %identifier
      (make-identifier name symbol origin)
      identifier-record?
      (name identifier-name)
      (symbol identifier-symbol)
      (origin identifier-origin))

    ;; What only the compiler can look into.
    (define-record-type %opaque
      (make-opaque index)
      opaque?
      (index opaque-index))

    ;; The result of a macro's procedure in which symbols are identifiers of the macro's use.
    (define-record-type %raw-form
      (make-raw-form form)
      raw-form?
      (form raw-form-form))

    (define-record-type variable-transformer
      (make-variable-transformer procedure)
      variable-transformer?
      (procedure variable-transformer-procedure))

    (define-record-type syntactic-closure
      (make-syntactic-closure environment free form)
      syntactic-closure?
      (environment closure-environment)
      (free closure-free)
      (form closure-form))

    (define host #f)

    (define (%set-syntax-host! procedure) (set! host procedure))

    ;; What the expander answers, or #f where nothing is expanded.
    (define (ask . question) (and host (apply host question)))

    (define (%transformer-kind value)
      (cond ((procedure? value) 1)
            ((variable-transformer? value) 2)
            (else 0)))

    (define (%call-transformer transformer form)
      ((if (variable-transformer? transformer)
           (variable-transformer-procedure transformer)
           transformer)
       form))

    ;; Identifiers

    (define (identifier? object) (or (identifier-record? object) (symbol? object)))

    (define (check-identifier who object)
      (if (not (identifier? object))
          (error (string-append who ": expected an identifier") (syntax->datum object))))

    (define (name-of identifier)
      (if (symbol? identifier)
          (ask "symbol" (symbol->string identifier))
          (identifier-name identifier)))

    (define (symbol-of identifier)
      (if (symbol? identifier) identifier (identifier-symbol identifier)))

    (define (is-plain? identifier)
      (let ((name (identifier-name identifier)))
        (and name (< name 2147483648))))

    (define (bound-identifier=? left right)
      (check-identifier "bound-identifier=?" left)
      (check-identifier "bound-identifier=?" right)
      (and (eq? (symbol-of left) (symbol-of right))
           (eqv? (name-of left) (name-of right))))

    (define (free-identifier=? left right)
      (check-identifier "free-identifier=?" left)
      (check-identifier "free-identifier=?" right)
      (if host
          (ask "same?" (name-of left) (name-of right))
          (eq? (symbol-of left) (symbol-of right))))

    (define (syntax->datum object)
      (cond ((pair? object)
             (cons (syntax->datum (car object)) (syntax->datum (cdr object))))
            ((identifier-record? object) (identifier-symbol object))
            ((vector? object) (vector-map syntax->datum object))
            (else object)))

    (define (datum->syntax identifier datum)
      (check-identifier "datum->syntax" identifier)
      (let ((context (name-of identifier)))
        (let convert ((datum datum))
          (cond ((pair? datum) (cons (convert (car datum)) (convert (cdr datum))))
                ((symbol? datum)
                 (make-identifier (ask "in-context" context (symbol->string datum)) datum #f))
                ((vector? datum) (vector-map convert datum))
                (else datum)))))

    (define (generate-temporaries objects)
      (if (not (list? objects))
          (error "generate-temporaries: expected a list" (syntax->datum objects)))
      (map (lambda (object) (make-identifier (ask "fresh" "t") 't #f)) objects))

    (define (syntax-violation who message form . subforms)
      (apply error
             (string-append (cond ((symbol? who) (string-append (symbol->string who) ": "))
                                  ((identifier-record? who)
                                   (string-append (symbol->string (identifier-symbol who)) ": "))
                                  ((string? who) (string-append who ": "))
                                  (else ""))
                            message)
             (map syntax->datum (cons form subforms))))

    ;; Patterns

    ;; The clauses are patterns, each with the number of its variables, a fender or #f, and an output.
    (define (%syntax-dispatch form clauses)
      (let ((end (vector-length clauses)))
        (let next ((index 0))
          (if (= index end)
              (syntax-violation #f "this form matches no clause of syntax-case" form)
              (let ((slots (make-vector (vector-ref clauses (+ index 1)) #f))
                    (fender (vector-ref clauses (+ index 2))))
                (if (and (matches? (vector-ref clauses index) form slots)
                         (or (not fender) (fender slots)))
                    ((vector-ref clauses (+ index 3)) slots)
                    (next (+ index 4))))))))

    (define (matches? pattern form slots)
      (cond ((pair? pattern)
             (and (pair? form)
                  (matches? (car pattern) (car form) slots)
                  (matches? (cdr pattern) (cdr form) slots)))
            ((null? pattern) (null? form))
            ((number? pattern) (vector-set! slots pattern form) #t)
            ((eq? pattern #t) #t)
            (else
             (case (vector-ref pattern 0)
               ((0) (and (identifier? form) (is-literal? form pattern)))
               ((1) (equal? form (vector-ref pattern 1)))
               ((2) (and (vector? form)
                         (matches? (vector-ref pattern 1) (vector->list form) slots)))
               (else (matches-repeated? pattern form slots))))))

    (define (is-literal? identifier pattern)
      (if host
          (ask "literal?" (name-of identifier)
               (vector-ref pattern 1) (vector-ref pattern 3) (vector-ref pattern 4))
          (eq? (symbol-of identifier) (vector-ref pattern 2))))

    (define (pair-count form)
      (let count ((form form) (pairs 0))
        (if (pair? form) (count (cdr form) (+ pairs 1)) pairs)))

    ;; #(3 pattern first-slot slot-count after after-count tail)
    (define (matches-repeated? pattern form slots)
      (let ((repeated (vector-ref pattern 1))
            (first (vector-ref pattern 2))
            (width (vector-ref pattern 3))
            (after (vector-ref pattern 4))
            (count (- (pair-count form) (vector-ref pattern 5))))
        (and (>= count 0)
             (let next ((form form) (left count) (rows '()))
               (cond ((> left 0)
                      (and (matches? repeated (car form) slots)
                           (next (cdr form) (- left 1)
                                 (cons (vector-copy slots first (+ first width)) rows))))
                     (else
                      (gather! rows slots first width)
                      (let rest ((form form) (after after))
                        (if (null? after)
                            (matches? (vector-ref pattern 6) form slots)
                            (and (matches? (car after) (car form) slots)
                                 (rest (cdr form) (cdr after)))))))))))

    ;; Puts what each repetition has matched into lists. The last repetition comes first.
    (define (gather! rows slots first width)
      (let next ((index 0))
        (if (< index width)
            (let row ((rows rows) (list '()))
              (if (pair? rows)
                  (row (cdr rows) (cons (vector-ref (car rows) index) list))
                  (begin
                    (vector-set! slots (+ first index) list)
                    (next (+ index 1))))))))

    ;; Templates

    (define (%syntax-fill template values)
      (cond ((pair? template)
             (cons (%syntax-fill (car template) values)
                   (%syntax-fill (cdr template) values)))
            ((null? template) '())
            ((number? template) (vector-ref values template))
            (else
             (case (vector-ref template 0)
               ((0) (inserted template))
               ((1) (vector-ref template 1))
               ((2) (list->vector (%syntax-fill (vector-ref template 1) values)))
               (else
                (append (repetitions (vector-ref template 1) (vector-ref template 2) values)
                        (%syntax-fill (vector-ref template 3) values)))))))

    ;; #(0 name symbol top depth)
    (define (inserted template)
      (let ((name (vector-ref template 1)))
        (make-identifier (or (ask "rename" name (vector-ref template 3) (vector-ref template 4))
                             name)
                         (vector-ref template 2)
                         #f)))

    ;; What `template` is filled in to for each of the repetitions, whose slots are walked in step.
    (define (repetitions template repeats values)
      (if (null? repeats)
          (list (%syntax-fill template values))
          (let* ((slots (car repeats))
                 (rows (map (lambda (slot) (vector-ref values slot)) slots)))
            (for-each (lambda (row)
                        (if (not (list? row))
                            (error "syntax: expected a list for a variable with an ellipsis"
                                   (syntax->datum row))))
                      rows)
            (let next ((left rows) (results '()))
              (cond ((pair? (car left))
                     (if (not (every-pair? left)) (uneven))
                     (for-each (lambda (slot row) (vector-set! values slot (car row))) slots left)
                     (let ((items (repetitions template (cdr repeats) values)))
                       (next (map cdr left) (append-reverse items results))))
                    (else
                     (for-each (lambda (row) (if (pair? row) (uneven))) left)
                     (for-each (lambda (slot row) (vector-set! values slot row)) slots rows)
                     (reverse results)))))))

    (define (every-pair? rows)
      (or (null? rows) (and (pair? (car rows)) (every-pair? (cdr rows)))))

    (define (append-reverse items results)
      (if (pair? items)
          (append-reverse (cdr items) (cons (car items) results))
          results))

    (define (uneven)
      (error "syntax: variables under one ellipsis have different numbers of forms"))

    (define-syntax with-syntax
      (syntax-rules ()
        ((_ ((pattern expression) ...) body1 body2 ...)
         (syntax-case (list expression ...) ()
           ((pattern ...) (let () body1 body2 ...))))))

    (define-syntax identifier-syntax
      (syntax-rules (set!)
        ((_ expression)
         (lambda (form)
           (syntax-case form ()
             (name (identifier? (syntax name)) (syntax expression))
             ((_ operand (... ...)) (syntax (expression operand (... ...)))))))
        ((_ (name1 expression1) ((set! name2 value) expression2))
         (make-variable-transformer
          (lambda (form)
            (syntax-case form (set!)
              ((set! name2 value) (syntax expression2))
              ((name1 operand (... ...)) (syntax (expression1 operand (... ...))))
              (name1 (identifier? (syntax name1)) (syntax expression1))))))))

    ;; Definitions

    (define-syntax define-for-syntax
      (syntax-rules ()
        ((_ . definition) (begin-for-syntax (define . definition)))))

    ;; Guile's and Chez Scheme's: the forms are evaluated while macros are expanded, and again by the program.
    (define-syntax eval-when
      (syntax-rules ()
        ((_ (situation ...) form ...)
         (begin (begin-for-syntax form ...) form ...))))

    (define-syntax meta
      (syntax-rules ()
        ((_ . form) (begin-for-syntax form))))

    (define-syntax define-syntax-rule
      (syntax-rules ()
        ((_ (name . pattern) template)
         (define-syntax name (syntax-rules () ((_ . pattern) template))))
        ((_ (name . pattern) documentation template)
         (define-syntax name (syntax-rules () ((_ . pattern) template))))))

    ;; Explicit and implicit renaming, syntactic closures: forms of symbols

    ;; The form with symbols in the place of identifiers that no macro has inserted. The form is changed: the expander
    ;; made it for this call.
    (define (unwrap! form)
      (cond ((pair? form)
             (let next ((pair form))
               (set-car! pair (unwrap! (car pair)))
               (if (pair? (cdr pair))
                   (next (cdr pair))
                   (set-cdr! pair (unwrap! (cdr pair)))))
             form)
            ((identifier-record? form)
             (if (is-plain? form) (identifier-symbol form) form))
            ((vector? form)
             (let next ((index 0))
               (if (< index (vector-length form))
                   (begin
                     (vector-set! form index (unwrap! (vector-ref form index)))
                     (next (+ index 1)))))
             form)
            (else form)))

    ;; A procedure that gives one identifier, where the macro was defined, for each symbol.
    (define (make-renamer)
      (let ((known '()))
        (lambda (identifier)
          (check-identifier "rename" identifier)
          (let ((found (assoc identifier known same-identifier?)))
            (if found
                (cdr found)
                (let ((renamed (make-identifier (ask "rename-here" (name-of identifier))
                                                (symbol-of identifier)
                                                #f)))
                  (set! known (cons (cons identifier renamed) known))
                  renamed))))))

    (define (same-identifier? left right)
      (or (eq? left right)
          (and (identifier-record? left) (identifier-record? right)
               (eqv? (identifier-name left) (identifier-name right)))))

    (define (compare left right)
      (if (and (identifier? left) (identifier? right))
          (free-identifier=? left right)
          (eqv? left right)))

    (define (er-macro-transformer procedure)
      (lambda (form)
        (make-raw-form (procedure (unwrap! form) (make-renamer) compare))))

    (define (%macro-of-arguments procedure)
      (lambda (form)
        (make-raw-form (apply procedure (cdr (unwrap! form))))))

    (define-syntax define-macro
      (syntax-rules ()
        ((_ (name . parameters) body1 body2 ...)
         (define-macro name (lambda parameters body1 body2 ...)))
        ((_ name procedure)
         (define-syntax name (%macro-of-arguments procedure)))))

    ;; The form with `convert` of each symbol and syntactic closure in it.
    (define (map-symbols convert form)
      (cond ((pair? form)
             (cons (map-symbols convert (car form)) (map-symbols convert (cdr form))))
            ((or (symbol? form) (syntactic-closure? form)) (convert form))
            ((vector? form)
             (vector-map (lambda (part) (map-symbols convert part)) form))
            (else form)))

    (define (plain symbol)
      (make-identifier (ask "symbol" (symbol->string symbol)) symbol #f))

    (define (ir-macro-transformer procedure)
      (lambda (form)
        (let ((rename (make-renamer)))
          (define (resolved object) (if (symbol? object) (rename object) object))
          (map-symbols rename
                       (procedure form
                                  (lambda (identifier)
                                    (if (symbol? identifier) (plain identifier) identifier))
                                  (lambda (left right)
                                    (compare (resolved left) (resolved right))))))))

    (define (close-syntax form environment) (make-syntactic-closure environment '() form))

    ;; The form whose symbols belong to `environment`: `macro` or `usage`.
    (define (closed form environment rename)
      (define (in environment)
        (lambda (object)
          (cond ((syntactic-closure? object)
                 (let* ((outer (in environment))
                        (inner (in (closure-environment object)))
                        (free (closure-free object)))
                   (map-symbols (lambda (part)
                                  (if (memq part free) (outer part) (inner part)))
                                (closure-form object))))
                ((eq? environment 'macro) (rename object))
                (else (plain object)))))
      (map-symbols (in environment) form))

    (define (sc-macro-transformer procedure)
      (lambda (form)
        (closed (procedure (unwrap! form) 'usage) 'macro (make-renamer))))

    (define (rsc-macro-transformer procedure)
      (lambda (form)
        (closed (procedure (unwrap! form) 'macro) 'usage (make-renamer))))

    (define (identifier=? environment1 identifier1 environment2 identifier2)
      (define rename (make-renamer))
      (compare (closed identifier1 environment1 rename)
               (closed identifier2 environment2 rename)))))
