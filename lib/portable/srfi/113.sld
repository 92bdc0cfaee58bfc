;;; SRFI 113: sets and bags.
;;;
;;; Both are hash tables over the elements. A comparator without a hash function works too, slowly.
;;; A bag drops all equal elements in `bag-delete`, and one in `bag-search!`.

(define-library (srfi 113)
  (export set set-unfold set? set-contains? set-empty? set-disjoint? set-member
          set-element-comparator
          set-adjoin set-adjoin! set-replace set-replace! set-delete set-delete! set-delete-all
          set-delete-all! set-search!
          set-size set-find set-count set-any? set-every?
          set-map set-for-each set-fold set-filter set-filter! set-remove set-remove!
          set-partition set-partition!
          set-copy set->list list->set list->set!
          set=? set<? set>? set<=? set>=?
          set-union set-intersection set-difference set-xor
          set-union! set-intersection! set-difference! set-xor!
          bag bag-unfold bag? bag-contains? bag-empty? bag-disjoint? bag-member
          bag-element-comparator
          bag-adjoin bag-adjoin! bag-replace bag-replace! bag-delete bag-delete! bag-delete-all
          bag-delete-all! bag-search!
          bag-size bag-find bag-count bag-any? bag-every?
          bag-map bag-for-each bag-fold bag-filter bag-filter! bag-remove bag-remove!
          bag-partition bag-partition!
          bag-copy bag->list list->bag list->bag!
          bag=? bag<? bag>? bag<=? bag>=?
          bag-union bag-intersection bag-difference bag-xor
          bag-union! bag-intersection! bag-difference! bag-xor!
          bag-sum bag-sum! bag-product bag-product! bag-unique-size bag-element-count
          bag-for-each-unique bag-fold-unique bag-increment! bag-decrement!
          bag->set set->bag set->bag! bag->alist alist->bag
          set-comparator bag-comparator)
  (import (scheme base)
          (only (srfi 125) make-hash-table hash-table-ref/default hash-table-set!
                hash-table-delete! hash-table-size hash-table-values hash-table-copy
                hash-table-clear!)
          (only (srfi 128) make-comparator comparator? comparator-test-type comparator-hash
                comparator-hashable? comparator-type-test-predicate
                comparator-equality-predicate))
  (begin

    ;; The table has an entry for each element: a pair of the element and its count, which is 1 in
    ;; a set. Nobody changes an entry: copies of a table share them.
    (define-record-type collection
      (new-collection bag? comparator table)
      collection?
      (bag? of-bag?)
      (comparator comparator-of)
      (table table-of set-table!))

    (define (set? object) (and (collection? object) (not (of-bag? object))))
    (define (bag? object) (and (collection? object) (of-bag? object)))

    (define (check who kind? expected object)
      (if (not (kind? object))
          (error (string-append (symbol->string who) ": expected a " expected ", found")
                 object)))

    (define (empty-collection bag? who comparator)
      (check who comparator? "comparator" comparator)
      (new-collection bag? comparator
                      (make-hash-table
                       (if (comparator-hashable? comparator)
                           comparator
                           (make-comparator (comparator-type-test-predicate comparator)
                                            (comparator-equality-predicate comparator)
                                            #f
                                            (lambda (element) 0))))))

    (define (empty-like collection)
      (empty-collection (of-bag? collection) 'set (comparator-of collection)))

    (define (copy collection)
      (new-collection (of-bag? collection) (comparator-of collection)
                      (hash-table-copy (table-of collection) #t)))

    ;; entries

    (define (entry collection element)
      (hash-table-ref/default (table-of collection) element #f))

    (define (count-in collection element)
      (let ((entry (entry collection element)))
        (if entry (cdr entry) 0)))

    (define (entries collection) (hash-table-values (table-of collection)))

    ;; Makes `element` occur `count` times.
    (define (put! collection element count)
      (if (> count 0)
          (hash-table-set! (table-of collection) element (cons element count))
          (hash-table-delete! (table-of collection) element)))

    (define (remove-entry! collection entry)
      (hash-table-delete! (table-of collection) (car entry)))

    ;; Makes `element` occur `count` times more; once at most in a set. The old element stays.
    (define (add! collection element count)
      (if (not (comparator-test-type (comparator-of collection) element))
          (error (if (of-bag? collection)
                     "bag: this element is not of the comparator's type:"
                     "set: this element is not of the comparator's type:")
                 element))
      (let ((entry (entry collection element)))
        (cond ((not entry)
               (if (> count 0)
                   (hash-table-set! (table-of collection) element
                                    (cons element (if (of-bag? collection) count 1)))))
              ((of-bag? collection)
               (put! collection (car entry) (+ (cdr entry) count))))))

    (define (add-all! collection elements)
      (for-each (lambda (element) (add! collection element 1)) elements)
      collection)

    (define (delete-all! collection elements)
      (for-each (lambda (element) (hash-table-delete! (table-of collection) element)) elements)
      collection)

    (define (replace! collection element)
      (let ((entry (entry collection element)))
        (if entry
            (begin
              (remove-entry! collection entry)
              (put! collection element (cdr entry))))
        collection))

    ;; Calls `procedure` with each element and its count.
    (define (each-entry procedure collection)
      (for-each (lambda (entry) (procedure (car entry) (cdr entry))) (entries collection)))

    (define (each-element procedure collection)
      (each-entry (lambda (element count)
                    (let loop ((count count))
                      (if (> count 0)
                          (begin
                            (procedure element)
                            (loop (- count 1))))))
                  collection))

    (define (keep! holds? collection)
      (for-each (lambda (entry)
                  (if (not (holds? (car entry))) (remove-entry! collection entry)))
                (entries collection))
      collection)

    (define (subset? a b)
      (let loop ((rest (entries a)))
        (or (null? rest)
            (and (<= (cdr (car rest)) (count-in b (car (car rest))))
                 (loop (cdr rest))))))

    (define (total collection)
      (if (of-bag? collection)
          (let loop ((rest (entries collection)) (size 0))
            (if (null? rest)
                size
                (loop (cdr rest) (+ size (cdr (car rest))))))
          (hash-table-size (table-of collection))))

    (define (neighbours? holds? first more)
      (or (null? more)
          (and (holds? first (car more))
               (neighbours? holds? (car more) (cdr more)))))

    ;; Makes what occurs in one of the two occur as often as `count` says of the two counts.
    (define (combine! count a b)
      (each-entry (lambda (element of-b)
                    (let ((entry (entry a element)))
                      (if entry
                          (put! a (car entry) (count (cdr entry) of-b))
                          (put! a element (count 0 of-b)))))
                  b)
      a)

    (define (union! a b) (combine! max a b))
    (define (sum! a b) (combine! + a b))
    (define (difference! a b) (combine! (lambda (m n) (max 0 (- m n))) a b))
    (define (exclusive! a b) (combine! (lambda (m n) (abs (- m n))) a b))

    (define (intersection! a b)
      (for-each (lambda (entry)
                  (put! a (car entry) (min (cdr entry) (count-in b (car entry)))))
                (entries a))
      a)

    (define (combine-all! combine-two! first more)
      (for-each (lambda (other) (combine-two! first other)) more)
      first)

    ;; All collections are of the right kind and have one equality.
    (define (check-compatible check-kind first more)
      (check-kind first)
      (for-each
       (lambda (other)
         (check-kind other)
         (if (not (eq? (comparator-equality-predicate (comparator-of first))
                       (comparator-equality-predicate (comparator-of other))))
             (error "sets or bags with different comparators:" first other)))
       more))

    ;; the procedures of sets, and the same ones of bags

    ;; (define-both set-name bag-name (check-kind bag-kind?) formals body ...): in the body,
    ;; `check-kind` raises where an object is not a set, or not a bag.
    (define-syntax define-both
      (syntax-rules ()
        ((_ set-name bag-name (check-kind bag-kind?) formals body1 body2 ...)
         (begin
           (define (set-name . formals)
             (let ((check-kind (lambda (object) (check 'set-name set? "set" object)))
                   (bag-kind? #f))
               body1 body2 ...))
           (define (bag-name . formals)
             (let ((check-kind (lambda (object) (check 'bag-name bag? "bag" object)))
                   (bag-kind? #t))
               body1 body2 ...))))))

    (define-both set bag (check-kind bag-kind?) (comparator . elements)
      (add-all! (empty-collection bag-kind? (if bag-kind? 'bag 'set) comparator) elements))

    (define-both set-unfold bag-unfold (check-kind bag-kind?)
      (comparator stop? element next seed)
      (let ((result (empty-collection bag-kind? (if bag-kind? 'bag-unfold 'set-unfold) comparator)))
        (let loop ((seed seed))
          (if (stop? seed)
              result
              (begin
                (add! result (element seed) 1)
                (loop (next seed)))))))

    (define-both list->set list->bag (check-kind bag-kind?) (comparator elements)
      (let ((who (if bag-kind? 'list->bag 'list->set)))
        (add-all! (empty-collection bag-kind? who comparator) elements)))

    (define-both list->set! list->bag! (check-kind bag-kind?) (collection elements)
      (check-kind collection)
      (add-all! collection elements))

    (define-both set-copy bag-copy (check-kind bag-kind?) (collection)
      (check-kind collection)
      (copy collection))

    (define-both set-contains? bag-contains? (check-kind bag-kind?) (collection element)
      (check-kind collection)
      (if (entry collection element) #t #f))

    (define-both set-empty? bag-empty? (check-kind bag-kind?) (collection)
      (check-kind collection)
      (= 0 (hash-table-size (table-of collection))))

    (define-both set-disjoint? bag-disjoint? (check-kind bag-kind?) (a b)
      (check-compatible check-kind a (list b))
      (let loop ((rest (entries a)))
        (or (null? rest)
            (and (not (entry b (car (car rest)))) (loop (cdr rest))))))

    (define-both set-member bag-member (check-kind bag-kind?) (collection element default)
      (check-kind collection)
      (let ((entry (entry collection element)))
        (if entry (car entry) default)))

    (define-both set-element-comparator bag-element-comparator (check-kind bag-kind?) (collection)
      (check-kind collection)
      (comparator-of collection))

    (define-both set-adjoin! bag-adjoin! (check-kind bag-kind?) (collection . elements)
      (check-kind collection)
      (add-all! collection elements))

    (define-both set-adjoin bag-adjoin (check-kind bag-kind?) (collection . elements)
      (check-kind collection)
      (add-all! (copy collection) elements))

    (define-both set-replace! bag-replace! (check-kind bag-kind?) (collection element)
      (check-kind collection)
      (replace! collection element))

    (define-both set-replace bag-replace (check-kind bag-kind?) (collection element)
      (check-kind collection)
      (if (entry collection element)
          (replace! (copy collection) element)
          collection))

    (define-both set-delete! bag-delete! (check-kind bag-kind?) (collection . elements)
      (check-kind collection)
      (delete-all! collection elements))

    (define-both set-delete bag-delete (check-kind bag-kind?) (collection . elements)
      (check-kind collection)
      (delete-all! (copy collection) elements))

    (define-both set-delete-all! bag-delete-all! (check-kind bag-kind?) (collection elements)
      (check-kind collection)
      (delete-all! collection elements))

    (define-both set-delete-all bag-delete-all (check-kind bag-kind?) (collection elements)
      (check-kind collection)
      (delete-all! (copy collection) elements))

    (define-both set-search! bag-search! (check-kind bag-kind?)
      (collection element failure success)
      (check-kind collection)
      (let ((found (entry collection element)))
        (if found
            (success (car found)
                     (lambda (new result)
                       (put! collection (car found) (- (cdr found) 1))
                       (let ((old (entry collection new)))
                         (if old (remove-entry! collection old))
                         (put! collection new
                               (if (and old bag-kind?) (+ (cdr old) 1) 1)))
                       (values collection result))
                     (lambda (result)
                       (put! collection (car found) (- (cdr found) 1))
                       (values collection result)))
            (failure (lambda (result)
                       (add! collection element 1)
                       (values collection result))
                     (lambda (result)
                       (values collection result))))))

    (define-both set-size bag-size (check-kind bag-kind?) (collection)
      (check-kind collection)
      (total collection))

    (define-both set-find bag-find (check-kind bag-kind?) (holds? collection failure)
      (check-kind collection)
      (let loop ((rest (entries collection)))
        (cond ((null? rest) (failure))
              ((holds? (car (car rest))) (car (car rest)))
              (else (loop (cdr rest))))))

    (define-both set-count bag-count (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (let loop ((rest (entries collection)) (count 0))
        (cond ((null? rest) count)
              ((holds? (car (car rest))) (loop (cdr rest) (+ count (cdr (car rest)))))
              (else (loop (cdr rest) count)))))

    (define-both set-any? bag-any? (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (let loop ((rest (entries collection)))
        (and (pair? rest)
             (or (and (holds? (car (car rest))) #t)
                 (loop (cdr rest))))))

    (define-both set-every? bag-every? (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (let loop ((rest (entries collection)))
        (or (null? rest)
            (and (holds? (car (car rest))) (loop (cdr rest))))))

    (define-both set-map bag-map (check-kind bag-kind?) (comparator procedure collection)
      (check-kind collection)
      (let ((result (empty-collection bag-kind? (if bag-kind? 'bag-map 'set-map) comparator)))
        (each-element (lambda (element) (add! result (procedure element) 1)) collection)
        result))

    (define-both set-for-each bag-for-each (check-kind bag-kind?) (procedure collection)
      (check-kind collection)
      (each-element procedure collection))

    (define-both set-fold bag-fold (check-kind bag-kind?) (procedure seed collection)
      (check-kind collection)
      (let next-entry ((rest (entries collection)) (result seed))
        (if (null? rest)
            result
            (let loop ((count (cdr (car rest))) (result result))
              (if (= count 0)
                  (next-entry (cdr rest) result)
                  (loop (- count 1) (procedure (car (car rest)) result)))))))

    (define-both set-filter! bag-filter! (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (keep! holds? collection))

    (define-both set-filter bag-filter (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (keep! holds? (copy collection)))

    (define-both set-remove! bag-remove! (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (keep! (lambda (element) (not (holds? element))) collection))

    (define-both set-remove bag-remove (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (keep! (lambda (element) (not (holds? element))) (copy collection)))

    (define-both set-partition! bag-partition! (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (let ((others (empty-like collection)))
        (for-each (lambda (entry)
                    (if (not (holds? (car entry)))
                        (begin
                          (remove-entry! collection entry)
                          (put! others (car entry) (cdr entry)))))
                  (entries collection))
        (values collection others)))

    (define-both set-partition bag-partition (check-kind bag-kind?) (holds? collection)
      (check-kind collection)
      (set-or-bag-partition! holds? (copy collection)))

    (define (set-or-bag-partition! holds? collection)
      (if (of-bag? collection)
          (bag-partition! holds? collection)
          (set-partition! holds? collection)))

    (define-both set->list bag->list (check-kind bag-kind?) (collection)
      (check-kind collection)
      (let ((elements '()))
        (each-element (lambda (element) (set! elements (cons element elements))) collection)
        elements))

    ;; comparison

    (define-both set=? bag=? (check-kind bag-kind?) (first . more)
      (check-compatible check-kind first more)
      (neighbours? same? first more))

    (define-both set<? bag<? (check-kind bag-kind?) (first . more)
      (check-compatible check-kind first more)
      (neighbours? proper-subset? first more))

    (define-both set>? bag>? (check-kind bag-kind?) (first . more)
      (check-compatible check-kind first more)
      (neighbours? (lambda (a b) (proper-subset? b a)) first more))

    (define-both set<=? bag<=? (check-kind bag-kind?) (first . more)
      (check-compatible check-kind first more)
      (neighbours? subset? first more))

    (define-both set>=? bag>=? (check-kind bag-kind?) (first . more)
      (check-compatible check-kind first more)
      (neighbours? (lambda (a b) (subset? b a)) first more))

    (define (same? a b) (and (= (total a) (total b)) (subset? a b)))
    (define (proper-subset? a b) (and (< (total a) (total b)) (subset? a b)))

    ;; (define-theory set-name bag-name set-name! bag-name! combine!)
    (define-syntax define-theory
      (syntax-rules ()
        ((_ set-name bag-name set-name! bag-name! combine!)
         (begin
           (define-both set-name bag-name (check-kind bag-kind?) (first . more)
             (check-compatible check-kind first more)
             (combine-all! combine! (copy first) more))
           (define-both set-name! bag-name! (check-kind bag-kind?) (first . more)
             (check-compatible check-kind first more)
             (combine-all! combine! first more))))))

    (define-theory set-union bag-union set-union! bag-union! union!)
    (define-theory set-intersection bag-intersection set-intersection! bag-intersection!
      intersection!)
    (define-theory set-difference bag-difference set-difference! bag-difference! difference!)

    (define-both set-xor bag-xor (check-kind bag-kind?) (a b)
      (check-compatible check-kind a (list b))
      (exclusive! (copy a) b))

    (define-both set-xor! bag-xor! (check-kind bag-kind?) (a b)
      (check-compatible check-kind a (list b))
      (exclusive! a (if (eq? a b) (copy b) b)))

    ;; bags only

    (define (check-bag who object) (check who bag? "bag" object))

    (define (check-count who object)
      (if (not (and (exact-integer? object) (>= object 0)))
          (error (string-append (symbol->string who) ": expected a count, found") object)))

    (define (bag-sum first . more)
      (check-compatible (lambda (bag) (check-bag 'bag-sum bag)) first more)
      (combine-all! sum! (copy first) more))

    (define (bag-sum! first . more)
      (check-compatible (lambda (bag) (check-bag 'bag-sum! bag)) first more)
      (combine-all! sum! first more))

    (define (bag-product! factor bag)
      (check-bag 'bag-product! bag)
      (check-count 'bag-product! factor)
      (for-each (lambda (entry) (put! bag (car entry) (* factor (cdr entry)))) (entries bag))
      bag)

    (define (bag-product factor bag)
      (check-bag 'bag-product bag)
      (bag-product! factor (copy bag)))

    (define (bag-unique-size bag)
      (check-bag 'bag-unique-size bag)
      (hash-table-size (table-of bag)))

    (define (bag-element-count bag element)
      (check-bag 'bag-element-count bag)
      (count-in bag element))

    (define (bag-for-each-unique procedure bag)
      (check-bag 'bag-for-each-unique bag)
      (each-entry procedure bag))

    (define (bag-fold-unique procedure seed bag)
      (check-bag 'bag-fold-unique bag)
      (let ((result seed))
        (each-entry (lambda (element count) (set! result (procedure element count result))) bag)
        result))

    (define (bag-increment! bag element count)
      (check-bag 'bag-increment! bag)
      (add! bag element count)
      bag)

    (define (bag-decrement! bag element count)
      (check-bag 'bag-decrement! bag)
      (let ((entry (entry bag element)))
        (if entry (put! bag (car entry) (- (cdr entry) count)))
        bag))

    (define (bag->set bag)
      (check-bag 'bag->set bag)
      (let ((result (empty-collection #f 'bag->set (comparator-of bag))))
        (each-entry (lambda (element count) (put! result element 1)) bag)
        result))

    (define (set->bag set)
      (check 'set->bag set? "set" set)
      (set->bag! (empty-collection #t 'set->bag (comparator-of set)) set))

    (define (set->bag! bag set)
      (check-bag 'set->bag! bag)
      (check 'set->bag! set? "set" set)
      (each-entry (lambda (element count) (add! bag element 1)) set)
      bag)

    (define (bag->alist bag)
      (check-bag 'bag->alist bag)
      (map (lambda (entry) (cons (car entry) (cdr entry))) (entries bag)))

    (define (alist->bag comparator alist)
      (let ((result (empty-collection #t 'alist->bag comparator)))
        (for-each (lambda (entry) (add! result (car entry) (cdr entry))) alist)
        result))

    ;; comparators: the hash does not depend on the order of the elements

    (define (collection-hash collection)
      (let ((comparator (comparator-of collection)))
        (if (comparator-hashable? comparator)
            (let loop ((rest (entries collection)) (hash 17))
              (if (null? rest)
                  hash
                  (loop (cdr rest)
                        (modulo (+ hash (* (cdr (car rest))
                                           (comparator-hash comparator (car (car rest)))))
                                1000000007))))
            (total collection))))

    (define set-comparator (make-comparator set? same? #f collection-hash))
    (define bag-comparator (make-comparator bag? same? #f collection-hash))))
