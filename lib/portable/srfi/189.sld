;;; SRFI 189: Maybe and Either, containers of results that may be missing.
;;;
;;; A form of `maybe-let*` and its like without a body answers its last claw.

(define-library (srfi 189)
  (export just nothing right left list->just list->left list->right
          maybe->either either->maybe either-swap
          just? nothing? right? left? maybe? either? maybe= either=
          maybe-ref either-ref maybe-ref/default either-ref/default
          maybe-join either-join maybe-compose either-compose maybe-bind either-bind
          maybe-length either-length maybe-filter maybe-remove either-filter either-remove
          maybe-sequence either-sequence
          maybe->list either->list list->maybe list->either
          maybe->truth either->truth truth->maybe truth->either
          maybe->list-truth either->list-truth list-truth->maybe list-truth->either
          maybe->generation either->generation generation->maybe generation->either
          maybe->values either->values values->maybe values->either
          maybe->two-values two-values->maybe exception->either
          maybe-map either-map maybe-for-each either-for-each maybe-fold either-fold
          maybe-unfold either-unfold
          maybe-if maybe-and either-and maybe-or either-or
          maybe-let* either-let* maybe-let*-values either-let*-values either-guard
          tri-not tri=? tri-and tri-or tri-merge)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; Payloads are lists.

    (define-record-type just-type
      (list->just payload)
      just?
      (payload just-payload))

    (define-record-type nothing-type
      (make-nothing)
      nothing?)

    (define-record-type right-type
      (list->right payload)
      right?
      (payload right-payload))

    (define-record-type left-type
      (list->left payload)
      left?
      (payload left-payload))

    (define the-nothing (make-nothing))

    (define (just . objects) (list->just objects))
    (define (nothing) the-nothing)
    (define (right . objects) (list->right objects))
    (define (left . objects) (list->left objects))

    (define (maybe? object) (or (just? object) (nothing? object)))
    (define (either? object) (or (right? object) (left? object)))

    ;; arguments

    (define (check-maybe object who)
      (if (not (maybe? object))
          (error (string-append who ": expected a Maybe, found") object))
      object)

    (define (check-either object who)
      (if (not (either? object))
          (error (string-append who ": expected an Either, found") object))
      object)

    (define (only payload who)
      (if (and (pair? payload) (null? (cdr payload)))
          (car payload)
          (error (string-append who ": expected one value, found") payload)))

    ;; (define-both (maybe-name either-name) (name check success? payload wrap) formals body ...):
    ;; the same procedure of Maybes and of Eithers.
    (define-syntax define-both
      (syntax-rules ()
        ((_ (maybe-name either-name) (name check success? payload wrap) formals body1 body2 ...)
         (begin
           (define maybe-name
             (let* ((name (symbol->string 'maybe-name))
                    (check (lambda (object) (check-maybe object name)))
                    (success? just?)
                    (payload just-payload)
                    (wrap list->just))
               (lambda formals body1 body2 ...)))
           (define either-name
             (let* ((name (symbol->string 'either-name))
                    (check (lambda (object) (check-either object name)))
                    (success? right?)
                    (payload right-payload)
                    (wrap list->right))
               (lambda formals body1 body2 ...)))))))

    ;; conversion between the two

    (define (maybe->either maybe . objects)
      (check-maybe maybe "maybe->either")
      (if (just? maybe) (list->right (just-payload maybe)) (list->left objects)))

    (define (either->maybe either)
      (check-either either "either->maybe")
      (if (right? either) (list->just (right-payload either)) the-nothing))

    (define (either-swap either)
      (check-either either "either-swap")
      (if (right? either)
          (list->left (right-payload either))
          (list->right (left-payload either))))

    ;; predicates

    (define (same-payloads? same? a b)
      (cond ((null? a) (null? b))
            ((null? b) #f)
            (else (and (same? (car a) (car b)) (same-payloads? same? (cdr a) (cdr b))))))

    (define (all-same? same? first more)
      (or (null? more)
          (and (same? first (car more)) (all-same? same? first (cdr more)))))

    (define (maybe= same? first . more)
      (for-each (lambda (maybe) (check-maybe maybe "maybe=")) (cons first more))
      (all-same? (lambda (a b)
                   (if (just? a)
                       (and (just? b) (same-payloads? same? (just-payload a) (just-payload b)))
                       (nothing? b)))
                 first more))

    (define (either= same? first . more)
      (for-each (lambda (either) (check-either either "either=")) (cons first more))
      (all-same? (lambda (a b)
                   (if (right? a)
                       (and (right? b) (same-payloads? same? (right-payload a) (right-payload b)))
                       (and (left? b) (same-payloads? same? (left-payload a) (left-payload b)))))
                 first more))

    ;; accessors

    (define maybe-ref
      (case-lambda
        ((maybe)
         (maybe-ref maybe (lambda () (error "maybe-ref: expected a Just, found" maybe)) values))
        ((maybe failure) (maybe-ref maybe failure values))
        ((maybe failure success)
         (check-maybe maybe "maybe-ref")
         (if (just? maybe)
             (apply success (just-payload maybe))
             (failure)))))

    (define either-ref
      (case-lambda
        ((either)
         (either-ref either
                     (lambda objects (error "either-ref: expected a Right, found" either))
                     values))
        ((either failure) (either-ref either failure values))
        ((either failure success)
         (check-either either "either-ref")
         (if (right? either)
             (apply success (right-payload either))
             (apply failure (left-payload either))))))

    (define-both (maybe-ref/default either-ref/default) (name check success? payload wrap)
      (container . defaults)
      (check container)
      (apply values (if (success? container) (payload container) defaults)))

    ;; join and bind

    (define-both (maybe-join either-join) (name check success? payload wrap) (container)
      (check container)
      (if (success? container)
          (check (only (payload container) name))
          container))

    (define-both (maybe-compose either-compose) (name check success? payload wrap)
      (first . more)
      (lambda arguments
        (let loop ((result (apply first arguments)) (more more))
          (check result)
          (if (or (null? more) (not (success? result)))
              result
              (loop (apply (car more) (payload result)) (cdr more))))))

    (define-both (maybe-bind either-bind) (name check success? payload wrap)
      (container . procedures)
      (let loop ((result container) (procedures procedures))
        (check result)
        (if (or (null? procedures) (not (success? result)))
            result
            (loop (apply (car procedures) (payload result)) (cdr procedures)))))

    ;; sequences of length 0 or 1

    (define-both (maybe-length either-length) (name check success? payload wrap) (container)
      (check container)
      (if (success? container) 1 0))

    (define (maybe-filter holds? maybe)
      (check-maybe maybe "maybe-filter")
      (if (and (just? maybe) (apply holds? (just-payload maybe))) maybe the-nothing))

    (define (maybe-remove holds? maybe)
      (check-maybe maybe "maybe-remove")
      (if (and (just? maybe) (not (apply holds? (just-payload maybe)))) maybe the-nothing))

    (define (either-filter holds? either . objects)
      (check-either either "either-filter")
      (if (and (right? either) (apply holds? (right-payload either)))
          either
          (list->left objects)))

    (define (either-remove holds? either . objects)
      (check-either either "either-remove")
      (if (and (right? either) (not (apply holds? (right-payload either))))
          either
          (list->left objects)))

    (define-both (maybe-sequence either-sequence) (name check success? payload wrap)
      (collection map . aggregator)
      (let ((aggregate (if (pair? aggregator) (car aggregator) list)))
        (call-with-current-continuation
         (lambda (return)
           (wrap (list (map (lambda (container)
                              (check container)
                              (if (success? container)
                                  (apply aggregate (payload container))
                                  (return container)))
                            collection)))))))

    ;; other protocols

    (define-both (maybe->list either->list) (name check success? payload wrap) (container)
      (check container)
      (if (success? container) (payload container) '()))

    (define-both (maybe->list-truth either->list-truth) (name check success? payload wrap)
      (container)
      (check container)
      (and (success? container) (payload container)))

    (define-both (maybe->truth either->truth) (name check success? payload wrap) (container)
      (check container)
      (and (success? container) (only (payload container) name)))

    (define-both (maybe->generation either->generation) (name check success? payload wrap)
      (container)
      (check container)
      (if (success? container) (only (payload container) name) (eof-object)))

    (define-both (maybe->values either->values) (name check success? payload wrap) (container)
      (check container)
      (if (success? container) (apply values (payload container)) (values)))

    (define (list->maybe list)
      (if (null? list) the-nothing (list->just list)))
    (define (list->either list . objects)
      (if (null? list) (list->left objects) (list->right list)))

    (define (list-truth->maybe list)
      (if list (list->just list) the-nothing))
    (define (list-truth->either list . objects)
      (if list (list->right list) (list->left objects)))

    (define (truth->maybe object)
      (if object (just object) the-nothing))
    (define (truth->either object . objects)
      (if object (right object) (list->left objects)))

    (define (generation->maybe object)
      (if (eof-object? object) the-nothing (just object)))
    (define (generation->either object . objects)
      (if (eof-object? object) (list->left objects) (right object)))

    (define (values->maybe producer)
      (list->maybe (call-with-values producer list)))
    (define (values->either producer . objects)
      (apply list->either (call-with-values producer list) objects))

    (define (maybe->two-values maybe)
      (check-maybe maybe "maybe->two-values")
      (if (just? maybe)
          (values (only (just-payload maybe) "maybe->two-values") #t)
          (values #f #f)))

    (define (two-values->maybe producer)
      (let-values (((object found?) (producer)))
        (if found? (just object) the-nothing)))

    (define (exception->either holds? thunk)
      (guard (problem ((holds? problem) (left problem)))
        (call-with-values thunk right)))

    ;; map, fold and unfold

    (define-both (maybe-map either-map) (name check success? payload wrap) (procedure container)
      (check container)
      (if (success? container)
          (wrap (call-with-values (lambda () (apply procedure (payload container))) list))
          container))

    (define-both (maybe-for-each either-for-each) (name check success? payload wrap)
      (procedure container)
      (check container)
      (if (success? container) (apply procedure (payload container)))
      (if #f #f))

    (define-both (maybe-fold either-fold) (name check success? payload wrap)
      (procedure seed container)
      (check container)
      (if (success? container)
          (apply procedure (append (payload container) (list seed)))
          seed))

    ;; The results for one step from the seeds, after which unfolding must stop.
    (define (unfolded who stop? element next seeds)
      (if (not (call-with-values (lambda () (apply next seeds)) stop?))
          (error (string-append who ": there is more than one result for") seeds))
      (call-with-values (lambda () (apply element seeds)) list))

    (define (maybe-unfold stop? element next . seeds)
      (if (apply stop? seeds)
          the-nothing
          (list->just (unfolded "maybe-unfold" stop? element next seeds))))

    (define (either-unfold stop? element next . seeds)
      (if (apply stop? seeds)
          (list->left seeds)
          (list->right (unfolded "either-unfold" stop? element next seeds))))

    ;; syntax

    (define-syntax maybe-if
      (syntax-rules ()
        ((_ maybe consequent alternative)
         (if (just? (check-maybe maybe "maybe-if")) consequent alternative))))

    ;; (define-connective keyword check who ends? default): stops where `ends?` holds.
    (define-syntax define-connective
      (syntax-rules ()
        ((_ keyword check who ends? default)
         (define-syntax keyword
           (syntax-rules ::: ()
             ((_) default)
             ((_ last) (check last who))
             ((_ first more :::)
              (let ((container (check first who)))
                (if (ends? container)
                    container
                    (keyword more :::)))))))))

    (define-connective maybe-and check-maybe "maybe-and" nothing? (just #t))
    (define-connective either-and check-either "either-and" left? (right #t))
    (define-connective maybe-or check-maybe "maybe-or" just? (nothing))
    (define-connective either-or check-either "either-or" right? (left #f))

    ;; (define-let* keyword check who success? payload wrap): claws one after the other.
    (define-syntax define-let*
      (syntax-rules ()
        ((_ keyword check who success? payload wrap)
         (define-syntax keyword
           (syntax-rules ::: ()
             ((_ ()) (wrap '()))
             ((_ () body :::)
              (wrap (call-with-values (lambda () (let () body :::)) list)))
             ((_ ((variable expression)))
              (checked-claw (check expression who) success? payload who))
             ((_ ((expression)))
              (checked-claw (check expression who) success? payload who))
             ((_ (variable))
              (checked-claw (check variable who) success? payload who))
             ((_ ((variable expression) . claws) . body)
              (let ((container (check expression who)))
                (if (success? container)
                    (let ((variable (only (payload container) who)))
                      (keyword claws . body))
                    container)))
             ((_ ((expression) . claws) . body)
              (let ((container (checked-claw (check expression who) success? payload who)))
                (if (success? container)
                    (keyword claws . body)
                    container)))
             ((_ (variable . claws) . body)
              (keyword ((variable) . claws) . body)))))))

    (define (checked-claw container success? payload who)
      (if (success? container) (only (payload container) who))
      container)

    (define-let* maybe-let* check-maybe "maybe-let*" just? just-payload list->just)
    (define-let* either-let* check-either "either-let*" right? right-payload list->right)

    (define-syntax define-let*-values
      (syntax-rules ()
        ((_ keyword check who success? payload wrap)
         (define-syntax keyword
           (syntax-rules ::: ()
             ((_ ()) (wrap '()))
             ((_ () body :::)
              (wrap (call-with-values (lambda () (let () body :::)) list)))
             ((_ ((formals expression))) (check expression who))
             ((_ ((expression))) (check expression who))
             ((_ (variable)) (check variable who))
             ((_ ((formals expression) . claws) . body)
              (let ((container (check expression who)))
                (if (success? container)
                    (apply (lambda formals (keyword claws . body)) (payload container))
                    container)))
             ((_ ((expression) . claws) . body)
              (let ((container (check expression who)))
                (if (success? container)
                    (keyword claws . body)
                    container)))
             ((_ (variable . claws) . body)
              (keyword ((variable) . claws) . body)))))))

    (define-let*-values maybe-let*-values check-maybe "maybe-let*-values"
      just? just-payload list->just)
    (define-let*-values either-let*-values check-either "either-let*-values"
      right? right-payload list->right)

    (define-syntax either-guard
      (syntax-rules ()
        ((_ holds? body1 body2 ...)
         (exception->either holds? (lambda () body1 body2 ...)))))

    ;; trivalent logic

    (define (truth-of maybe who) (only (just-payload maybe) who))

    (define (true? maybe who)
      (check-maybe maybe who)
      (and (just? maybe) (truth-of maybe who) #t))

    (define (false? maybe who)
      (check-maybe maybe who)
      (and (just? maybe) (not (truth-of maybe who))))

    ;; The first of the maybes, all of which are looked at, that satisfies `holds?`; or `default`.
    (define (first-maybe holds? maybes who default)
      (for-each (lambda (maybe) (true? maybe who)) maybes)
      (let loop ((rest maybes))
        (cond ((null? rest) default)
              ((holds? (car rest)) (car rest))
              (else (loop (cdr rest))))))

    (define (tri-not maybe)
      (cond ((true? maybe "tri-not") (just #f))
            ((just? maybe) (just #t))
            (else maybe)))

    (define (tri=? first . more)
      (let ((maybes (cons first more)))
        (define (all? holds?)
          (not (first-maybe (lambda (maybe) (not (holds? maybe "tri=?"))) maybes "tri=?" #f)))
        (just (or (all? true?) (all? false?)))))

    (define (tri-and . maybes)
      (first-maybe (lambda (maybe) (not (true? maybe "tri-and"))) maybes "tri-and" (just #t)))

    (define (tri-or . maybes)
      (first-maybe (lambda (maybe) (not (false? maybe "tri-or"))) maybes "tri-or" (just #f)))

    (define (tri-merge . maybes)
      (first-maybe just? maybes "tri-merge" the-nothing))))
