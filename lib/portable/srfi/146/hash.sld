;;; SRFI 146: mappings with hashed keys.

(define-library (srfi 146 hash)
  (export hashmap hashmap-unfold
          hashmap? hashmap-contains? hashmap-empty? hashmap-disjoint?
          hashmap-ref hashmap-ref/default hashmap-key-comparator
          hashmap-adjoin (rename hashmap-adjoin hashmap-adjoin!)
          hashmap-set (rename hashmap-set hashmap-set!)
          hashmap-replace (rename hashmap-replace hashmap-replace!)
          hashmap-delete (rename hashmap-delete hashmap-delete!)
          hashmap-delete-all (rename hashmap-delete-all hashmap-delete-all!)
          hashmap-intern (rename hashmap-intern hashmap-intern!)
          hashmap-update (rename hashmap-update hashmap-update!)
          hashmap-update/default (rename hashmap-update/default hashmap-update!/default)
          hashmap-pop (rename hashmap-pop hashmap-pop!)
          hashmap-search (rename hashmap-search hashmap-search!)
          hashmap-size hashmap-find hashmap-count hashmap-any? hashmap-every?
          hashmap-keys hashmap-values hashmap-entries
          hashmap-map hashmap-map->list hashmap-for-each hashmap-fold
          hashmap-filter (rename hashmap-filter hashmap-filter!)
          hashmap-remove (rename hashmap-remove hashmap-remove!)
          hashmap-partition (rename hashmap-partition hashmap-partition!)
          hashmap-copy hashmap->alist alist->hashmap alist->hashmap!
          hashmap=? hashmap<? hashmap>? hashmap<=? hashmap>=?
          hashmap-union (rename hashmap-union hashmap-union!)
          hashmap-intersection (rename hashmap-intersection hashmap-intersection!)
          hashmap-difference (rename hashmap-difference hashmap-difference!)
          hashmap-xor (rename hashmap-xor hashmap-xor!)
          make-hashmap-comparator hashmap-comparator
          comparator?)
  (import (scheme base) (srfi 128) (srfi 146 kernel))
  (begin

    ;; The hash does not depend on the order of the associations.
    (define (hashmap-hash comparator hashmap)
      (let ((keys (hashmap-key-comparator hashmap)))
        (hashmap-fold (lambda (key value hash)
                        (modulo (+ hash
                                   (* (comparator-hash keys key)
                                      (if (comparator-hashable? comparator)
                                          (+ 1 (comparator-hash comparator value))
                                          1)))
                                1000000007))
                      17 hashmap)))

    (define (make-hashmap-comparator comparator)
      (make-comparator hashmap?
                       (lambda (a b) (hashmap=? comparator a b))
                       #f
                       (lambda (hashmap) (hashmap-hash comparator hashmap))))

    (define hashmap-comparator (make-hashmap-comparator (make-default-comparator)))))
