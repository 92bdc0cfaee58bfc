;;; Pairs and lists, and what goes over them: application, map. Symbols and booleans.

(define-library (cozen list)
  (export eq? eqv? equal? not boolean? boolean=? symbol? symbol=? symbol->string string->symbol
          pair? null? cons car cdr set-car! set-cdr! list cons* list? length
          append reverse list-tail list-ref list-set! list-copy make-list
          memq memv member assq assv assoc map for-each
          apply
          caar cadr cdar cddr
          caaar caadr cadar caddr cdaar cdadr cddar cdddr
          caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr
          cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar cddddr
          %check-end %check-ends %check-count)
  (import (cozen core) (cozen condition)
          (rename (cozen primitives)
                  (caar path:caar) (cadr path:cadr) (cdar path:cdar) (cddr path:cddr)
                  (caaar path:caaar) (caadr path:caadr) (cadar path:cadar) (caddr path:caddr)
                  (cdaar path:cdaar) (cdadr path:cdadr) (cddar path:cddar) (cdddr path:cdddr)
                  (caaaar path:caaaar) (caaadr path:caaadr) (caadar path:caadar) (caaddr path:caaddr)
                  (cadaar path:cadaar) (cadadr path:cadadr) (caddar path:caddar) (cadddr path:cadddr)
                  (cdaaar path:cdaaar) (cdaadr path:cdaadr) (cdadar path:cdadar) (cdaddr path:cdaddr)
                  (cddaar path:cddaar) (cddadr path:cddadr) (cdddar path:cdddar) (cddddr path:cddddr)))
  (begin

    ;; The compiler makes primitives of calls of (cozen primitives)' own, whose errors name them.
    (define-syntax define-accessors
      (syntax-rules ()
        ((_ (name path) ...)
         (begin (define (name object) (path object)) ...))))

    (define-accessors
      (caar path:caar) (cadr path:cadr) (cdar path:cdar) (cddr path:cddr)
      (caaar path:caaar) (caadr path:caadr) (cadar path:cadar) (caddr path:caddr)
      (cdaar path:cdaar) (cdadr path:cdadr) (cddar path:cddar) (cdddr path:cdddr)
      (caaaar path:caaaar) (caaadr path:caaadr) (caadar path:caadar) (caaddr path:caaddr)
      (cadaar path:cadaar) (cadadr path:cadadr) (caddar path:caddar) (cadddr path:cadddr)
      (cdaaar path:cdaaar) (cdaadr path:cdaadr) (cdadar path:cdadar) (cdaddr path:cdaddr)
      (cddaar path:cddaar) (cddadr path:cddadr) (cdddar path:cdddar) (cddddr path:cddddr))

    ;; The last argument takes the place of the last pair of a list that nobody else has.
    (define (cons* first . rest)
      (if (null? rest)
          first
          (let ((all (cons first rest)))
            (let loop ((before all) (pair rest))
              (if (null? (cdr pair))
                  (begin (set-cdr! before (car pair)) all)
                  (loop pair (cdr pair)))))))

    (define append
      (case-lambda
        ((a b) (%append a b))
        (() '())
        ((a) a)
        ((a b . more) (%append a (append-all b more)))))

    (define (append-all first more)
      (if (null? more)
          first
          (%append first (append-all (car more) (cdr more)))))

    (define (index? object) (and (fixnum? object) (>= object 0)))

    (define make-list
      (case-lambda
        ((count) (make-list count (%unspecified)))
        ((count fill)
         (%check-count count 'make-list 1)
         (let loop ((count count) (result '()))
           (if (> count 0)
               (loop (- count 1) (cons fill result))
               result)))))

    (define member
      (case-lambda
        ((object list) (%member object list))
        ((object list same?)
         (let loop ((list list))
           (cond ((null? list) #f)
                 ((same? object (car list)) list)
                 (else (loop (cdr list))))))))

    (define assoc
      (case-lambda
        ((object alist) (%assoc object alist))
        ((object alist same?)
         (let loop ((alist alist))
           (cond ((null? alist) #f)
                 ((same? object (car (car alist))) (car alist))
                 (else (loop (cdr alist))))))))

    ;; A list argument ended with `object`.
    (define (%check-end object who number)
      (%check-argument null? object who number "list"))

    ;; Of several list arguments, the first of which has this number, one or more ended.
    (define (%check-ends lists who number)
      (if (pair? lists)
          (begin
            (if (not (pair? (car lists)))
                (%check-end (car lists) who number))
            (%check-ends (cdr lists) who (+ number 1)))))

    (define (%check-count object who number)
      (%check-argument index? object who number "exact nonnegative integer"))

    (define apply
      (case-lambda
        ((procedure arguments) (%apply procedure arguments))
        ((procedure first . rest) (%apply procedure (spread first rest 2)))))

    ;; The arguments (a b (c d)) of an application as one list: (a b c d). `first` is argument `number`.
    (define (spread first rest number)
      (if (null? rest)
          (begin
            (%check-argument list? first 'apply number "list")
            first)
          (cons first (spread (car rest) (cdr rest) (+ number 1)))))

    ;; Results are collected before the list is made, so that a continuation that returns twice
    ;; from `procedure` changes no list already returned (R7RS 6.10).
    (define map
      (case-lambda
        ((procedure list)
         (let loop ((list list) (results '()))
           (if (pair? list)
               (loop (cdr list) (cons (procedure (car list)) results))
               (begin
                 (%check-end list 'map 2)
                 (reverse results)))))
        ((procedure list1 list2)
         (let loop ((list1 list1) (list2 list2) (results '()))
           (if (and (pair? list1) (pair? list2))
               (loop (cdr list1) (cdr list2)
                     (cons (procedure (car list1) (car list2)) results))
               (begin
                 (%check-ends (list list1 list2) 'map 2)
                 (reverse results)))))
        ((procedure list1 list2 . lists)
         (let loop ((lists (cons* list1 list2 lists)) (results '()))
           (if (all-pairs? lists)
               (loop (cdrs lists) (cons (%apply procedure (cars lists)) results))
               (begin
                 (%check-ends lists 'map 2)
                 (reverse results)))))))

    (define for-each
      (case-lambda
        ((procedure list)
         (let loop ((list list))
           (if (pair? list)
               (begin
                 (procedure (car list))
                 (loop (cdr list)))
               (%check-end list 'for-each 2))))
        ((procedure list1 list2)
         (let loop ((list1 list1) (list2 list2))
           (if (and (pair? list1) (pair? list2))
               (begin
                 (procedure (car list1) (car list2))
                 (loop (cdr list1) (cdr list2)))
               (%check-ends (list list1 list2) 'for-each 2))))
        ((procedure list1 list2 . lists)
         (let loop ((lists (cons* list1 list2 lists)))
           (if (all-pairs? lists)
               (begin
                 (%apply procedure (cars lists))
                 (loop (cdrs lists)))
               (%check-ends lists 'for-each 2))))))

    (define (all-pairs? lists)
      (or (null? lists)
          (and (pair? (car lists)) (all-pairs? (cdr lists)))))

    (define (cars lists)
      (if (null? lists)
          '()
          (cons (car (car lists)) (cars (cdr lists)))))

    (define (cdrs lists)
      (if (null? lists)
          '()
          (cons (cdr (car lists)) (cdrs (cdr lists)))))

    ;; (define-identity name type? who expected): whether two or more of a type are the same.
    (define-syntax define-identity
      (syntax-rules ()
        ((_ name type? expected)
         (define (name first second . more)
           (let loop ((last first) (more (cons second more)) (number 1) (result #t))
             (if (not (type? last))
                 (%argument-error 'wrong-type (list 'name number expected last) (%backtrace)))
             (if (null? more)
                 result
                 (loop (car more) (cdr more) (+ number 1)
                       (and result (eq? last (car more))))))))))

    (define-identity symbol=? symbol? "symbol")
    (define-identity boolean=? boolean? "boolean")))
