;;; What the two libraries of SRFI 146 share: mappings with ordered and with hashed keys.
;;;
;;; Nothing is ever mutated: procedures whose names end in ! are the ones without.

(define-library (srfi 146 kernel)
  (export define-both same-keys? check-mapping mapping-of mapping-comparator-of mapping-tree
          ordering lookup put
          mapping mapping-unfold mapping? mapping-contains? mapping-empty? mapping-disjoint?
          mapping-ref mapping-ref/default mapping-key-comparator
          mapping-adjoin mapping-set mapping-replace mapping-delete mapping-delete-all
          mapping-intern mapping-update mapping-update/default mapping-pop mapping-search
          mapping-size mapping-find mapping-count mapping-any? mapping-every?
          mapping-keys mapping-values mapping-entries
          mapping-map mapping-for-each mapping-fold mapping-map->list
          mapping-filter mapping-remove mapping-partition
          mapping-copy mapping->alist alist->mapping alist->mapping!
          mapping=? mapping<? mapping>? mapping<=? mapping>=?
          mapping-union mapping-intersection mapping-difference mapping-xor
          hashmap hashmap-unfold hashmap? hashmap-contains? hashmap-empty? hashmap-disjoint?
          hashmap-ref hashmap-ref/default hashmap-key-comparator
          hashmap-adjoin hashmap-set hashmap-replace hashmap-delete hashmap-delete-all
          hashmap-intern hashmap-update hashmap-update/default hashmap-pop hashmap-search
          hashmap-size hashmap-find hashmap-count hashmap-any? hashmap-every?
          hashmap-keys hashmap-values hashmap-entries
          hashmap-map hashmap-for-each hashmap-fold hashmap-map->list
          hashmap-filter hashmap-remove hashmap-partition
          hashmap-copy hashmap->alist alist->hashmap alist->hashmap!
          hashmap=? hashmap<? hashmap>? hashmap<=? hashmap>=?
          hashmap-union hashmap-intersection hashmap-difference hashmap-xor)
  (import (scheme base) (scheme case-lambda) (srfi 128) (srfi 146 tree))
  (begin

    ;; With ordered keys the tree holds the associations. With hashed keys it holds, under the hash
    ;; of a key, a list of pairs of keys and values.
    (define-record-type mapping-type
      (new-mapping ordered? comparator size tree)
      any-mapping?
      (ordered? with-order?)
      (comparator mapping-comparator-of)
      (size size-of)
      (tree mapping-tree))

    (define (mapping? object) (and (any-mapping? object) (with-order? object)))
    (define (hashmap? object) (and (any-mapping? object) (not (with-order? object))))

    (define (check-mapping who is? what object)
      (if (not (is? object))
          (error (string-append (symbol->string who) ": expected a " what ", found") object)))

    (define (check-comparator who ordered? comparator)
      (check-mapping who comparator? "comparator" comparator)
      (if (not (if ordered? (comparator-ordered? comparator) (comparator-hashable? comparator)))
          (error (string-append (symbol->string who)
                                (if ordered?
                                    ": the comparator has no order:"
                                    ": the comparator has no hash function:"))
                 comparator)))

    (define (empty-mapping who ordered? comparator)
      (check-comparator who ordered? comparator)
      (new-mapping ordered? comparator 0 #f))

    ;; A mapping with ordered keys like another one, of a tree.
    (define (mapping-of comparator tree)
      (new-mapping #t comparator (tree-size tree) tree))

    (define (like mapping tree) (mapping-of (mapping-comparator-of mapping) tree))

    (define (empty-like mapping)
      (new-mapping (with-order? mapping) (mapping-comparator-of mapping) 0 #f))

    (define (ordering mapping) (comparator-ordering-predicate (mapping-comparator-of mapping)))

    (define (same-keys? a b)
      (let ((a (mapping-comparator-of a)) (b (mapping-comparator-of b)))
        (or (eq? a b)
            (and (eq? (comparator-equality-predicate a) (comparator-equality-predicate b))
                 (eq? (comparator-ordering-predicate a) (comparator-ordering-predicate b))
                 (eq? (comparator-hash-function a) (comparator-hash-function b))))))

    ;; associations

    (define (hash-of mapping key) (comparator-hash (mapping-comparator-of mapping) key))

    ;; The pair of `key` in a list of pairs, or #f.
    (define (find-pair mapping key bucket)
      (let ((same? (comparator-equality-predicate (mapping-comparator-of mapping))))
        (let loop ((rest bucket))
          (and (pair? rest)
               (if (same? (car (car rest)) key) (car rest) (loop (cdr rest)))))))

    (define (bucket-of mapping hash)
      (let ((node (tree-find (mapping-tree mapping) < hash)))
        (if node (node-value node) '())))

    ;; Calls `found` with the key and the value that are there, or `missing` with nothing.
    (define (lookup mapping key missing found)
      (if (with-order? mapping)
          (let ((node (tree-find (mapping-tree mapping) (ordering mapping) key)))
            (if node
                (found (node-key node) (node-value node))
                (missing)))
          (let ((pair (find-pair mapping key (bucket-of mapping (hash-of mapping key)))))
            (if pair
                (found (car pair) (cdr pair))
                (missing)))))

    (define (has? mapping key)
      (lookup mapping key (lambda () #f) (lambda (key value) #t)))

    (define (without-pair pair bucket)
      (if (eq? (car bucket) pair)
          (cdr bucket)
          (cons (car bucket) (without-pair pair (cdr bucket)))))

    (define (check-key mapping key)
      (if (not (comparator-test-type (mapping-comparator-of mapping) key))
          (error "mapping: this key is not of the comparator's type:" key)))

    (define (put mapping key value)
      (check-key mapping key)
      (if (with-order? mapping)
          (like mapping (tree-put (mapping-tree mapping) (ordering mapping) key value))
          (let* ((hash (hash-of mapping key))
                 (bucket (bucket-of mapping hash))
                 (old (find-pair mapping key bucket)))
            (new-mapping #f (mapping-comparator-of mapping)
                         (+ (size-of mapping) (if old 0 1))
                         (tree-put (mapping-tree mapping) < hash
                                   (cons (cons key value)
                                         (if old (without-pair old bucket) bucket)))))))

    (define (put-new mapping key value)
      (if (has? mapping key) mapping (put mapping key value)))

    (define (without mapping key)
      (cond ((not (has? mapping key)) mapping)
            ((with-order? mapping)
             (like mapping (tree-delete (mapping-tree mapping) (ordering mapping) key)))
            (else
             (let* ((hash (hash-of mapping key))
                    (bucket (bucket-of mapping hash))
                    (rest (without-pair (find-pair mapping key bucket) bucket)))
               (new-mapping #f (mapping-comparator-of mapping) (- (size-of mapping) 1)
                            (if (null? rest)
                                (tree-delete (mapping-tree mapping) < hash)
                                (tree-put (mapping-tree mapping) < hash rest)))))))

    (define (fold procedure seed mapping)
      (if (with-order? mapping)
          (tree-fold procedure seed (mapping-tree mapping))
          (tree-fold (lambda (hash bucket result)
                       (let loop ((rest bucket) (result result))
                         (if (null? rest)
                             result
                             (loop (cdr rest)
                                   (procedure (car (car rest)) (cdr (car rest)) result)))))
                     seed (mapping-tree mapping))))

    ;; The first true answer of `visit`, which gets keys and values; or #f.
    (define (any visit mapping)
      (tree-any (if (with-order? mapping)
                    visit
                    (lambda (hash bucket)
                      (let loop ((rest bucket))
                        (and (pair? rest)
                             (or (visit (car (car rest)) (cdr (car rest)))
                                 (loop (cdr rest)))))))
                (mapping-tree mapping)))

    (define (keep holds? mapping)
      (if (with-order? mapping)
          (like mapping (tree-filter holds? (mapping-tree mapping)))
          (fold (lambda (key value result) (if (holds? key value) result (without result key)))
                mapping mapping)))

    ;; Adds keys and values that alternate in a list, with `add`.
    (define (add-arguments who add mapping arguments)
      (let loop ((mapping mapping) (rest arguments))
        (cond ((null? rest) mapping)
              ((null? (cdr rest))
               (error (string-append (symbol->string who) ": a key without a value:") (car rest)))
              (else (loop (add mapping (car rest) (cadr rest)) (cddr rest))))))

    (define (add-pairs mapping alist)
      (let loop ((mapping mapping) (rest alist))
        (if (null? rest)
            mapping
            (loop (put-new mapping (car (car rest)) (cdr (car rest))) (cdr rest)))))

    (define (delete-all mapping keys)
      (if (null? keys)
          mapping
          (delete-all (without mapping (car keys)) (cdr keys))))

    ;; the procedures of both libraries

    ;; (define-both mapping-name hashmap-name (who check ordered?) formals body ...): `check` raises
    ;; where an object is not a mapping of the right kind.
    (define-syntax define-both
      (syntax-rules ()
        ((_ mapping-name hashmap-name (who check ordered?) formals body1 body2 ...)
         (begin
           (define (mapping-name . formals)
             (let* ((who 'mapping-name)
                    (check (lambda (object) (check-mapping who mapping? "mapping" object)))
                    (ordered? #t))
               body1 body2 ...))
           (define (hashmap-name . formals)
             (let* ((who 'hashmap-name)
                    (check (lambda (object) (check-mapping who hashmap? "hashmap" object)))
                    (ordered? #f))
               body1 body2 ...))))))

    (define-both mapping hashmap (who check ordered?) (comparator . arguments)
      (add-arguments who put-new (empty-mapping who ordered? comparator) arguments))

    (define-both mapping-unfold hashmap-unfold (who check ordered?)
      (stop? association next seed comparator)
      (let loop ((seed seed) (result (empty-mapping who ordered? comparator)))
        (if (stop? seed)
            result
            (let-values (((key value) (association seed)))
              (loop (next seed) (put-new result key value))))))

    (define-both alist->mapping alist->hashmap (who check ordered?) (comparator alist)
      (add-pairs (empty-mapping who ordered? comparator) alist))

    (define-both alist->mapping! alist->hashmap! (who check ordered?) (mapping alist)
      (check mapping)
      (add-pairs mapping alist))

    (define-both mapping-contains? hashmap-contains? (who check ordered?) (mapping key)
      (check mapping)
      (has? mapping key))

    (define-both mapping-empty? hashmap-empty? (who check ordered?) (mapping)
      (check mapping)
      (= 0 (size-of mapping)))

    (define (check-compatible check first more)
      (check first)
      (for-each (lambda (other)
                  (check other)
                  (if (not (same-keys? first other))
                      (error "mappings with different comparators:" first other)))
                more))

    (define-both mapping-disjoint? hashmap-disjoint? (who check ordered?) (a b)
      (check-compatible check a (list b))
      (if (< (size-of a) (size-of b))
          (not (any (lambda (key value) (has? b key)) a))
          (not (any (lambda (key value) (has? a key)) b))))

    (define-syntax define-ref
      (syntax-rules ()
        ((_ name is? what)
         (define name
           (case-lambda
             ((mapping key)
              (name mapping key
                    (lambda ()
                      (error (string-append (symbol->string 'name) ": no such key:") key))))
             ((mapping key failure)
              (check-mapping 'name is? what mapping)
              (lookup mapping key failure (lambda (key value) value)))
             ((mapping key failure success)
              (check-mapping 'name is? what mapping)
              (lookup mapping key failure (lambda (key value) (success value)))))))))

    (define-ref mapping-ref mapping? "mapping")
    (define-ref hashmap-ref hashmap? "hashmap")

    (define-both mapping-ref/default hashmap-ref/default (who check ordered?)
      (mapping key default)
      (check mapping)
      (lookup mapping key (lambda () default) (lambda (key value) value)))

    (define-both mapping-key-comparator hashmap-key-comparator (who check ordered?) (mapping)
      (check mapping)
      (mapping-comparator-of mapping))

    ;; updaters

    (define-both mapping-adjoin hashmap-adjoin (who check ordered?) (mapping . arguments)
      (check mapping)
      (add-arguments who put-new mapping arguments))

    (define-both mapping-set hashmap-set (who check ordered?) (mapping . arguments)
      (check mapping)
      (add-arguments who put mapping arguments))

    (define-both mapping-replace hashmap-replace (who check ordered?) (mapping key value)
      (check mapping)
      (if (has? mapping key) (put mapping key value) mapping))

    (define-both mapping-delete hashmap-delete (who check ordered?) (mapping . keys)
      (check mapping)
      (delete-all mapping keys))

    (define-both mapping-delete-all hashmap-delete-all (who check ordered?) (mapping keys)
      (check mapping)
      (delete-all mapping keys))

    (define-both mapping-intern hashmap-intern (who check ordered?) (mapping key failure)
      (check mapping)
      (lookup mapping key
              (lambda ()
                (let ((value (failure)))
                  (values (put mapping key value) value)))
              (lambda (key value) (values mapping value))))

    (define-syntax define-update
      (syntax-rules ()
        ((_ name ref)
         (define name
           (case-lambda
             ((mapping key updater) (put mapping key (updater (ref mapping key))))
             ((mapping key updater failure)
              (put mapping key (updater (ref mapping key failure))))
             ((mapping key updater failure success)
              (put mapping key (updater (ref mapping key failure success)))))))))

    (define-update mapping-update mapping-ref)
    (define-update hashmap-update hashmap-ref)

    (define-both mapping-update/default hashmap-update/default (who check ordered?)
      (mapping key updater default)
      (check mapping)
      (put mapping key
           (updater (lookup mapping key (lambda () default) (lambda (key value) value)))))

    (define-both mapping-pop hashmap-pop (who check ordered?) (mapping . failure)
      (check mapping)
      (let ((first (any cons mapping)))
        (cond (first (values (without mapping (car first)) (car first) (cdr first)))
              ((pair? failure) ((car failure)))
              (else (error (string-append (symbol->string who) ": the mapping is empty"))))))

    (define-both mapping-search hashmap-search (who check ordered?) (mapping key failure success)
      (check mapping)
      (lookup mapping key
              (lambda ()
                (failure (lambda (value result) (values (put mapping key value) result))
                         (lambda (result) (values mapping result))))
              (lambda (old-key old-value)
                (success old-key old-value
                         (lambda (new-key new-value result)
                           (values (put (without mapping old-key) new-key new-value) result))
                         (lambda (result) (values (without mapping old-key) result))))))

    ;; the whole mapping

    (define-both mapping-size hashmap-size (who check ordered?) (mapping)
      (check mapping)
      (size-of mapping))

    (define-both mapping-find hashmap-find (who check ordered?) (holds? mapping failure)
      (check mapping)
      (let ((found (any (lambda (key value) (and (holds? key value) (cons key value))) mapping)))
        (if found
            (values (car found) (cdr found))
            (failure))))

    (define-both mapping-count hashmap-count (who check ordered?) (holds? mapping)
      (check mapping)
      (fold (lambda (key value count) (if (holds? key value) (+ count 1) count)) 0 mapping))

    (define-both mapping-any? hashmap-any? (who check ordered?) (holds? mapping)
      (check mapping)
      (if (any holds? mapping) #t #f))

    (define-both mapping-every? hashmap-every? (who check ordered?) (holds? mapping)
      (check mapping)
      (not (any (lambda (key value) (not (holds? key value))) mapping)))

    (define (collect procedure mapping)
      (reverse (fold (lambda (key value results) (cons (procedure key value) results))
                     '() mapping)))

    (define (the-key key value) key)
    (define (the-value key value) value)

    (define-both mapping-keys hashmap-keys (who check ordered?) (mapping)
      (check mapping)
      (collect the-key mapping))

    (define-both mapping-values hashmap-values (who check ordered?) (mapping)
      (check mapping)
      (collect the-value mapping))

    (define-both mapping-entries hashmap-entries (who check ordered?) (mapping)
      (check mapping)
      (values (collect the-key mapping) (collect the-value mapping)))

    (define-both mapping->alist hashmap->alist (who check ordered?) (mapping)
      (check mapping)
      (collect cons mapping))

    (define-both mapping-copy hashmap-copy (who check ordered?) (mapping)
      (check mapping)
      mapping)

    ;; mapping and folding

    (define-both mapping-map hashmap-map (who check ordered?) (procedure comparator mapping)
      (check mapping)
      (fold (lambda (key value result)
              (let-values (((key value) (procedure key value)))
                (put-new result key value)))
            (empty-mapping who ordered? comparator) mapping))

    (define-both mapping-for-each hashmap-for-each (who check ordered?) (procedure mapping)
      (check mapping)
      (fold (lambda (key value ignored) (procedure key value)) #f mapping))

    (define-both mapping-fold hashmap-fold (who check ordered?) (procedure seed mapping)
      (check mapping)
      (fold procedure seed mapping))

    (define-both mapping-map->list hashmap-map->list (who check ordered?) (procedure mapping)
      (check mapping)
      (collect procedure mapping))

    (define-both mapping-filter hashmap-filter (who check ordered?) (holds? mapping)
      (check mapping)
      (keep holds? mapping))

    (define-both mapping-remove hashmap-remove (who check ordered?) (holds? mapping)
      (check mapping)
      (keep (lambda (key value) (not (holds? key value))) mapping))

    (define-both mapping-partition hashmap-partition (who check ordered?) (holds? mapping)
      (check mapping)
      (values (keep holds? mapping)
              (keep (lambda (key value) (not (holds? key value))) mapping)))

    ;; submappings; `comparator` compares the values

    (define (submapping? comparator a b)
      (let ((same? (comparator-equality-predicate comparator)))
        (and (<= (size-of a) (size-of b))
             (not (any (lambda (key value)
                         (lookup b key
                                 (lambda () #t)
                                 (lambda (key other) (not (same? value other)))))
                       a)))))

    (define (neighbours? holds? first more)
      (or (null? more)
          (and (holds? first (car more))
               (neighbours? holds? (car more) (cdr more)))))

    (define-both mapping=? hashmap=? (who check ordered?) (comparator first . more)
      (for-each check (cons first more))
      (neighbours? (lambda (a b)
                     (and (eq? (mapping-comparator-of a) (mapping-comparator-of b))
                          (= (size-of a) (size-of b))
                          (submapping? comparator a b)))
                   first more))

    (define-both mapping<=? hashmap<=? (who check ordered?) (comparator first . more)
      (check-compatible check first more)
      (neighbours? (lambda (a b) (submapping? comparator a b)) first more))

    (define-both mapping>=? hashmap>=? (who check ordered?) (comparator first . more)
      (check-compatible check first more)
      (neighbours? (lambda (a b) (submapping? comparator b a)) first more))

    (define-both mapping<? hashmap<? (who check ordered?) (comparator first . more)
      (check-compatible check first more)
      (neighbours? (lambda (a b)
                     (and (< (size-of a) (size-of b)) (submapping? comparator a b)))
                   first more))

    (define-both mapping>? hashmap>? (who check ordered?) (comparator first . more)
      (check-compatible check first more)
      (neighbours? (lambda (a b)
                     (and (> (size-of a) (size-of b)) (submapping? comparator b a)))
                   first more))

    ;; set theory

    ;; (define-theory (mapping-name hashmap-name) tree-operation (a b) of-hashmaps)
    (define-syntax define-theory
      (syntax-rules ()
        ((_ (mapping-name hashmap-name) tree-operation (a b) of-hashmaps)
         (define-both mapping-name hashmap-name (who check ordered?) (first . more)
           (check-compatible check first more)
           (let loop ((a first) (more more))
             (if (null? more)
                 a
                 (let ((b (car more)))
                   (loop (if ordered?
                             (like a (tree-operation (mapping-tree a) (mapping-tree b)
                                                     (ordering a)))
                             of-hashmaps)
                         (cdr more)))))))))

    (define-theory (mapping-union hashmap-union) tree-union (a b)
      (fold (lambda (key value result) (put-new result key value)) a b))

    (define-theory (mapping-intersection hashmap-intersection) tree-intersection (a b)
      (keep (lambda (key value) (has? b key)) a))

    (define-theory (mapping-difference hashmap-difference) tree-difference (a b)
      (keep (lambda (key value) (not (has? b key))) a))

    (define-theory (mapping-xor hashmap-xor) tree-xor (a b)
      (fold (lambda (key value result)
              (if (has? a key) (without result key) (put result key value)))
            a b))))
