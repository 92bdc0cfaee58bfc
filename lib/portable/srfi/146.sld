;;; SRFI 146: mappings. The keys are in order; (srfi 146 hash) has mappings with hashed keys.

(define-library (srfi 146)
  (export mapping mapping-unfold mapping/ordered mapping-unfold/ordered
          mapping? mapping-contains? mapping-empty? mapping-disjoint?
          mapping-ref mapping-ref/default mapping-key-comparator
          mapping-adjoin (rename mapping-adjoin mapping-adjoin!)
          mapping-set (rename mapping-set mapping-set!)
          mapping-replace (rename mapping-replace mapping-replace!)
          mapping-delete (rename mapping-delete mapping-delete!)
          mapping-delete-all (rename mapping-delete-all mapping-delete-all!)
          mapping-intern (rename mapping-intern mapping-intern!)
          mapping-update (rename mapping-update mapping-update!)
          mapping-update/default (rename mapping-update/default mapping-update!/default)
          mapping-pop (rename mapping-pop mapping-pop!)
          mapping-search (rename mapping-search mapping-search!)
          mapping-size mapping-find mapping-count mapping-any? mapping-every?
          mapping-keys mapping-values mapping-entries
          mapping-map mapping-map->list mapping-for-each mapping-fold
          mapping-filter (rename mapping-filter mapping-filter!)
          mapping-remove (rename mapping-remove mapping-remove!)
          mapping-partition (rename mapping-partition mapping-partition!)
          mapping-copy mapping->alist alist->mapping alist->mapping!
          alist->mapping/ordered alist->mapping/ordered!
          mapping=? mapping<? mapping>? mapping<=? mapping>=?
          mapping-union (rename mapping-union mapping-union!)
          mapping-intersection (rename mapping-intersection mapping-intersection!)
          mapping-difference (rename mapping-difference mapping-difference!)
          mapping-xor (rename mapping-xor mapping-xor!)
          make-mapping-comparator mapping-comparator
          mapping-min-key mapping-max-key mapping-min-value mapping-max-value
          mapping-min-entry mapping-max-entry
          mapping-key-predecessor mapping-key-successor
          mapping-range= (rename mapping-range= mapping-range=!)
          mapping-range< (rename mapping-range< mapping-range<!)
          mapping-range> (rename mapping-range> mapping-range>!)
          mapping-range<= (rename mapping-range<= mapping-range<=!)
          mapping-range>= (rename mapping-range>= mapping-range>=!)
          mapping-split (rename mapping-split mapping-split!)
          mapping-catenate mapping-catenate!
          mapping-map/monotone (rename mapping-map/monotone mapping-map/monotone!)
          mapping-fold/reverse
          comparator?)
  (import (scheme base) (srfi 128) (srfi 146 kernel) (srfi 146 tree))
  (begin

    (define (check who object) (check-mapping who mapping? "mapping" object))

    ;; keys that rise

    (define (check-rising who comparator keys)
      (let ((less? (comparator-ordering-predicate comparator)))
        (if (pair? keys)
            (let loop ((first (car keys)) (rest (cdr keys)))
              (if (pair? rest)
                  (if (less? first (car rest))
                      (loop (car rest) (cdr rest))
                      (error (string-append (symbol->string who) ": the keys do not rise:")
                             first (car rest))))))))

    (define (alist->mapping/ordered comparator alist)
      (mapping comparator)
      (for-each (lambda (pair)
                  (if (not (comparator-test-type comparator (car pair)))
                      (error "mapping: this key is not of the comparator's type:" (car pair))))
                alist)
      (check-rising 'alist->mapping/ordered comparator (map car alist))
      (mapping-of comparator (list->tree alist)))

    (define (alist->mapping/ordered! mapping alist)
      (mapping-union mapping (alist->mapping/ordered (mapping-key-comparator mapping) alist)))

    (define (mapping/ordered comparator . arguments)
      (let loop ((rest arguments) (pairs '()))
        (cond ((null? rest) (alist->mapping/ordered comparator (reverse pairs)))
              ((null? (cdr rest))
               (error "mapping/ordered: a key without a value:" (car rest)))
              (else (loop (cddr rest) (cons (cons (car rest) (cadr rest)) pairs))))))

    (define (mapping-unfold/ordered stop? association next seed comparator)
      (let loop ((seed seed) (pairs '()))
        (if (stop? seed)
            (alist->mapping/ordered comparator (reverse pairs))
            (let-values (((key value) (association seed)))
              (loop (next seed) (cons (cons key value) pairs))))))

    ;; ends and neighbours

    (define (node-at-end who mapping end)
      (check who mapping)
      (if (mapping-empty? mapping)
          (error (string-append (symbol->string who) ": the mapping is empty")))
      (end (mapping-tree mapping)))

    (define (mapping-min-key mapping)
      (node-key (node-at-end 'mapping-min-key mapping tree-first)))
    (define (mapping-max-key mapping)
      (node-key (node-at-end 'mapping-max-key mapping tree-last)))
    (define (mapping-min-value mapping)
      (node-value (node-at-end 'mapping-min-value mapping tree-first)))
    (define (mapping-max-value mapping)
      (node-value (node-at-end 'mapping-max-value mapping tree-last)))

    (define (mapping-min-entry mapping)
      (let ((node (node-at-end 'mapping-min-entry mapping tree-first)))
        (values (node-key node) (node-value node))))

    (define (mapping-max-entry mapping)
      (let ((node (node-at-end 'mapping-max-entry mapping tree-last)))
        (values (node-key node) (node-value node))))

    (define (mapping-key-predecessor mapping object failure)
      (check 'mapping-key-predecessor mapping)
      (let ((node (tree-before (mapping-tree mapping) (ordering mapping) object)))
        (if node (node-key node) (failure))))

    (define (mapping-key-successor mapping object failure)
      (check 'mapping-key-successor mapping)
      (let ((node (tree-after (mapping-tree mapping) (ordering mapping) object)))
        (if node (node-key node) (failure))))

    ;; ranges

    ;; Five mappings: before an object, up to the object, at the object, from the object on, after
    ;; the object.
    (define (mapping-split mapping object)
      (check 'mapping-split mapping)
      (let-values (((before found after)
                    (tree-split (mapping-tree mapping) (ordering mapping) object)))
        (define (result tree) (mapping-of (mapping-key-comparator mapping) tree))
        (define (with-found left right)
          (if found
              (tree-link (node-key found) (node-value found) left right)
              (or left right)))
        (values (result before)
                (result (with-found before #f))
                (result (with-found #f #f))
                (result (with-found #f after))
                (result after))))

    (define (mapping-range< mapping object)
      (let-values (((before up-to at from after) (mapping-split mapping object))) before))
    (define (mapping-range<= mapping object)
      (let-values (((before up-to at from after) (mapping-split mapping object))) up-to))
    (define (mapping-range= mapping object)
      (let-values (((before up-to at from after) (mapping-split mapping object))) at))
    (define (mapping-range>= mapping object)
      (let-values (((before up-to at from after) (mapping-split mapping object))) from))
    (define (mapping-range> mapping object)
      (let-values (((before up-to at from after) (mapping-split mapping object))) after))

    (define (mapping-catenate comparator a key value b)
      (check 'mapping-catenate a)
      (check 'mapping-catenate b)
      (mapping comparator)
      (check-rising 'mapping-catenate comparator
                    (append (if (mapping-empty? a) '() (list (mapping-max-key a)))
                            (list key)
                            (if (mapping-empty? b) '() (list (mapping-min-key b)))))
      (mapping-of comparator (tree-link key value (mapping-tree a) (mapping-tree b))))

    (define (mapping-catenate! a key value b)
      (mapping-catenate (mapping-key-comparator a) a key value b))

    (define (mapping-map/monotone procedure comparator mapping)
      (check 'mapping-map/monotone mapping)
      (let ((mapped (mapping-of comparator (tree-map procedure (mapping-tree mapping)))))
        (check-rising 'mapping-map/monotone comparator (mapping-keys mapped))
        mapped))

    (define (mapping-fold/reverse procedure seed mapping)
      (check 'mapping-fold/reverse mapping)
      (tree-fold-right procedure seed (mapping-tree mapping)))

    ;; comparators

    ;; Association by association: keys first, then values.
    (define (less-mapping? comparator a b)
      (let ((keys (mapping-key-comparator a)))
        (let loop ((a (mapping->alist a)) (b (mapping->alist b)))
          (cond ((null? b) #f)
                ((null? a) #t)
                ((<? keys (car (car a)) (car (car b))) #t)
                ((<? keys (car (car b)) (car (car a))) #f)
                ((<? comparator (cdr (car a)) (cdr (car b))) #t)
                ((<? comparator (cdr (car b)) (cdr (car a))) #f)
                (else (loop (cdr a) (cdr b)))))))

    (define (make-mapping-comparator comparator)
      (make-comparator mapping?
                       (lambda (a b) (mapping=? comparator a b))
                       (and (comparator-ordered? comparator)
                            (lambda (a b) (less-mapping? comparator a b)))
                       #f))

    (define mapping-comparator (make-mapping-comparator (make-default-comparator)))))
