;;; SRFI 1: lists.
;;;
;;; Procedures whose names end in ! are allowed to reuse their arguments, and do not.

(define-library (srfi 1)
  (export cons list xcons cons* make-list list-tabulate list-copy circular-list iota
          pair? null? proper-list? circular-list? dotted-list? not-pair? null-list? list=
          car cdr caar cadr cdar cddr
          caaar caadr cadar caddr cdaar cdadr cddar cdddr
          caaaar caaadr caadar caaddr cadaar cadadr caddar cadddr
          cdaaar cdaadr cdadar cdaddr cddaar cddadr cdddar cddddr
          list-ref first second third fourth fifth sixth seventh eighth ninth tenth
          car+cdr take drop take-right drop-right take! drop-right! split-at split-at!
          last last-pair
          length length+ append concatenate reverse append! concatenate! reverse!
          append-reverse append-reverse! zip unzip1 unzip2 unzip3 unzip4 unzip5 count
          map for-each fold unfold pair-fold reduce fold-right unfold-right pair-fold-right
          reduce-right append-map append-map! map! map-in-order pair-for-each filter-map
          filter partition remove filter! partition! remove!
          find find-tail any every list-index take-while drop-while take-while! span break span!
          break! member memq memv
          delete delete-duplicates delete! delete-duplicates!
          assoc assq assv alist-cons alist-copy alist-delete alist-delete!
          lset<= lset= lset-adjoin lset-union lset-union! lset-intersection lset-intersection!
          lset-difference lset-difference! lset-xor lset-xor! lset-diff+intersection
          lset-diff+intersection! set-car! set-cdr!)
  (import (scheme base) (scheme case-lambda) (scheme cxr)
          (only (cozen list) cons* %check-end %check-ends %check-count)
          (only (cozen search) any every heads tails all-pairs?)
          (only (cozen condition) %check-argument))
  (begin

    ;; constructors

    (define (xcons a b) (cons b a))

    (define (list-tabulate count procedure)
      (%check-count count 'list-tabulate 1)
      (tabulate count procedure))

    (define (tabulate count procedure)
      (let loop ((index (- count 1)) (result '()))
        (if (< index 0)
            result
            (loop (- index 1) (cons (procedure index) result)))))

    (define (circular-list first . rest)
      (let ((circle (cons first rest)))
        (set-cdr! (last-pair circle) circle)
        circle))

    (define iota
      (case-lambda
        ((count) (iota count 0 1))
        ((count start) (iota count start 1))
        ((count start step)
         (%check-count count 'iota 1)
         (tabulate count (lambda (index) (+ start (* index step)))))))

    ;; predicates

    ;; Floyd: `slow` goes half as fast and is met again on a circle.
    (define (end-of object)
      (let loop ((fast object) (slow object))
        (if (pair? fast)
            (let ((fast (cdr fast)))
              (if (pair? fast)
                  (let ((fast (cdr fast)) (slow (cdr slow)))
                    (if (eq? fast slow) slow (loop fast slow)))
                  fast))
            fast)))

    (define (circular-list? object) (pair? (end-of object)))

    (define (dotted-list? object)
      (let ((end (end-of object)))
        (not (or (null? end) (pair? end)))))

    (define (not-pair? object) (not (pair? object)))

    (define (null-list? list) (at-end? list 'null-list? 1))

    (define (at-end? list who number)
      (if (pair? list)
          #f
          (begin
            (%check-end list who number)
            #t)))

    (define (list= same? . lists)
      ;; `b` is argument `number`, and `a` the one before.
      (define (two? a b number)
        (cond ((at-end? a 'list= (- number 1)) (at-end? b 'list= number))
              ((at-end? b 'list= number) #f)
              (else (and (same? (car a) (car b)) (two? (cdr a) (cdr b) number)))))
      (or (null? lists)
          (let loop ((first (car lists)) (rest (cdr lists)) (number 3))
            (or (null? rest)
                (and (two? first (car rest) number)
                     (loop (car rest) (cdr rest) (+ number 1)))))))

    ;; selectors

    (define first car)
    (define second cadr)
    (define third caddr)
    (define fourth cadddr)
    (define (fifth list) (car (cddddr list)))
    (define (sixth list) (cadr (cddddr list)))
    (define (seventh list) (caddr (cddddr list)))
    (define (eighth list) (cadddr (cddddr list)))
    (define (ninth list) (car (cddddr (cddddr list))))
    (define (tenth list) (cadr (cddddr (cddddr list))))

    (define (car+cdr pair) (values (car pair) (cdr pair)))

    (define (take list count)
      (%check-count count 'take 2)
      (let loop ((rest list) (count count) (taken '()))
        (if (<= count 0)
            (reverse taken)
            (loop (cdr rest) (- count 1) (cons (car rest) taken)))))

    (define (drop list count) (list-tail list count))

    (define (take-right list count)
      (let loop ((lag list) (lead (drop list count)))
        (if (pair? lead)
            (loop (cdr lag) (cdr lead))
            lag)))

    (define (drop-right list count)
      (let loop ((lag list) (lead (drop list count)) (taken '()))
        (if (pair? lead)
            (loop (cdr lag) (cdr lead) (cons (car lag) taken))
            (reverse taken))))

    (define take! take)
    (define drop-right! drop-right)

    (define (split-at list count)
      (%check-count count 'split-at 2)
      (let loop ((rest list) (count count) (taken '()))
        (if (<= count 0)
            (values (reverse taken) rest)
            (loop (cdr rest) (- count 1) (cons (car rest) taken)))))

    (define split-at! split-at)

    (define (last-pair list)
      (if (pair? (cdr list)) (last-pair (cdr list)) list))

    (define (last list) (car (last-pair list)))

    ;; length, append and their like

    (define (length+ object)
      (if (circular-list? object)
          #f
          (let loop ((rest object) (count 0))
            (if (pair? rest)
                (loop (cdr rest) (+ count 1))
                (begin
                  (%check-argument null? rest 'length+ 1 "list")
                  count)))))

    (define (concatenate lists)
      (%check-argument list? lists 'concatenate 1 "list of lists")
      (apply append lists))

    (define append! append)
    (define concatenate! concatenate)
    (define reverse! reverse)

    (define (append-reverse front tail)
      (if (at-end? front 'append-reverse 1)
          tail
          (append-reverse (cdr front) (cons (car front) tail))))

    (define append-reverse! append-reverse)

    (define (zip list . lists) (map-lists (lambda elements elements) (cons list lists) 'zip 1))
    ;; (define-unzip name part ...): as many values as there are parts, each a list of this part of all lists.
    (define-syntax define-unzip
      (syntax-rules ()
        ((_ name part ...)
         (define (name lists)
           (%check-argument list? lists 'name 1 "list")
           (values (map (lambda (list) (part list)) lists) ...)))))

    (define-unzip unzip1 first)
    (define-unzip unzip2 first second)
    (define-unzip unzip3 first second third)
    (define-unzip unzip4 first second third fourth)
    (define-unzip unzip5 first second third fourth fifth)

    ;; What follows has the name of the procedure that the program called, and the number of the argument that
    ;; is the first list: errors name both.

    (define (map-lists procedure lists who number)
      (let loop ((lists lists) (results '()))
        (let ((elements (heads lists)))
          (if elements
              (loop (tails lists) (cons (apply procedure elements) results))
              (begin
                (%check-ends lists who number)
                (reverse results))))))

    (define (fold-list procedure seed list who number)
      (let loop ((rest list) (result seed))
        (if (pair? rest)
            (loop (cdr rest) (procedure (car rest) result))
            (begin
              (%check-end rest who number)
              result))))

    (define (count holds? list . lists)
      (let loop ((lists (cons list lists)) (count 0))
        (let ((elements (heads lists)))
          (if elements
              (loop (tails lists) (if (apply holds? elements) (+ count 1) count))
              (begin
                (%check-ends lists 'count 2)
                count)))))

    ;; folding

    (define fold
      (case-lambda
        ((procedure seed list) (fold-list procedure seed list 'fold 3))
        ((procedure seed list . lists)
         (let loop ((lists (cons list lists)) (result seed))
           (let ((elements (heads lists)))
             (if elements
                 (loop (tails lists) (apply procedure (append elements (cons result '()))))
                 (begin
                   (%check-ends lists 'fold 3)
                   result)))))))

    ;; No call of `procedure` is a tail call, so that backtraces show where the program called this.
    (define fold-right
      (case-lambda
        ((procedure seed list)
         (let loop ((rest (reverse list)) (result seed))
           (if (pair? rest)
               (loop (cdr rest) (procedure (car rest) result))
               result)))
        ((procedure seed list . lists)
         (let loop ((lists (cons list lists)))
           (let ((elements (heads lists)))
             (if elements
                 (let ((result (apply procedure (append elements (cons (loop (tails lists)) '())))))
                   result)
                 (begin
                   (%check-ends lists 'fold-right 3)
                   seed)))))))

    (define pair-fold
      (case-lambda
        ((procedure seed list)
         (let loop ((rest list) (result seed))
           (if (pair? rest)
               (let ((next (cdr rest)))
                 (loop next (procedure rest result)))
               (begin
                 (%check-end rest 'pair-fold 3)
                 result))))
        ((procedure seed list . lists)
         (let loop ((lists (cons list lists)) (result seed))
           (if (all-pairs? lists)
               (let ((next (tails lists)))
                 (loop next (apply procedure (append lists (cons result '())))))
               (begin
                 (%check-ends lists 'pair-fold 3)
                 result))))))

    (define (pair-fold-right procedure seed list . lists)
      (let loop ((lists (cons list lists)))
        (if (all-pairs? lists)
            (let ((result (apply procedure (append lists (cons (loop (tails lists)) '())))))
              result)
            (begin
              (%check-ends lists 'pair-fold-right 3)
              seed))))

    (define (reduce procedure identity list)
      (if (pair? list)
          (fold-list procedure (car list) (cdr list) 'reduce 3)
          (begin
            (%check-end list 'reduce 3)
            identity)))

    (define (reduce-right procedure identity list)
      (if (null? list)
          identity
          (let ((reversed (reverse list)))
            (fold-list procedure (car reversed) (cdr reversed) 'reduce-right 3))))

    (define unfold
      (case-lambda
        ((stop? element next seed) (unfold stop? element next seed (lambda (seed) '())))
        ((stop? element next seed tail)
         (let loop ((seed seed) (result '()))
           (if (stop? seed)
               (append-reverse result (tail seed))
               (loop (next seed) (cons (element seed) result)))))))

    (define unfold-right
      (case-lambda
        ((stop? element next seed) (unfold-right stop? element next seed '()))
        ((stop? element next seed tail)
         (let loop ((seed seed) (result tail))
           (if (stop? seed)
               result
               (loop (next seed) (cons (element seed) result)))))))

    ;; mapping

    (define (append-map procedure list . lists)
      (concatenate (map-lists procedure (cons list lists) 'append-map 2)))

    (define append-map! append-map)
    (define map! map)
    (define map-in-order map)

    (define (pair-for-each procedure list . lists)
      (let loop ((lists (cons list lists)))
        (if (all-pairs? lists)
            (let ((next (tails lists)))
              (apply procedure lists)
              (loop next))
            (%check-ends lists 'pair-for-each 2))))

    (define (filter-map procedure list . lists)
      (filter (lambda (object) object) (map-lists procedure (cons list lists) 'filter-map 2)))

    ;; filtering and searching

    (define (filter holds? list)
      (let loop ((rest list) (kept '()))
        (cond ((not (pair? rest))
               (%check-end rest 'filter 2)
               (reverse kept))
              ((holds? (car rest)) (loop (cdr rest) (cons (car rest) kept)))
              (else (loop (cdr rest) kept)))))

    (define (remove holds? list) (remove-from list holds? 'remove 2))

    (define (remove-from list holds? who number)
      (let loop ((rest list) (kept '()))
        (cond ((not (pair? rest))
               (%check-end rest who number)
               (reverse kept))
              ((holds? (car rest)) (loop (cdr rest) kept))
              (else (loop (cdr rest) (cons (car rest) kept))))))

    (define (partition holds? list)
      (let loop ((rest list) (in '()) (out '()))
        (cond ((not (pair? rest))
               (%check-end rest 'partition 2)
               (values (reverse in) (reverse out)))
              ((holds? (car rest)) (loop (cdr rest) (cons (car rest) in) out))
              (else (loop (cdr rest) in (cons (car rest) out))))))

    (define filter! filter)
    (define remove! remove)
    (define partition! partition)

    (define (find-tail holds? list) (tail-where holds? list 'find-tail))

    (define (find holds? list)
      (let ((tail (tail-where holds? list 'find)))
        (and tail (car tail))))

    (define (tail-where holds? list who)
      (let loop ((rest list))
        (if (pair? rest)
            (if (holds? (car rest)) rest (loop (cdr rest)))
            (begin
              (%check-end rest who 2)
              #f))))

    (define (list-index holds? list . lists)
      (let loop ((lists (cons list lists)) (index 0))
        (let ((elements (heads lists)))
          (if elements
              (if (apply holds? elements)
                  index
                  (loop (tails lists) (+ index 1)))
              (begin
                (%check-ends lists 'list-index 2)
                #f)))))

    (define (span holds? list) (split-where holds? list 'span))

    (define (break holds? list)
      (split-where (lambda (object) (not (holds? object))) list 'break))

    (define (take-while holds? list)
      (let-values (((front rest) (split-where holds? list 'take-while))) front))

    (define (drop-while holds? list)
      (let loop ((rest list))
        (cond ((not (pair? rest))
               (%check-end rest 'drop-while 2)
               rest)
              ((holds? (car rest)) (loop (cdr rest)))
              (else rest))))

    ;; Splits before the first element for which `holds?` does not hold.
    (define (split-where holds? list who)
      (let loop ((rest list) (front '()))
        (cond ((not (pair? rest))
               (%check-end rest who 2)
               (values (reverse front) rest))
              ((holds? (car rest)) (loop (cdr rest) (cons (car rest) front)))
              (else (values (reverse front) rest)))))

    (define take-while! take-while)
    (define span! span)
    (define break! break)

    ;; deletion

    (define delete
      (case-lambda
        ((object list) (delete object list equal?))
        ((object list same?)
         (remove-from list (lambda (other) (same? object other)) 'delete 2))))

    ;; Of equal elements the first stays.
    (define delete-duplicates
      (case-lambda
        ((list) (delete-duplicates list equal?))
        ((list same?)
         (let loop ((rest list) (kept '()))
           (cond ((not (pair? rest))
                  (%check-end rest 'delete-duplicates 1)
                  (reverse kept))
                 ((any (lambda (other) (same? other (car rest))) kept) (loop (cdr rest) kept))
                 (else (loop (cdr rest) (cons (car rest) kept))))))))

    (define delete! delete)
    (define delete-duplicates! delete-duplicates)

    ;; association lists

    (define (alist-cons key value alist) (cons (cons key value) alist))

    (define (alist-copy alist)
      (%check-argument list? alist 'alist-copy 1 "list")
      (map (lambda (entry)
             (%check-argument pair? entry 'alist-copy 1 "association list")
             (cons (car entry) (cdr entry)))
           alist))

    (define alist-delete
      (case-lambda
        ((key alist) (alist-delete key alist equal?))
        ((key alist same?)
         (remove-from alist
                      (lambda (entry)
                        (%check-argument pair? entry 'alist-delete 2 "association list")
                        (same? key (car entry)))
                      'alist-delete
                      2))))

    (define alist-delete! alist-delete)

    ;; lists as sets

    (define (in? same? object set)
      (any (lambda (other) (same? other object)) set))

    (define (check-sets sets who number)
      (if (pair? sets)
          (begin
            (%check-argument list? (car sets) who number "list")
            (check-sets (cdr sets) who (+ number 1)))))

    (define (lset<= same? . sets)
      (check-sets sets 'lset<= 2)
      (or (null? sets)
          (let loop ((set (car sets)) (rest (cdr sets)))
            (or (null? rest)
                (and (every (lambda (object)
                              (any (lambda (other) (same? object other)) (car rest)))
                            set)
                     (loop (car rest) (cdr rest)))))))

    (define (lset= same? . sets)
      (check-sets sets 'lset= 2)
      (or (null? sets)
          (let loop ((set (car sets)) (rest (cdr sets)))
            (or (null? rest)
                (and (lset<= same? set (car rest))
                     (lset<= (lambda (a b) (same? b a)) (car rest) set)
                     (loop (car rest) (cdr rest)))))))

    (define (adjoin same? set objects)
      (fold (lambda (object set) (if (in? same? object set) set (cons object set))) set objects))

    (define (lset-adjoin same? set . objects)
      (%check-argument list? set 'lset-adjoin 2 "list")
      (adjoin same? set objects))

    (define (lset-union same? . sets)
      (check-sets sets 'lset-union 2)
      (reduce (lambda (set result)
                (cond ((null? set) result)
                      ((null? result) set)
                      ((eq? set result) result)
                      (else (adjoin same? result set))))
              '() sets))

    (define (lset-intersection same? set . sets)
      (check-sets (cons set sets) 'lset-intersection 2)
      (filter (lambda (object)
                (every (lambda (other) (in? (lambda (a b) (same? b a)) object other)) sets))
              set))

    (define (lset-difference same? set . sets)
      (check-sets (cons set sets) 'lset-difference 2)
      (filter (lambda (object)
                (every (lambda (other) (not (in? (lambda (a b) (same? b a)) object other))) sets))
              set))

    (define (lset-xor same? . sets)
      (check-sets sets 'lset-xor 2)
      (reduce (lambda (a b)
                (append (lset-difference same? a b) (lset-difference same? b a)))
              '() sets))

    (define (lset-diff+intersection same? set . sets)
      (check-sets (cons set sets) 'lset-diff+intersection 2)
      (partition (lambda (object)
                   (every (lambda (other) (not (in? (lambda (a b) (same? b a)) object other))) sets))
                 set))

    (define lset-union! lset-union)
    (define lset-intersection! lset-intersection)
    (define lset-difference! lset-difference)
    (define lset-xor! lset-xor)
    (define lset-diff+intersection! lset-diff+intersection)

    (define (proper-list? object) (list? object))))
