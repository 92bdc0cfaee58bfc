;;; SRFI 67: compare procedures, which answer -1, 0 or 1.

(define-library (srfi 67)
  (export boolean-compare char-compare char-compare-ci string-compare string-compare-ci
          symbol-compare integer-compare rational-compare real-compare complex-compare
          number-compare vector-compare vector-compare-as-list list-compare
          list-compare-as-vector pair-compare-car pair-compare-cdr pair-compare default-compare
          refine-compare select-compare cond-compare
          if3 if=? if<? if>? if<=? if>=? if-not=?
          =? <? >? <=? >=? not=?
          </<? </<=? <=/<? <=/<=? >/>? >/>=? >=/>? >=/>=?
          chain=? chain<? chain>? chain<=? chain>=? pairwise-not=?
          min-compare max-compare kth-largest
          compare-by< compare-by> compare-by<= compare-by>= compare-by=/< compare-by=/>
          debug-compare)
  (import (scheme base) (scheme case-lambda) (scheme char) (scheme complex)
          (only (cozen sort) list-sort))
  (begin

    ;; Syntax

    (define (bad-result value)
      (error "a compare procedure answered something other than -1, 0 or 1:" value))

    (define-syntax if3
      (syntax-rules ()
        ((_ comparison less equal greater)
         (let ((result comparison))
           (case result
             ((-1) less)
             ((0) equal)
             ((1) greater)
             (else (bad-result result)))))))

    ;; (define-conditionals (name (answer ...)) ...): the answers that choose the consequent.
    (define-syntax define-conditionals
      (syntax-rules ()
        ((_ (name answers others) ...)
         (begin
           (define-syntax name
             (syntax-rules ()
               ((_ comparison consequent) (name comparison consequent (if #f #f)))
               ((_ comparison consequent alternate)
                (let ((result comparison))
                  (case result
                    (answers consequent)
                    (others alternate)
                    (else (bad-result result)))))))
           ...))))

    (define-conditionals
      (if=? (0) (-1 1)) (if<? (-1) (0 1)) (if>? (1) (-1 0))
      (if<=? (-1 0) (1)) (if>=? (0 1) (-1)) (if-not=? (-1 1) (0)))

    (define-syntax refine-compare
      (syntax-rules ()
        ((_) 0)
        ((_ comparison) comparison)
        ((_ comparison more ...)
         (if3 comparison -1 (refine-compare more ...) 1))))

    (define-syntax select-compare
      (syntax-rules ()
        ((_ x y clause ...)
         (let ((a x) (b y)) (select-clauses a b clause ...)))))

    (define-syntax select-clauses
      (syntax-rules (else)
        ((_ a b) 0)
        ((_ a b (else comparison ...)) (refine-compare comparison ...))
        ((_ a b (type? comparison ...) clause ...)
         (let* ((is? type?) (a? (is? a)) (b? (is? b)))
           (choose a? b? (refine-compare comparison ...) (select-clauses a b clause ...))))))

    (define-syntax cond-compare
      (syntax-rules (else)
        ((_) 0)
        ((_ (else comparison ...)) (refine-compare comparison ...))
        ((_ ((test1 test2) comparison ...) clause ...)
         (let ((a? test1) (b? test2))
           (choose a? b? (refine-compare comparison ...) (cond-compare clause ...))))))

    ;; What is of the type comes first.
    (define-syntax choose
      (syntax-rules ()
        ((_ a? b? both neither)
         (if a?
             (if b? both -1)
             (if b? 1 neither)))))

    ;; Compare procedures from predicates

    (define-syntax define-compare-by
      (syntax-rules ()
        ((_ (name predicate ...) (x y) expression)
         (define name
           (case-lambda
             ((predicate ...) (lambda (x y) expression))
             ((predicate ... x y) expression))))))

    (define-compare-by (compare-by< less?) (x y) (cond ((less? x y) -1) ((less? y x) 1) (else 0)))
    (define-compare-by (compare-by> more?) (x y) (cond ((more? x y) 1) ((more? y x) -1) (else 0)))

    (define-compare-by (compare-by<= at-most?) (x y)
      (if (at-most? x y) (if (at-most? y x) 0 -1) 1))

    (define-compare-by (compare-by>= at-least?) (x y)
      (if (at-least? x y) (if (at-least? y x) 0 1) -1))

    (define-compare-by (compare-by=/< same? less?) (x y)
      (cond ((same? x y) 0) ((less? x y) -1) (else 1)))

    (define-compare-by (compare-by=/> same? more?) (x y)
      (cond ((same? x y) 0) ((more? x y) 1) (else -1)))

    ;; Atoms

    ;; (define-atom name type? text (x y) expression)
    (define-syntax define-atom
      (syntax-rules ()
        ((_ name type? text (x y) expression)
         (define (name x y)
           (check-operand 'name type? text x)
           (check-operand 'name type? text y)
           expression))))

    (define (check-operand name type? text object)
      (if (not (type? object))
          (error (string-append (symbol->string name) ": expected " text ", found") object)))

    (define-atom boolean-compare boolean? "a boolean" (x y)
      (if x (if y 0 1) (if y -1 0)))

    (define-atom char-compare char? "a character" (x y) (compare-by< char<? x y))
    (define-atom char-compare-ci char? "a character" (x y) (compare-by< char-ci<? x y))
    (define-atom string-compare string? "a string" (x y) (compare-by=/< string=? string<? x y))

    (define-atom string-compare-ci string? "a string" (x y)
      (compare-by=/< string-ci=? string-ci<? x y))

    (define-atom symbol-compare symbol? "a symbol" (x y)
      (string-compare (symbol->string x) (symbol->string y)))

    (define-atom integer-compare integer? "an integer" (x y) (compare-by< < x y))
    (define-atom rational-compare rational? "a rational number" (x y) (compare-by< < x y))
    (define-atom real-compare real? "a real number" (x y) (compare-by< < x y))

    (define-atom complex-compare complex? "a number" (x y)
      (if (and (real? x) (real? y))
          (compare-by< < x y)
          (refine-compare (compare-by< < (real-part x) (real-part y))
                          (compare-by< < (imag-part x) (imag-part y)))))

    (define-atom number-compare number? "a number" (x y) (complex-compare x y))

    ;; Sequences. The compare procedure comes first and may be left out; how to reach the elements
    ;; comes last.

    (define-syntax define-sequence-compare
      (syntax-rules ()
        ((_ (name compare x y access ...) (default ...) expression)
         (define name
           (case-lambda
             ((x y) (name default-compare x y default ...))
             ((compare x y) (name compare x y default ...))
             ;; Without a compare procedure, the access procedures follow the operands.
             ((x y access ...)
              (name default-compare x y access ...))
             ((compare x y access ...) expression))))))

    (define-sequence-compare (vector-compare compare x y size ref) (vector-length vector-ref)
      (let ((n (size x)) (m (size y)))
        (refine-compare (integer-compare n m)
                        (compare-elements compare x y ref n n m))))

    (define-sequence-compare (vector-compare-as-list compare x y size ref)
      (vector-length vector-ref)
      (let ((n (size x)) (m (size y)))
        (compare-elements compare x y ref (min n m) n m)))

    ;; The first `count` elements; if they are equal, the sizes.
    (define (compare-elements compare x y ref count n m)
      (let loop ((i 0))
        (if (= i count)
            (integer-compare n m)
            (refine-compare (compare (ref x i) (ref y i)) (loop (+ i 1))))))

    (define-sequence-compare (list-compare compare x y empty? head tail) (null? car cdr)
      (let loop ((x x) (y y))
        (cond-compare (((empty? x) (empty? y)))
                      (else (compare (head x) (head y))
                            (loop (tail x) (tail y))))))

    (define-sequence-compare (list-compare-as-vector compare x y empty? head tail)
      (null? car cdr)
      (refine-compare
       (let loop ((x x) (y y))
         (cond-compare (((empty? x) (empty? y)))
                       (else (loop (tail x) (tail y)))))
       (list-compare compare x y empty? head tail)))

    ;; Pairs

    (define (pair-compare-car compare) (lambda (x y) (compare (car x) (car y))))
    (define (pair-compare-cdr compare) (lambda (x y) (compare (cdr x) (cdr y))))

    (define pair-compare
      (case-lambda
        ((x y) (pair-compare default-compare x y))
        ((compare x y)
         (select-compare x y
           (null?)
           (pair? (compare (car x) (car y))
                  (pair-compare compare (cdr x) (cdr y)))
           (else (compare x y))))
        ((compare-car compare-cdr x y)
         (refine-compare (compare-car (car x) (car y))
                         (compare-cdr (cdr x) (cdr y))))))

    (define (default-compare x y)
      (select-compare x y
        (null?)
        (pair? (default-compare (car x) (car y))
               (default-compare (cdr x) (cdr y)))
        (boolean? (boolean-compare x y))
        (char? (char-compare x y))
        (string? (string-compare x y))
        (symbol? (symbol-compare x y))
        (number? (number-compare x y))
        (vector? (vector-compare default-compare x y))
        (else (error "default-compare: there is no order of these objects:" x y))))

    ;; Relations

    (define-syntax define-relations
      (syntax-rules ()
        ((_ (name condition) ...)
         (begin
           (define name
             (case-lambda
               (() (lambda (x y) (condition (default-compare x y) #t #f)))
               ((compare) (lambda (x y) (condition (compare x y) #t #f)))
               ((x y) (condition (default-compare x y) #t #f))
               ((compare x y) (condition (compare x y) #t #f))))
           ...))))

    (define-relations
      (=? if=?) (<? if<?) (>? if>?) (<=? if<=?) (>=? if>=?) (not=? if-not=?))

    ;; Both comparisons are made, so that each value is checked.
    (define-syntax define-double-relations
      (syntax-rules ()
        ((_ (name condition1 condition2) ...)
         (begin
           (define name
             (let ((test (lambda (compare x y z)
                           (let ((first (compare x y))
                                 (second (compare y z)))
                             (condition1 first (condition2 second #t #f) #f)))))
               (case-lambda
                 (() (lambda (x y z) (test default-compare x y z)))
                 ((compare) (lambda (x y z) (test compare x y z)))
                 ((x y z) (test default-compare x y z))
                 ((compare x y z) (test compare x y z)))))
           ...))))

    (define-double-relations
      (</<? if<? if<?) (</<=? if<? if<=?) (<=/<? if<=? if<?) (<=/<=? if<=? if<=?)
      (>/>? if>? if>?) (>/>=? if>? if>=?) (>=/>? if>=? if>?) (>=/>=? if>=? if>=?))

    (define-syntax define-chains
      (syntax-rules ()
        ((_ (name condition) ...)
         (begin
           (define (name compare . values)
             (chain? (lambda (x y) (condition (compare x y) #t #f)) compare values))
           ...))))

    (define-chains
      (chain=? if=?) (chain<? if<?) (chain>? if>?) (chain<=? if<=?) (chain>=? if>=?))

    ;; A single value is compared with itself, to check its type.
    (define (chain? related? compare values)
      (cond ((null? values) #t)
            ((null? (cdr values))
             (compare (car values) (car values))
             #t)
            (else
             (let loop ((holds #t) (first (car values)) (rest (cdr values)))
               (if (null? rest)
                   holds
                   (let ((next (related? first (car rest))))
                     (loop (and holds next) (car rest) (cdr rest))))))))

    (define (sorted compare values)
      (list-sort (lambda (x y) (if<? (compare x y) #t #f)) values))

    (define (pairwise-not=? compare . values)
      (chain? (lambda (x y) (if-not=? (compare x y) #t #f)) compare (sorted compare values)))

    (define (min-compare compare x . more)
      (compare x x)
      (let loop ((best x) (more more))
        (if (null? more)
            best
            (loop (if<? (compare (car more) best) (car more) best) (cdr more)))))

    (define (max-compare compare x . more)
      (compare x x)
      (let loop ((best x) (more more))
        (if (null? more)
            best
            (loop (if>? (compare (car more) best) (car more) best) (cdr more)))))

    (define (kth-largest compare k x . more)
      (if (not (exact-integer? k))
          (error "kth-largest: expected an exact integer, found" k))
      (compare x x)
      (list-ref (sorted compare (cons x more)) (modulo k (+ 1 (length more)))))

    ;; A compare procedure that checks the axioms on its operands and the two before.
    (define (debug-compare compare)
      (let ((earlier '()))
        (define (checked x y)
          (let ((result (compare x y)))
            (if (not (memv result '(-1 0 1))) (bad-result result))
            (if (not (eqv? (compare y x) (- result)))
                (error "debug-compare: the comparison is not antisymmetric:" compare x y))
            result))
        (define (check-reflexive x)
          (if (not (eqv? (compare x x) 0))
              (error "debug-compare: the comparison is not reflexive:" compare x)))
        (define (check-transitive x y z)
          (let ((xy (checked x y)) (yz (checked y z)) (xz (checked x z)))
            (if (or (and (<= xy 0) (<= yz 0) (not (= xz (if (= xy yz 0) 0 -1))))
                    (and (>= xy 0) (>= yz 0) (not (= xz (if (= xy yz 0) 0 1)))))
                (error "debug-compare: the comparison is not transitive:" compare x y z))))
        (lambda (x y)
          (check-reflexive x)
          (check-reflexive y)
          (let ((result (checked x y)))
            (for-each (lambda (z) (check-transitive x y z)) earlier)
            (set! earlier (list x y))
            result))))))
