;;; SRFI 209: enums, enum types and enum sets.
;;;
;;; An enum set has a byte for each enum of its type, by ordinal: 1 for a member. Procedures whose
;;; names end in ! change the set that is their first argument, and answer it.

(define-library (srfi 209)
  (export enum-type? enum? enum-type-contains? enum=? enum<? enum>? enum<=? enum>=?
          make-enum-type enum-type enum-name enum-ordinal enum-value
          enum-name->enum enum-ordinal->enum enum-name->ordinal enum-name->value
          enum-ordinal->name enum-ordinal->value
          enum-type-size enum-min enum-max enum-type-enums enum-type-names enum-type-values
          enum-next enum-prev make-enum-comparator
          enum-empty-set enum-type->enum-set enum-set list->enum-set enum-set-projection
          enum-set-copy make-enumeration enum-set-universe enum-set-constructor
          enum-set-type enum-set-indexer
          enum-set? enum-set-contains? enum-set-member? enum-set-empty? enum-set-disjoint?
          enum-set=? enum-set<? enum-set>? enum-set<=? enum-set>=? enum-set-subset?
          enum-set-any? enum-set-every?
          enum-set-adjoin enum-set-adjoin! enum-set-delete enum-set-delete!
          enum-set-delete-all enum-set-delete-all!
          enum-set-size enum-set->enum-list enum-set->list enum-set-count enum-set-filter
          enum-set-remove enum-set-map->list enum-set-for-each enum-set-fold
          enum-set-complement enum-set-complement! enum-set-union enum-set-union!
          enum-set-intersection enum-set-intersection! enum-set-difference enum-set-difference!
          enum-set-xor enum-set-xor!
          define-enum define-enumeration)
  (import (scheme base) (only (cozen condition) %check-argument)
          (only (cozen hash-table) make-table table-ref table-set! symbol-hash)
          (only (srfi 128) make-comparator))
  (begin

    (define-record-type enum-type
      (new-type enums by-name)
      enum-type?
      ;; By ordinal.
      (enums type-enums set-type-enums!)
      (by-name type-by-name))

    (define-record-type enum
      (new-enum type name ordinal value)
      enum?
      (type type-of)
      (name name-of)
      (ordinal ordinal-of)
      (value value-of))

    (define-record-type enum-set
      (new-set type members)
      enum-set?
      (type set-type)
      (members members-of))

    ;; arguments

    (define-syntax check-type
      (syntax-rules ()
        ((_ object who) (%check-argument enum-type? object who 1 "enum type"))))

    (define-syntax check-enum
      (syntax-rules ()
        ((_ object who number) (%check-argument enum? object who number "enum"))))

    (define-syntax check-set
      (syntax-rules ()
        ((_ object who) (check-set object who 1))
        ((_ object who number) (%check-argument enum-set? object who number "enum set"))))

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who) (%check-argument procedure? object who 1 "procedure"))))

    (define (fail who message . irritants)
      (apply error (string-append (symbol->string who) ": " message) irritants))

    ;; The ordinal of an argument that must be an enum of `type`.
    (define (ordinal-in type enum who)
      (if (not (and (enum? enum) (eq? (type-of enum) type)))
          (fail who "expected an enum of the type, found" enum))
      (ordinal-of enum))

    ;; Two sets must be of one type.
    (define (check-same-type a b who)
      (check-set a who)
      (check-set b who 2)
      (if (not (eq? (set-type a) (set-type b)))
          (fail who "the sets are of different types:" a b)))

    ;; enum types

    (define (make-enum-type specifications)
      (%check-argument list? specifications 'make-enum-type 1 "list")
      (let* ((type (new-type #f (make-table eq? #f)))
             (enums (list->vector (make-enums type specifications))))
        (vector-for-each
         (lambda (enum)
           (if (table-ref (type-by-name type) (name-of enum) #f)
               (fail 'make-enum-type "two enums have this name:" (name-of enum)))
           (table-set! (type-by-name type) (name-of enum) enum))
         enums)
        (set-type-enums! type enums)
        type))

    (define (make-enums type specifications)
      (let loop ((rest specifications) (ordinal 0) (enums '()))
        (if (null? rest)
            (reverse enums)
            (loop (cdr rest) (+ ordinal 1) (cons (make-enum type (car rest) ordinal) enums)))))

    (define (make-enum type specification ordinal)
      (cond ((symbol? specification) (new-enum type specification ordinal ordinal))
            ((and (list? specification) (= (length specification) 2)
                  (symbol? (car specification)))
             (new-enum type (car specification) ordinal (cadr specification)))
            (else
             (fail 'make-enum-type "expected a symbol, or a list of a symbol and a value, found"
                   specification))))

    (define (enum-type-contains? type enum)
      (check-type type 'enum-type-contains?)
      (check-enum enum 'enum-type-contains? 2)
      (eq? (type-of enum) type))

    (define (enum-type-size type)
      (check-type type 'enum-type-size)
      (size-of-type type))

    (define (size-of-type type) (vector-length (type-enums type)))

    (define (enum-min type)
      (check-type type 'enum-min)
      (or (enum-at type 0) (fail 'enum-min "the type has no enums")))

    (define (enum-max type)
      (check-type type 'enum-max)
      (or (enum-at type (- (size-of-type type) 1)) (fail 'enum-max "the type has no enums")))

    (define (enum-type-enums type)
      (check-type type 'enum-type-enums)
      (vector->list (type-enums type)))

    (define (enum-type-names type)
      (check-type type 'enum-type-names)
      (map name-of (vector->list (type-enums type))))

    (define (enum-type-values type)
      (check-type type 'enum-type-values)
      (map value-of (vector->list (type-enums type))))

    ;; enums

    ;; (define-accessor name field)
    (define-syntax define-accessor
      (syntax-rules ()
        ((_ name field)
         (define (name enum)
           (check-enum enum 'name 1)
           (field enum)))))

    (define-accessor enum-type type-of)
    (define-accessor enum-name name-of)
    (define-accessor enum-ordinal ordinal-of)
    (define-accessor enum-value value-of)

    ;; The enum of this ordinal, or #f.
    (define (enum-at type ordinal)
      (let ((enums (type-enums type)))
        (and (< -1 ordinal (vector-length enums)) (vector-ref enums ordinal))))

    (define (enum-named type name) (table-ref (type-by-name type) name #f))

    (define (enum-next enum)
      (check-enum enum 'enum-next 1)
      (enum-at (type-of enum) (+ (ordinal-of enum) 1)))

    (define (enum-prev enum)
      (check-enum enum 'enum-prev 1)
      (enum-at (type-of enum) (- (ordinal-of enum) 1)))

    (define (enum-name->enum type name)
      (check-type type 'enum-name->enum)
      (%check-argument symbol? name 'enum-name->enum 2 "symbol")
      (enum-named type name))

    (define (enum-ordinal->enum type ordinal)
      (check-type type 'enum-ordinal->enum)
      (%check-argument exact-integer? ordinal 'enum-ordinal->enum 2 "exact integer")
      (enum-at type ordinal))

    (define (existing-named type name who)
      (check-type type who)
      (%check-argument symbol? name who 2 "symbol")
      (or (enum-named type name) (fail who "no enum of the type has this name:" name)))

    (define (existing-at type ordinal who)
      (check-type type who)
      (%check-argument exact-integer? ordinal who 2 "exact integer")
      (or (enum-at type ordinal) (fail who "no enum of the type has this ordinal:" ordinal)))

    (define (enum-name->ordinal type name)
      (ordinal-of (existing-named type name 'enum-name->ordinal)))
    (define (enum-name->value type name)
      (value-of (existing-named type name 'enum-name->value)))
    (define (enum-ordinal->name type ordinal)
      (name-of (existing-at type ordinal 'enum-ordinal->name)))
    (define (enum-ordinal->value type ordinal)
      (value-of (existing-at type ordinal 'enum-ordinal->value)))

    ;; (define-order name (a b) holds): of the ordinals of all neighbours.
    (define-syntax define-order
      (syntax-rules ()
        ((_ name (a b) holds)
         (define (name first second . more)
           (check-enum first 'name 1)
           (let ((type (type-of first)))
             (let loop ((a (ordinal-of first)) (rest (cons second more)) (ordered? #t))
               (if (null? rest)
                   ordered?
                   (let ((b (ordinal-in type (car rest) 'name)))
                     (loop b (cdr rest) (and ordered? holds))))))))))

    (define-order enum=? (a b) (= a b))
    (define-order enum<? (a b) (< a b))
    (define-order enum>? (a b) (> a b))
    (define-order enum<=? (a b) (<= a b))
    (define-order enum>=? (a b) (>= a b))

    (define (make-enum-comparator type)
      (check-type type 'make-enum-comparator)
      (make-comparator (lambda (object) (and (enum? object) (eq? (type-of object) type)))
                       eq?
                       (lambda (a b) (< (ordinal-of a) (ordinal-of b)))
                       (lambda (enum) (symbol-hash (name-of enum)))))

    ;; sets from types and lists

    (define (set-filled type byte)
      (new-set type (make-bytevector (size-of-type type) byte)))

    (define (enum-empty-set type)
      (check-type type 'enum-empty-set)
      (set-filled type 0))

    (define (enum-type->enum-set type)
      (check-type type 'enum-type->enum-set)
      (set-filled type 1))

    (define (enum-set type . enums)
      (check-type type 'enum-set)
      (mark-all! (set-filled type 0) enums 1 'enum-set))

    (define (list->enum-set type enums)
      (check-type type 'list->enum-set)
      (%check-argument list? enums 'list->enum-set 2 "list")
      (mark-all! (set-filled type 0) enums 1 'list->enum-set))

    ;; Puts all enums of a list into a set, or takes them out, and answers the set.
    (define (mark-all! set enums byte who)
      (let ((type (set-type set)) (members (members-of set)))
        (let loop ((rest enums))
          (if (null? rest)
              set
              (begin
                (bytevector-u8-set! members (ordinal-in type (car rest) who) byte)
                (loop (cdr rest)))))))

    (define (enum-set-projection type-or-set set)
      (check-set set 'enum-set-projection 2)
      (let ((type (if (enum-set? type-or-set) (set-type type-or-set) type-or-set)))
        (%check-argument enum-type? type 'enum-set-projection 1 "enum type or enum set")
        (set-of-names type (enum-set->list set) 'enum-set-projection)))

    (define (set-of-names type names who)
      (mark-all! (set-filled type 0)
                 (map (lambda (name)
                        (or (enum-named type name)
                            (fail who "no enum of the type has this name:" name)))
                      names)
                 1 who))

    (define (enum-set-copy set)
      (check-set set 'enum-set-copy)
      (copy set))

    (define (copy set) (new-set (set-type set) (bytevector-copy (members-of set))))

    ;; as in (rnrs enums)

    (define (make-enumeration names)
      (%check-argument list? names 'make-enumeration 1 "list")
      (set-filled (make-enum-type (map (lambda (name) (list name name)) names)) 1))

    (define (enum-set-universe set)
      (check-set set 'enum-set-universe)
      (set-filled (set-type set) 1))

    (define (enum-set-constructor set)
      (check-set set 'enum-set-constructor)
      (let ((type (set-type set)))
        (lambda (names) (set-of-names type names 'enum-set-constructor))))

    (define (enum-set-indexer set)
      (check-set set 'enum-set-indexer)
      (let ((type (set-type set)))
        (lambda (name)
          (let ((enum (enum-named type name)))
            (and enum (ordinal-of enum))))))

    (define (enum-set-type set)
      (check-set set 'enum-set-type)
      (set-type set))

    ;; predicates

    (define (has? set ordinal) (= 1 (bytevector-u8-ref (members-of set) ordinal)))

    (define (enum-set-contains? set enum)
      (check-set set 'enum-set-contains?)
      (has? set (ordinal-in (set-type set) enum 'enum-set-contains?)))

    (define (enum-set-member? name set)
      (%check-argument symbol? name 'enum-set-member? 1 "symbol")
      (check-set set 'enum-set-member? 2)
      (let ((enum (enum-named (set-type set) name)))
        (if (not enum) (fail 'enum-set-member? "no enum of the type has this name:" name))
        (has? set (ordinal-of enum))))

    (define (enum-set-empty? set)
      (check-set set 'enum-set-empty?)
      (all-bytes? (lambda (byte) (= byte 0)) (members-of set)))

    (define (all-bytes? holds? members)
      (let loop ((ordinal 0))
        (or (= ordinal (bytevector-length members))
            (and (holds? (bytevector-u8-ref members ordinal)) (loop (+ ordinal 1))))))

    ;; Whether `holds?` of the bytes of both sets for each enum.
    (define (all-pairs? holds? a b)
      (let* ((a (members-of a)) (b (members-of b)) (end (bytevector-length a)))
        (let loop ((ordinal 0))
          (or (= ordinal end)
              (and (holds? (bytevector-u8-ref a ordinal) (bytevector-u8-ref b ordinal))
                   (loop (+ ordinal 1)))))))

    (define (enum-set-disjoint? a b)
      (check-same-type a b 'enum-set-disjoint?)
      (all-pairs? (lambda (x y) (= 0 (* x y))) a b))

    (define (same? a b) (equal? (members-of a) (members-of b)))
    (define (within? a b) (all-pairs? <= a b))

    ;; (define-comparison (name a b) holds)
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ (name a b) holds)
         (define (name a b)
           (check-same-type a b 'name)
           holds))))

    (define-comparison (enum-set=? a b) (same? a b))
    (define-comparison (enum-set<? a b) (and (within? a b) (not (same? a b))))
    (define-comparison (enum-set>? a b) (and (within? b a) (not (same? a b))))
    (define-comparison (enum-set<=? a b) (within? a b))
    (define-comparison (enum-set>=? a b) (within? b a))

    ;; By name: the types may differ.
    (define (enum-set-subset? a b)
      (check-set a 'enum-set-subset?)
      (check-set b 'enum-set-subset? 2)
      (if (eq? (set-type a) (set-type b))
          (within? a b)
          (every-member? (lambda (enum)
                           (let ((other (enum-named (set-type b) (name-of enum))))
                             (and other (has? b (ordinal-of other)))))
                         a)))

    (define (every-member? holds? set)
      (let* ((enums (type-enums (set-type set))) (end (vector-length enums)))
        (let loop ((ordinal 0))
          (or (= ordinal end)
              (and (or (not (has? set ordinal)) (holds? (vector-ref enums ordinal)))
                   (loop (+ ordinal 1)))))))

    (define (enum-set-every? holds? set)
      (check-procedure holds? 'enum-set-every?)
      (check-set set 'enum-set-every? 2)
      (every-member? holds? set))

    (define (enum-set-any? holds? set)
      (check-procedure holds? 'enum-set-any?)
      (check-set set 'enum-set-any? 2)
      (not (every-member? (lambda (enum) (not (holds? enum))) set)))

    ;; members in and out

    (define (enum-set-adjoin! set . enums)
      (check-set set 'enum-set-adjoin!)
      (mark-all! set enums 1 'enum-set-adjoin!))

    (define (enum-set-adjoin set . enums)
      (check-set set 'enum-set-adjoin)
      (mark-all! (copy set) enums 1 'enum-set-adjoin))

    (define (enum-set-delete! set . enums)
      (check-set set 'enum-set-delete!)
      (mark-all! set enums 0 'enum-set-delete!))

    (define (enum-set-delete set . enums)
      (check-set set 'enum-set-delete)
      (mark-all! (copy set) enums 0 'enum-set-delete))

    (define (enum-set-delete-all! set . lists)
      (check-set set 'enum-set-delete-all!)
      (delete-lists! set lists 'enum-set-delete-all!))

    (define (enum-set-delete-all set . lists)
      (check-set set 'enum-set-delete-all)
      (delete-lists! (copy set) lists 'enum-set-delete-all))

    (define (delete-lists! set lists who)
      (for-each (lambda (enums)
                  (%check-argument list? enums who 2 "list")
                  (mark-all! set enums 0 who))
                lists)
      set)

    ;; members one after the other

    (define (fold procedure seed set)
      (let* ((enums (type-enums (set-type set))) (end (vector-length enums)))
        (let loop ((ordinal 0) (state seed))
          (cond ((= ordinal end) state)
                ((has? set ordinal)
                 (loop (+ ordinal 1) (procedure (vector-ref enums ordinal) state)))
                (else (loop (+ ordinal 1) state))))))

    (define (enum-set-fold procedure seed set)
      (check-procedure procedure 'enum-set-fold)
      (check-set set 'enum-set-fold 3)
      (fold procedure seed set))

    (define (enum-set-size set)
      (check-set set 'enum-set-size)
      (fold (lambda (enum count) (+ count 1)) 0 set))

    (define (enum-set->enum-list set)
      (check-set set 'enum-set->enum-list)
      (reverse (fold cons '() set)))

    (define (enum-set->list set)
      (check-set set 'enum-set->list)
      (map->list name-of set))

    (define (map->list procedure set)
      (reverse (fold (lambda (enum results) (cons (procedure enum) results)) '() set)))

    (define (enum-set-map->list procedure set)
      (check-procedure procedure 'enum-set-map->list)
      (check-set set 'enum-set-map->list 2)
      (map->list procedure set))

    (define (enum-set-for-each procedure set)
      (check-procedure procedure 'enum-set-for-each)
      (check-set set 'enum-set-for-each 2)
      (fold (lambda (enum ignored) (procedure enum) ignored) (if #f #f) set))

    (define (enum-set-count holds? set)
      (check-procedure holds? 'enum-set-count)
      (check-set set 'enum-set-count 2)
      (fold (lambda (enum count) (if (holds? enum) (+ count 1) count)) 0 set))

    (define (enum-set-filter holds? set)
      (check-procedure holds? 'enum-set-filter)
      (check-set set 'enum-set-filter 2)
      (kept holds? set))

    (define (enum-set-remove holds? set)
      (check-procedure holds? 'enum-set-remove)
      (check-set set 'enum-set-remove 2)
      (kept (lambda (enum) (not (holds? enum))) set))

    (define (kept holds? set)
      (mark-all! (set-filled (set-type set) 0)
                 (fold (lambda (enum enums) (if (holds? enum) (cons enum enums) enums)) '() set)
                 1 'enum-set-filter))

    ;; logical operations

    ;; `target` gets the bytes that `combine` makes of those of `a` and `b`.
    (define (combine-into! target combine a b)
      (let* ((to (members-of target)) (a (members-of a)) (b (members-of b))
             (end (bytevector-length to)))
        (let loop ((ordinal 0))
          (if (= ordinal end)
              target
              (begin
                (bytevector-u8-set! to ordinal
                                    (combine (bytevector-u8-ref a ordinal)
                                             (bytevector-u8-ref b ordinal)))
                (loop (+ ordinal 1)))))))

    (define (enum-set-complement set)
      (check-set set 'enum-set-complement)
      (complement-into! (set-filled (set-type set) 0) set))

    (define (enum-set-complement! set)
      (check-set set 'enum-set-complement!)
      (complement-into! set set))

    (define (complement-into! target set)
      (combine-into! target (lambda (byte same) (- 1 byte)) set set))

    ;; (define-operation (name name!) (x y) byte)
    (define-syntax define-operation
      (syntax-rules ()
        ((_ (name name!) (x y) byte)
         (begin
           (define (name a b)
             (check-same-type a b 'name)
             (combine-into! (set-filled (set-type a) 0) (lambda (x y) byte) a b))
           (define (name! a b)
             (check-same-type a b 'name!)
             (combine-into! a (lambda (x y) byte) a b))))))

    (define-operation (enum-set-union enum-set-union!) (x y) (if (= x 1) 1 y))
    (define-operation (enum-set-intersection enum-set-intersection!) (x y) (* x y))
    (define-operation (enum-set-difference enum-set-difference!) (x y) (if (= y 1) 0 x))
    (define-operation (enum-set-xor enum-set-xor!) (x y) (if (= x y) 0 1))

    ;; syntax

    ;; (define-enum-syntax definer use): a type's name, applied to the name of an enum, is `use` of the enum.
    (define-syntax define-enum-syntax
      (syntax-rules ()
        ((_ definer use)
         (define-syntax definer
           (syntax-rules ()
             ((_ type-name (name-value (... ...)) constructor)
              (begin
                (define type (make-enum-type '(name-value (... ...))))
                (define-syntax type-name
                  (syntax-rules ()
                    ((_ name) (use (existing-named type 'name 'type-name)))))
                (define-syntax constructor
                  (syntax-rules ()
                    ((_ . names) (set-of-names type 'names 'constructor)))))))))))

    (define-enum-syntax define-enum values)
    (define-enum-syntax define-enumeration name-of)))
