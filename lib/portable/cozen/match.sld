;;; match: Wright and Cartwright's pattern matching (A practical soft type system for Scheme, 1994), with the
;;; extensions that collections of programs rely on: patterns after an ellipsis, variables that occur twice.
;;;
;;;     pattern = _ | name | () | datum | 'datum | `quasi-pattern
;;;             | (pattern ... . tail) | (pattern ellipsis pattern ... . tail) | #(pattern ...)
;;;             | (and pattern ...) | (or pattern ...) | (not pattern ...)
;;;             | (? predicate pattern ...) | (= procedure pattern)
;;;             | ($ record-type pattern ...) | (@ record-type (field pattern) ...)
;;;             | (set! name) | (get! name)
;;;     ellipsis = ... | ___ | ..1        ..1: at least one
;;;
;;; A clause (pattern (=> name) body ...) binds `name` to a procedure that goes on with the next clause.
;;;
;;; (walk v place pattern (k . arguments) failure (name ...)) matches the variable `v`, and goes on with
;;; (k . arguments name ...): the names are those that patterns have bound so far. `failure` is a call of a procedure
;;; without parameters, which may be copied. `place` is () or (reference assignment ...), by which get! and set! reach
;;; the value.

(define-library (cozen match)
  (export match match-lambda match-lambda* match-let match-let* match-letrec)
  (import (scheme base) (cozen record))
  (begin

    (define (no-match value)
      (error "match: no pattern matches" value))

    (define-syntax match
      (syntax-rules ()
        ((_ expression) (no-match expression))
        ((_ expression clause ...)
         (let ((value expression)) (clauses value () clause ...)))))

    (define-syntax clauses
      (syntax-rules (=>)
        ((_ v place) (no-match v))
        ((_ v place (pattern (=> next) body1 body2 ...) clause ...)
         (let ((next (lambda () (clauses v place clause ...))))
           (walk v place pattern (finish (body1 body2 ...)) (next) ())))
        ((_ v place (pattern body1 body2 ...) clause ...)
         (let ((next (lambda () (clauses v place clause ...))))
           (walk v place pattern (finish (body1 body2 ...)) (next) ())))))

    (define-syntax finish
      (syntax-rules () ((_ (body ...) . names) (let () body ...))))

    ;; An ellipsis is a literal here.
    (define-syntax walk
      (syntax-rules ::: (_ ... ___ ..1 quote quasiquote and or not ? = $ @ set! get!)
        ((walk v place _ success failure names) (go success names))
        ((walk v place () success failure names)
         (if (null? v) (go success names) failure))
        ((walk v place 'datum success failure names)
         (if (equal? v 'datum) (go success names) failure))
        ((walk v place `pattern success failure names)
         (walk-quasi v place pattern success failure names))
        ((walk v place (and) success failure names) (go success names))
        ((walk v place (and pattern) success failure names)
         (walk v place pattern success failure names))
        ((walk v place (and pattern more :::) success failure names)
         (walk v place pattern (then v place (and more :::) success failure) failure names))
        ((walk v place (or) success failure names) failure)
        ((walk v place (or pattern) success failure names)
         (walk v place pattern success failure names))
        ((walk v place (or pattern more :::) success failure names)
         (names-of pattern (walk-or v place (pattern more :::) success failure names) ()))
        ((walk v place (not pattern :::) success failure names)
         (let ((no (lambda () (go success names))))
           (walk v place (or pattern :::) (give failure) (no) names)))
        ((walk v place (? predicate) success failure names)
         (if (predicate v) (go success names) failure))
        ((walk v place (? predicate pattern :::) success failure names)
         (if (predicate v)
             (walk v place (and pattern :::) success failure names)
             failure))
        ((walk v place (= procedure pattern) success failure names)
         (let ((w (procedure v))) (walk w () pattern success failure names)))
        ((walk v place ($ type pattern :::) success failure names)
         (if (record-of? v type)
             (walk-fields v type 0 (pattern :::) success failure names)
             failure))
        ((walk v place (@ type (field pattern) :::) success failure names)
         (if (record-of? v type)
             (walk-named v type ((field pattern) :::) success failure names)
             failure))
        ((walk v (reference . assignment) (get! name) success failure names)
         (let ((name (lambda () reference))) (go success (name . names))))
        ((walk v (reference (operator :::)) (set! name) success failure names)
         (let ((name (lambda (new) (operator ::: new)))) (go success (name . names))))
        ((walk v place (pattern ... . tail) success failure names)
         (walk-repeated v place 0 pattern tail success failure names))
        ((walk v place (pattern ___ . tail) success failure names)
         (walk-repeated v place 0 pattern tail success failure names))
        ((walk v place (pattern ..1 . tail) success failure names)
         (walk-repeated v place 1 pattern tail success failure names))
        ((walk v place (first . rest) success failure names)
         (if (pair? v)
             (let ((head (car v)) (tail (cdr v)))
               (walk head ((car v) (set-car! v)) first
                     (then tail ((cdr v) (set-cdr! v)) rest success failure)
                     failure names))
             failure))
        ((walk v place #(pattern :::) success failure names)
         (if (vector? v)
             (vector-shape v (pattern :::) (pattern :::) success failure names)
             failure))
        ((walk v place atom success failure names)
         (if-name atom
                  (if-bound atom names
                            (if (equal? v atom) (go success names) failure)
                            (let ((atom v)) (go success (atom . names))))
                  (if (equal? v atom) (go success names) failure)))))

    ;; Goes on with a continuation.
    (define-syntax go
      (syntax-rules ()
        ((_ (k argument ...) names) (k argument ... . names))))

    (define-syntax then
      (syntax-rules ()
        ((_ v place pattern success failure . names)
         (walk v place pattern success failure names))))

    (define-syntax give
      (syntax-rules () ((_ expression . names) expression)))

    ;; (if-name atom yes no): whether a pattern is an identifier. A pattern variable of rules matches any form.
    (define-syntax if-name
      (syntax-rules ()
        ((_ (first . rest) yes no) no)
        ((_ #(element ...) yes no) no)
        ((_ atom yes no)
         (let-syntax ((test (syntax-rules ::: ()
                              ((test atom true false) true)
                              ((test other true false) false))))
           (test (some form) yes no)))))

    ;; (if-bound name (bound ...) yes no): an identifier that is a literal of rules matches nothing else.
    (define-syntax if-bound
      (syntax-rules ()
        ((_ name bound yes no)
         (let-syntax ((test (syntax-rules bound
                              ((test name true false) false)
                              ((test other true false) true))))
           (test unlike-all yes no)))))

    (define-syntax walk-quasi
      (syntax-rules ::: (unquote unquote-splicing ... ___ ..1)
        ((walk-quasi v place ,pattern success failure names)
         (walk v place pattern success failure names))
        ((walk-quasi v place (,@pattern) success failure names)
         (walk v place pattern success failure names))
        ((walk-quasi v place (pattern ... . tail) success failure names)
         (walk v place ((quasiquote pattern) ... . (quasiquote tail)) success failure names))
        ((walk-quasi v place (pattern ___ . tail) success failure names)
         (walk v place ((quasiquote pattern) ___ . (quasiquote tail)) success failure names))
        ((walk-quasi v place (first . rest) success failure names)
         (if (pair? v)
             (let ((head (car v)) (tail (cdr v)))
               (walk-quasi head ((car v) (set-car! v)) first
                           (then-quasi tail ((cdr v) (set-cdr! v)) rest success failure)
                           failure names))
             failure))
        ((walk-quasi v place #(element :::) success failure names)
         (if (vector? v)
             (let ((elements (vector->list v)))
               (walk-quasi elements () (element :::) success failure names))
             failure))
        ((walk-quasi v place datum success failure names)
         (if (equal? v 'datum) (go success names) failure))))

    (define-syntax then-quasi
      (syntax-rules ()
        ((_ v place pattern success failure . names)
         (walk-quasi v place pattern success failure names))))

    ;; All patterns of `or` bind the names of the first one, which come last here.
    (define-syntax walk-or
      (syntax-rules ()
        ((_ v place (pattern ...) success failure bound name ...)
         (let ((yes (lambda (name ...) (go success (name ... . bound)))))
           (try-or v place (pattern ...) (yes name ...) failure bound)))))

    (define-syntax try-or
      (syntax-rules ()
        ((_ v place () yes failure bound) failure)
        ((_ v place (pattern more ...) yes failure bound)
         (let ((no (lambda () (try-or v place (more ...) yes failure bound))))
           (walk v place pattern (give yes) (no) bound)))))

    (define-syntax walk-fields
      (syntax-rules ()
        ((_ v type index () success failure names) (go success names))
        ((_ v type index (pattern more ...) success failure names)
         (let ((field (record-field v index)))
           (walk field
                 ((record-field v index))
                 pattern
                 (then-fields v type (+ index 1) (more ...) success failure)
                 failure names)))))

    (define-syntax then-fields
      (syntax-rules ()
        ((_ v type index patterns success failure . names)
         (walk-fields v type index patterns success failure names))))

    (define-syntax walk-named
      (syntax-rules ()
        ((_ v type () success failure names) (go success names))
        ((_ v type ((name pattern) more ...) success failure names)
         (let* ((index (record-field-index type 'name))
                (field (record-field v index)))
           (walk field
                 ((record-field v index))
                 pattern
                 (then-named v type (more ...) success failure)
                 failure names)))))

    (define-syntax then-named
      (syntax-rules ()
        ((_ v type patterns success failure . names)
         (walk-named v type patterns success failure names))))

    ;; A vector without an ellipsis is looked at in place.
    (define-syntax vector-shape
      (syntax-rules ::: (... ___ ..1)
        ((_ v all () success failure names)
         (if (= (vector-length v) (count-of . all))
             (walk-elements v 0 all success failure names)
             failure))
        ((_ v all (pattern ... . rest) success failure names)
         (vector-as-list v all success failure names))
        ((_ v all (pattern ___ . rest) success failure names)
         (vector-as-list v all success failure names))
        ((_ v all (pattern ..1 . rest) success failure names)
         (vector-as-list v all success failure names))
        ((_ v all (pattern . rest) success failure names)
         (vector-shape v all rest success failure names))))

    (define-syntax count-of
      (syntax-rules ()
        ((_) 0)
        ((_ pattern . rest) (+ 1 (count-of . rest)))))

    (define-syntax vector-as-list
      (syntax-rules ()
        ((_ v patterns success failure names)
         (let ((elements (vector->list v)))
           (walk elements () patterns success failure names)))))

    (define-syntax walk-elements
      (syntax-rules ()
        ((_ v index () success failure names) (go success names))
        ((_ v index (pattern . more) success failure names)
         (let ((element (vector-ref v index)))
           (walk element
                 ((vector-ref v index) (vector-set! v index))
                 pattern
                 (then-elements v (+ index 1) more success failure)
                 failure names)))))

    (define-syntax then-elements
      (syntax-rules ()
        ((_ v index patterns success failure . names)
         (walk-elements v index patterns success failure names))))

    ;; Repetition. A lone name takes a whole list as it is.
    (define-syntax walk-repeated
      (syntax-rules ()
        ((_ v place least pattern () success failure names)
         (if-name pattern
                  (repeat-name v place least pattern success failure names)
                  (names-of pattern (repeat v least pattern () 0 success failure names) ())))
        ((_ v place least pattern tail success failure names)
         (names-of pattern
                   (repeat v least pattern tail (count-pairs tail) success failure names)
                   ()))))

    (define-syntax count-pairs
      (syntax-rules (quasiquote unquote)
        ((_ (quasiquote tail)) (count-pairs tail))
        ((_ (unquote tail)) 0)
        ((_ (pattern . rest)) (+ 1 (count-pairs rest)))
        ((_ end) 0)))

    (define-syntax repeat-name
      (syntax-rules ()
        ((_ v place 0 pattern success failure names)
         (if (list? v) (walk v place pattern success failure names) failure))
        ((_ v place 1 pattern success failure names)
         (if (and (pair? v) (list? v)) (walk v place pattern success failure names) failure))))

    ;; How many pairs a value begins with.
    (define (pair-count value)
      (let count ((rest value) (pairs 0))
        (if (pair? rest) (count (cdr rest) (+ pairs 1)) pairs)))

    (define-syntax repeat
      (syntax-rules ()
        ((_ v least pattern () 0 success failure bound name ...)
         (lists-of (repeat-all v least pattern success failure bound) () name ...))
        ((_ v least pattern tail after success failure bound name ...)
         (lists-of (repeat-some v least pattern tail after success failure bound) () name ...))))

    ;; Gives each name a variable for its list.
    (define-syntax lists-of
      (syntax-rules ()
        ((_ (k argument ...) (pair ...)) (k argument ... pair ...))
        ((_ k (pair ...) name more ...) (lists-of k (pair ... (name list)) more ...))))

    (define-syntax repeat-all
      (syntax-rules ()
        ((_ v least pattern success failure bound (name list) ...)
         (let next ((rest v) (list '()) ...)
           (cond ((pair? rest)
                  (let ((item (car rest)))
                    (walk item ((car rest) (set-car! rest)) pattern
                          (give (next (cdr rest) (cons name list) ...))
                          failure bound)))
                 ((and (null? rest) (or (= least 0) (pair? v)))
                  (let ((name (reverse list)) ...)
                    (go success (name ... . bound))))
                 (else failure))))))

    (define-syntax repeat-some
      (syntax-rules ()
        ((_ v least pattern tail after success failure bound (name list) ...)
         (let ((count (- (pair-count v) after)))
           (if (>= count least)
               (let next ((rest v) (left count) (list '()) ...)
                 (if (> left 0)
                     (let ((item (car rest)))
                       (walk item ((car rest) (set-car! rest)) pattern
                             (give (next (cdr rest) (- left 1) (cons name list) ...))
                             failure bound))
                     (let ((name (reverse list)) ...)
                       (walk rest () tail success failure (name ... . bound)))))
               failure)))))

    ;; (names-of pattern (k argument ...) (name ...)): goes on with (k argument ... name ...), the names that the
    ;; pattern binds, each once.
    (define-syntax names-of
      (syntax-rules ::: (_ ... ___ ..1 quote quasiquote and or not ? = $ @ set! get!)
        ((names-of _ k names) (go k names))
        ((names-of () k names) (go k names))
        ((names-of 'datum k names) (go k names))
        ((names-of `pattern k names) (names-of-quasi pattern k names))
        ((names-of (and pattern :::) k names) (names-of-all (pattern :::) k names))
        ((names-of (or) k names) (go k names))
        ((names-of (or pattern more :::) k names) (names-of pattern k names))
        ((names-of (not pattern :::) k names) (go k names))
        ((names-of (? predicate pattern :::) k names) (names-of-all (pattern :::) k names))
        ((names-of (= procedure pattern) k names) (names-of pattern k names))
        ((names-of ($ type pattern :::) k names) (names-of-all (pattern :::) k names))
        ((names-of (@ type (field pattern) :::) k names) (names-of-all (pattern :::) k names))
        ((names-of (get! name) k names) (names-of name k names))
        ((names-of (set! name) k names) (names-of name k names))
        ((names-of (pattern ... . tail) k names) (names-of pattern (more-names tail k) names))
        ((names-of (pattern ___ . tail) k names) (names-of pattern (more-names tail k) names))
        ((names-of (pattern ..1 . tail) k names) (names-of pattern (more-names tail k) names))
        ((names-of (first . rest) k names) (names-of first (more-names rest k) names))
        ((names-of #(pattern :::) k names) (names-of (pattern :::) k names))
        ((names-of atom k names)
         (if-name atom
                  (if-bound atom names (go k names) (go k (atom . names)))
                  (go k names)))))

    (define-syntax more-names
      (syntax-rules () ((_ pattern k . names) (names-of pattern k names))))

    (define-syntax names-of-all
      (syntax-rules ()
        ((_ () k names) (go k names))
        ((_ (pattern . more) k names) (names-of pattern (all-names more k) names))))

    (define-syntax all-names
      (syntax-rules () ((_ patterns k . names) (names-of-all patterns k names))))

    (define-syntax names-of-quasi
      (syntax-rules (unquote unquote-splicing)
        ((_ ,pattern k names) (names-of pattern k names))
        ((_ ,@pattern k names) (names-of pattern k names))
        ((_ (first . rest) k names) (names-of-quasi first (quasi-names rest k) names))
        ((_ #(element ...) k names) (names-of-quasi (element ...) k names))
        ((_ datum k names) (go k names))))

    (define-syntax quasi-names
      (syntax-rules () ((_ pattern k . names) (names-of-quasi pattern k names))))

    (define-syntax match-lambda
      (syntax-rules ()
        ((_ clause ...) (lambda (argument) (match argument clause ...)))))

    (define-syntax match-lambda*
      (syntax-rules ()
        ((_ clause ...) (lambda arguments (match arguments clause ...)))))

    (define-syntax match-let
      (syntax-rules ()
        ((_ ((pattern expression) ...) body1 body2 ...)
         (match (list expression ...) ((pattern ...) body1 body2 ...)))
        ((_ loop ((pattern expression) ...) body1 body2 ...)
         (letrec ((loop (match-lambda* ((pattern ...) body1 body2 ...))))
           (loop expression ...)))))

    (define-syntax match-let*
      (syntax-rules ()
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ ((pattern expression) more ...) body1 body2 ...)
         (match expression (pattern (match-let* (more ...) body1 body2 ...))))))

    (define-syntax match-letrec
      (syntax-rules ()
        ((_ () body1 body2 ...) (let () body1 body2 ...))
        ((_ ((pattern expression) ...) body1 body2 ...)
         (names-of (pattern ...) (letrec-of (list expression ...) (pattern ...) (body1 body2 ...)) ()))))

    (define-syntax letrec-of
      (syntax-rules ()
        ((_ expression pattern (body ...) name ...)
         (let ()
           (define-values (name ...)
             (match expression (pattern (values name ...))))
           (let () body ...)))))))
