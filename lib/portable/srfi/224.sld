;;; SRFI 224: mappings whose keys are fixnums, without mutation.
;;;
;;; The associations stand in the balanced trees of SRFI 146. Procedures that take two or more
;;; mappings take one, too.

(define-library (srfi 224)
  (export fxmapping fxmapping-unfold fxmapping-accumulate alist->fxmapping
          alist->fxmapping/combinator
          fxmapping? fxmapping-contains? fxmapping-empty? fxmapping-disjoint?
          fxmapping-ref fxmapping-ref/default fxmapping-min fxmapping-max
          fxmapping-adjoin fxmapping-adjoin/combinator fxmapping-set fxmapping-adjust
          fxmapping-delete fxmapping-delete-all fxmapping-alter fxmapping-update
          fxmapping-delete-min fxmapping-delete-max fxmapping-update-min fxmapping-update-max
          fxmapping-pop-min fxmapping-pop-max
          fxmapping-size fxmapping-find fxmapping-count fxmapping-any? fxmapping-every?
          fxmapping-fold fxmapping-fold-right fxmapping-map fxmapping-map->list
          fxmapping-for-each fxmapping-relation-map
          fxmapping-filter fxmapping-remove fxmapping-partition
          fxmapping->alist fxmapping->decreasing-alist fxmapping-keys fxmapping-values
          fxmapping->generator fxmapping->decreasing-generator
          fxmapping=? fxmapping<? fxmapping>? fxmapping<=? fxmapping>=?
          fxmapping-union fxmapping-intersection fxmapping-difference fxmapping-xor
          fxmapping-union/combinator fxmapping-intersection/combinator
          fxmapping-open-interval fxmapping-closed-interval fxmapping-open-closed-interval
          fxmapping-closed-open-interval
          fxsubmapping= fxsubmapping< fxsubmapping<= fxsubmapping>= fxsubmapping>
          fxmapping-split)
  (import (scheme base) (scheme case-lambda) (only (cozen condition) %check-argument)
          (only (srfi 128) comparator? comparator-equality-predicate)
          (only (cozen sort) list-sort) (only (srfi 143) fixnum?) (srfi 146 tree))
  (begin

    (define-record-type fxmapping
      (tree->fxmapping tree)
      fxmapping?
      (tree fxmapping-tree))

    ;; The keys' order.
    (define (before? a b) (< a b))

    ;; (tree-of mapping who number): the tree of argument `number` of the procedure `who`.
    (define-syntax tree-of
      (syntax-rules ()
        ((_ mapping who) (tree-of mapping who 1))
        ((_ mapping who number)
         (begin
           (%check-argument fxmapping? mapping who number "fxmapping")
           (fxmapping-tree mapping)))))

    (define-syntax check-key
      (syntax-rules ()
        ((_ key who number) (%check-argument fixnum? key who number "fixnum"))))

    (define-syntax check-procedure
      (syntax-rules ()
        ((_ object who number) (%check-argument procedure? object who number "procedure"))))

    (define (populated? object)
      (and (fxmapping? object) (fxmapping-tree object) #t))

    ;; (populated-tree-of mapping who): the tree of argument 1, which may not be empty.
    (define-syntax populated-tree-of
      (syntax-rules ()
        ((_ mapping who)
         (begin
           (%check-argument populated? mapping who 1 "fxmapping that is not empty")
           (fxmapping-tree mapping)))))

    (define (fail who message irritant)
      (error (string-append (symbol->string who) ": " message) irritant))

    ;; one key in a tree

    (define (find tree key) (tree-find tree before? key))
    (define (put tree key value) (tree-put tree before? key value))

    (define (adjoin tree key value)
      (if (find tree key) tree (put tree key value)))

    ;; A tree like one that has an association for `key`, or may have one.
    (define (without tree key) (tree-delete tree before? key))

    ;; `add` adds keys and values in turn, which are the arguments of `who` from `number` on.
    (define (add-all add tree who number arguments)
      (let loop ((tree tree) (number number) (rest arguments))
        (cond ((null? rest) tree)
              ((null? (cdr rest))
               (fail who "this key has no value:" (car rest)))
              (else
               (check-key (car rest) who number)
               (loop (add tree (car rest) (cadr rest)) (+ number 2) (cddr rest))))))

    ;; constructors

    (define (fxmapping . arguments)
      (tree->fxmapping (add-all adjoin #f 'fxmapping 1 arguments)))

    (define (adjoin-new who tree key value)
      (if (not (fixnum? key))
          (fail who "expected a fixnum as a key, found" key))
      (adjoin tree key value))

    (define fxmapping-unfold
      (case-lambda
        ((stop? mapper successor seed)
         (let loop ((seed seed) (tree #f))
           (if (stop? seed)
               (tree->fxmapping tree)
               (let*-values (((key value) (mapper seed))
                             ((tree) (adjoin-new 'fxmapping-unfold tree key value)))
                 (loop (successor seed) tree)))))
        ((stop? mapper successor . seeds)
         (let loop ((seeds seeds) (tree #f))
           (if (apply stop? seeds)
               (tree->fxmapping tree)
               (let*-values (((key value) (apply mapper seeds))
                             ((tree) (adjoin-new 'fxmapping-unfold tree key value))
                             (seeds (apply successor seeds)))
                 (loop seeds tree)))))))

    (define (fxmapping-accumulate procedure . seeds)
      (call-with-current-continuation
       (lambda (return)
         (let loop ((seeds seeds) (tree #f))
           (let-values (((key value . seeds)
                         (apply procedure
                                (lambda results (apply return (tree->fxmapping tree) results))
                                seeds)))
             (loop seeds (adjoin-new 'fxmapping-accumulate tree key value)))))))

    ;; Of several pairs with one key, the first one counts.
    (define (alist->fxmapping alist)
      (%check-argument list? alist 'alist->fxmapping 1 "list")
      (pairs->fxmapping (lambda (key new old) old) alist 'alist->fxmapping))

    (define (alist->fxmapping/combinator combine alist)
      (check-procedure combine 'alist->fxmapping/combinator 1)
      (%check-argument list? alist 'alist->fxmapping/combinator 2 "list")
      (pairs->fxmapping combine alist 'alist->fxmapping/combinator))

    (define (pairs->fxmapping combine alist who)
      (for-each (lambda (pair)
                  (if (not (and (pair? pair) (fixnum? (car pair))))
                      (fail who "expected a pair with a fixnum as its key, found" pair)))
                alist)
      (rising->fxmapping
       (merged combine (list-sort (lambda (a b) (before? (car a) (car b))) alist))))

    ;; Neighbours with one key become one pair.
    (define (merged combine pairs)
      (let loop ((rest pairs) (done '()))
        (cond ((null? rest) (reverse done))
              ((and (pair? done) (= (car (car rest)) (car (car done))))
               (let* ((key (car (car rest)))
                      (value (combine key (cdr (car rest)) (cdr (car done)))))
                 (loop (cdr rest) (cons (cons key value) (cdr done)))))
              (else (loop (cdr rest) (cons (car rest) done))))))

    ;; predicates

    (define (fxmapping-contains? mapping key)
      (check-key key 'fxmapping-contains? 2)
      (and (find (tree-of mapping 'fxmapping-contains?) key) #t))

    (define (fxmapping-empty? mapping)
      (not (tree-of mapping 'fxmapping-empty?)))

    ;; Each key of the smaller one is looked for in the other one.
    (define (fxmapping-disjoint? a b)
      (let ((a (tree-of a 'fxmapping-disjoint?)) (b (tree-of b 'fxmapping-disjoint? 2)))
        (define (apart? small large)
          (not (tree-any (lambda (key value) (find large key)) small)))
        (if (< (tree-size a) (tree-size b)) (apart? a b) (apart? b a))))

    ;; accessors

    (define (no-such-key who key)
      (fail who "no such key:" key))

    (define fxmapping-ref
      (case-lambda
        ((mapping key)
         (let ((node (node-of mapping key 'fxmapping-ref)))
           (if node (node-value node) (no-such-key 'fxmapping-ref key))))
        ((mapping key failure)
         (check-procedure failure 'fxmapping-ref 3)
         (let ((node (node-of mapping key 'fxmapping-ref)))
           (if node (node-value node) (failure))))
        ((mapping key failure success)
         (check-procedure failure 'fxmapping-ref 3)
         (check-procedure success 'fxmapping-ref 4)
         (let ((node (node-of mapping key 'fxmapping-ref)))
           (if node (success (node-value node)) (failure))))))

    (define (node-of mapping key who)
      (check-key key who 2)
      (find (tree-of mapping who) key))

    (define (fxmapping-ref/default mapping key default)
      (let ((node (node-of mapping key 'fxmapping-ref/default)))
        (if node (node-value node) default)))

    (define (fxmapping-min mapping)
      (entry (tree-first (populated-tree-of mapping 'fxmapping-min))))

    (define (fxmapping-max mapping)
      (entry (tree-last (populated-tree-of mapping 'fxmapping-max))))

    (define (entry node) (values (node-key node) (node-value node)))

    ;; updaters

    (define (fxmapping-adjoin mapping . arguments)
      (let ((tree (tree-of mapping 'fxmapping-adjoin)))
        (tree->fxmapping (add-all adjoin tree 'fxmapping-adjoin 2 arguments))))

    (define (fxmapping-adjoin/combinator mapping combine . arguments)
      (check-procedure combine 'fxmapping-adjoin/combinator 2)
      (let ((tree (tree-of mapping 'fxmapping-adjoin/combinator)))
        (define (add tree key value)
          (let ((node (find tree key)))
            (put tree key (if node (combine key value (node-value node)) value))))
        (tree->fxmapping (add-all add tree 'fxmapping-adjoin/combinator 3 arguments))))

    (define (fxmapping-set mapping . arguments)
      (let ((tree (tree-of mapping 'fxmapping-set)))
        (tree->fxmapping (add-all put tree 'fxmapping-set 2 arguments))))

    (define (fxmapping-adjust mapping key procedure)
      (check-procedure procedure 'fxmapping-adjust 3)
      (let ((node (node-of mapping key 'fxmapping-adjust)))
        (if node
            (replaced mapping key (procedure key (node-value node)))
            mapping)))

    (define (replaced mapping key value)
      (tree->fxmapping (put (fxmapping-tree mapping) key value)))

    (define (removed mapping key)
      (tree->fxmapping (without (fxmapping-tree mapping) key)))

    (define (delete-all mapping who keys)
      (let loop ((tree (tree-of mapping who)) (rest keys))
        (cond ((null? rest) (tree->fxmapping tree))
              ((fixnum? (car rest)) (loop (without tree (car rest)) (cdr rest)))
              (else (fail who "expected a fixnum as a key, found" (car rest))))))

    (define (fxmapping-delete mapping . keys)
      (delete-all mapping 'fxmapping-delete keys))

    (define (fxmapping-delete-all mapping keys)
      (%check-argument list? keys 'fxmapping-delete-all 2 "list")
      (delete-all mapping 'fxmapping-delete-all keys))

    (define fxmapping-update
      (case-lambda
        ((mapping key procedure)
         (fxmapping-update mapping key procedure
                           (lambda () (no-such-key 'fxmapping-update key))))
        ((mapping key procedure failure)
         (check-procedure procedure 'fxmapping-update 3)
         (check-procedure failure 'fxmapping-update 4)
         (let ((node (node-of mapping key 'fxmapping-update)))
           (if node
               (update-node mapping node procedure)
               (failure))))))

    (define (update-node mapping node procedure)
      (let ((key (node-key node)))
        (procedure key (node-value node)
                   (lambda (value) (replaced mapping key value))
                   (lambda () (removed mapping key)))))

    (define (fxmapping-alter mapping key failure success)
      (check-procedure failure 'fxmapping-alter 3)
      (check-procedure success 'fxmapping-alter 4)
      (let ((node (node-of mapping key 'fxmapping-alter)))
        (if node
            (update-node mapping node success)
            (failure (lambda (value) (replaced mapping key value))
                     (lambda () mapping)))))

    (define (fxmapping-delete-min mapping)
      (removed mapping (node-key (tree-first (populated-tree-of mapping 'fxmapping-delete-min)))))

    (define (fxmapping-delete-max mapping)
      (removed mapping (node-key (tree-last (populated-tree-of mapping 'fxmapping-delete-max)))))

    (define (fxmapping-update-min mapping procedure)
      (check-procedure procedure 'fxmapping-update-min 2)
      (let ((tree (populated-tree-of mapping 'fxmapping-update-min)))
        (update-node mapping (tree-first tree) procedure)))

    (define (fxmapping-update-max mapping procedure)
      (check-procedure procedure 'fxmapping-update-max 2)
      (let ((tree (populated-tree-of mapping 'fxmapping-update-max)))
        (update-node mapping (tree-last tree) procedure)))

    (define (fxmapping-pop-min mapping)
      (pop mapping (tree-first (populated-tree-of mapping 'fxmapping-pop-min))))

    (define (fxmapping-pop-max mapping)
      (pop mapping (tree-last (populated-tree-of mapping 'fxmapping-pop-max))))

    (define (pop mapping node)
      (values (node-key node) (node-value node) (removed mapping (node-key node))))

    ;; the whole mapping

    (define (fxmapping-size mapping) (tree-size (tree-of mapping 'fxmapping-size)))

    (define fxmapping-find
      (case-lambda
        ((holds? mapping failure) (fxmapping-find holds? mapping failure values))
        ((holds? mapping failure success)
         (check-procedure holds? 'fxmapping-find 1)
         (check-procedure failure 'fxmapping-find 3)
         (check-procedure success 'fxmapping-find 4)
         (let ((found (tree-any (lambda (key value) (and (holds? key value) (cons key value)))
                                (tree-of mapping 'fxmapping-find 2))))
           (if found
               (success (car found) (cdr found))
               (failure))))))

    (define (fxmapping-count holds? mapping)
      (check-procedure holds? 'fxmapping-count 1)
      (tree-fold (lambda (key value count) (if (holds? key value) (+ count 1) count))
                 0 (tree-of mapping 'fxmapping-count 2)))

    (define (fxmapping-any? holds? mapping)
      (check-procedure holds? 'fxmapping-any? 1)
      (and (tree-any holds? (tree-of mapping 'fxmapping-any? 2)) #t))

    (define (fxmapping-every? holds? mapping)
      (check-procedure holds? 'fxmapping-every? 1)
      (not (tree-any (lambda (key value) (not (holds? key value)))
                     (tree-of mapping 'fxmapping-every? 2))))

    ;; traversal

    (define (fxmapping-fold kons seed mapping)
      (check-procedure kons 'fxmapping-fold 1)
      (tree-fold kons seed (tree-of mapping 'fxmapping-fold 3)))

    (define (fxmapping-fold-right kons seed mapping)
      (check-procedure kons 'fxmapping-fold-right 1)
      (tree-fold-right kons seed (tree-of mapping 'fxmapping-fold-right 3)))

    (define (fxmapping-map procedure mapping)
      (check-procedure procedure 'fxmapping-map 1)
      (tree->fxmapping (tree-map (lambda (key value) (values key (procedure key value)))
                                 (tree-of mapping 'fxmapping-map 2))))

    (define (fxmapping-map->list procedure mapping)
      (check-procedure procedure 'fxmapping-map->list 1)
      (tree-fold-right (lambda (key value results) (cons (procedure key value) results))
                       '() (tree-of mapping 'fxmapping-map->list 2)))

    (define (fxmapping-for-each procedure mapping)
      (check-procedure procedure 'fxmapping-for-each 1)
      (tree-fold (lambda (key value ignored) (procedure key value) ignored)
                 (if #f #f) (tree-of mapping 'fxmapping-for-each 2)))

    (define (fxmapping-relation-map procedure mapping)
      (check-procedure procedure 'fxmapping-relation-map 1)
      (tree->fxmapping
       (tree-fold (lambda (key value tree)
                    (let-values (((key value) (procedure key value)))
                      (adjoin-new 'fxmapping-relation-map tree key value)))
                  #f (tree-of mapping 'fxmapping-relation-map 2))))

    ;; filter

    (define (fxmapping-filter holds? mapping)
      (check-procedure holds? 'fxmapping-filter 1)
      (tree->fxmapping (tree-filter holds? (tree-of mapping 'fxmapping-filter 2))))

    (define (fxmapping-remove holds? mapping)
      (check-procedure holds? 'fxmapping-remove 1)
      (tree->fxmapping (tree-filter (lambda (key value) (not (holds? key value)))
                                    (tree-of mapping 'fxmapping-remove 2))))

    (define (fxmapping-partition holds? mapping)
      (check-procedure holds? 'fxmapping-partition 1)
      (let loop ((rest (entries (tree-of mapping 'fxmapping-partition 2))) (in '()) (out '()))
        (cond ((null? rest) (values (rising->fxmapping (reverse in))
                                    (rising->fxmapping (reverse out))))
              ((holds? (caar rest) (cdar rest)) (loop (cdr rest) (cons (car rest) in) out))
              (else (loop (cdr rest) in (cons (car rest) out))))))

    (define (rising->fxmapping alist) (tree->fxmapping (list->tree alist)))

    ;; conversion

    (define (entries tree)
      (tree-fold-right (lambda (key value alist) (cons (cons key value) alist)) '() tree))

    (define (fxmapping->alist mapping) (entries (tree-of mapping 'fxmapping->alist)))

    (define (fxmapping->decreasing-alist mapping)
      (tree-fold (lambda (key value alist) (cons (cons key value) alist))
                 '() (tree-of mapping 'fxmapping->decreasing-alist)))

    (define (fxmapping-keys mapping)
      (tree-fold-right (lambda (key value keys) (cons key keys))
                       '() (tree-of mapping 'fxmapping-keys)))

    (define (fxmapping-values mapping)
      (tree-fold-right (lambda (key value values) (cons value values))
                       '() (tree-of mapping 'fxmapping-values)))

    (define (fxmapping->generator mapping)
      (generator (tree-of mapping 'fxmapping->generator) node-left node-right))

    (define (fxmapping->decreasing-generator mapping)
      (generator (tree-of mapping 'fxmapping->decreasing-generator) node-right node-left))

    ;; The nodes that are left: those whose first subtrees are done, the next one first.
    (define (generator tree first second)
      (define (descend tree pending)
        (if tree (descend (first tree) (cons tree pending)) pending))
      (define pending (descend tree '()))
      (lambda ()
        (if (null? pending)
            (eof-object)
            (let ((node (car pending)))
              (set! pending (descend (second node) (cdr pending)))
              (cons (node-key node) (node-value node))))))

    ;; comparison

    (define (subset? same? a b)
      (and (<= (tree-size a) (tree-size b))
           (not (tree-any (lambda (key value)
                            (let ((node (find b key)))
                              (not (and node (same? value (node-value node))))))
                          a))))

    ;; (define-comparison (name a b) same? holds): whether `holds` of the trees of all neighbours.
    (define-syntax define-comparison
      (syntax-rules ()
        ((_ (name a b) same? holds)
         (define (name comparator first . more)
           (%check-argument comparator? comparator 'name 1 "comparator")
           (let ((same? (comparator-equality-predicate comparator)))
             (let loop ((a (tree-of first 'name 2)) (more more) (number 3))
               (or (null? more)
                   (let ((b (tree-of (car more) 'name number)))
                     (and holds (loop b (cdr more) (+ number 1)))))))))))

    (define-comparison (fxmapping=? a b) same?
      (and (= (tree-size a) (tree-size b)) (subset? same? a b)))
    (define-comparison (fxmapping<? a b) same?
      (and (< (tree-size a) (tree-size b)) (subset? same? a b)))
    (define-comparison (fxmapping>? a b) same?
      (and (> (tree-size a) (tree-size b)) (subset? same? b a)))
    (define-comparison (fxmapping<=? a b) same? (subset? same? a b))
    (define-comparison (fxmapping>=? a b) same? (subset? same? b a))

    ;; set theory

    ;; Combines the trees of mappings, which are the arguments of `who` from `number` on, from the left.
    (define (combine-all combine who number mapping mappings)
      (let loop ((tree (tree-of mapping who number)) (rest mappings) (number (+ number 1)))
        (if (null? rest)
            (tree->fxmapping tree)
            (loop (combine tree (tree-of (car rest) who number)) (cdr rest) (+ number 1)))))

    (define (fxmapping-union mapping . mappings)
      (combine-all (lambda (a b) (tree-union a b before?)) 'fxmapping-union 1 mapping mappings))

    (define (fxmapping-intersection mapping . mappings)
      (combine-all (lambda (a b) (tree-intersection a b before?))
                   'fxmapping-intersection 1 mapping mappings))

    (define (fxmapping-difference mapping . mappings)
      (combine-all (lambda (a b) (tree-difference a b before?))
                   'fxmapping-difference 1 mapping mappings))

    (define (fxmapping-xor a b)
      (tree->fxmapping (tree-xor (tree-of a 'fxmapping-xor) (tree-of b 'fxmapping-xor 2) before?)))

    (define (fxmapping-union/combinator combine mapping . mappings)
      (check-procedure combine 'fxmapping-union/combinator 1)
      (combine-all (lambda (a b) (tree-union-with combine a b before?))
                   'fxmapping-union/combinator 2 mapping mappings))

    (define (fxmapping-intersection/combinator combine mapping . mappings)
      (check-procedure combine 'fxmapping-intersection/combinator 1)
      (combine-all (lambda (a b) (tree-intersection-with combine a b before?))
                   'fxmapping-intersection/combinator 2 mapping mappings))

    ;; submappings

    (define (with-node node left right)
      (if node
          (tree-link (node-key node) (node-value node) left right)
          (or left right)))

    ;; What is before `key`, or after it, with the association of `key` or without.
    (define (part-before tree key closed?)
      (let-values (((before found after) (tree-split tree before? key)))
        (with-node (and closed? found) before #f)))

    (define (part-after tree key closed?)
      (let-values (((before found after) (tree-split tree before? key)))
        (with-node (and closed? found) #f after)))

    ;; (define-interval name low-closed? high-closed?)
    (define-syntax define-interval
      (syntax-rules ()
        ((_ name low-closed? high-closed?)
         (define (name mapping low high)
           (check-key low 'name 2)
           (check-key high 'name 3)
           (tree->fxmapping
            (part-before (part-after (tree-of mapping 'name) low low-closed?)
                         high high-closed?))))))

    (define-interval fxmapping-open-interval #f #f)
    (define-interval fxmapping-closed-interval #t #t)
    (define-interval fxmapping-open-closed-interval #f #t)
    (define-interval fxmapping-closed-open-interval #t #f)

    ;; (define-part (name tree key) part)
    (define-syntax define-part
      (syntax-rules ()
        ((_ (name tree key) part)
         (define (name mapping key)
           (check-key key 'name 2)
           (let ((tree (tree-of mapping 'name)))
             (tree->fxmapping part))))))

    (define-part (fxsubmapping= tree key) (with-node (find tree key) #f #f))
    (define-part (fxsubmapping< tree key) (part-before tree key #f))
    (define-part (fxsubmapping<= tree key) (part-before tree key #t))
    (define-part (fxsubmapping> tree key) (part-after tree key #f))
    (define-part (fxsubmapping>= tree key) (part-after tree key #t))

    (define (fxmapping-split mapping key)
      (check-key key 'fxmapping-split 2)
      (let-values (((before found after)
                    (tree-split (tree-of mapping 'fxmapping-split) before? key)))
        (values (tree->fxmapping (with-node found before #f)) (tree->fxmapping after))))))
