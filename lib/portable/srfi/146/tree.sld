;;; Weight-balanced search trees without mutation, for SRFI 146.
;;;
;;; Balance as in Hirai and Yamamoto, Balancing weight-balanced trees (2011): neither subtree has
;;; more than three times as many nodes as the other one. Set operations split and link trees, as in
;;; Adams, Efficient sets (1993). #f is the empty tree. `less?` orders the keys.

(define-library (srfi 146 tree)
  (export tree-size node-key node-value node-left node-right tree-find tree-put tree-delete
          tree-first tree-last tree-before tree-after
          tree-fold tree-fold-right tree-any tree-map tree-filter
          tree-split tree-link tree-join
          tree-union tree-intersection tree-difference tree-xor
          tree-union-with tree-intersection-with
          list->tree)
  (import (scheme base))
  (begin

    (define-record-type node-type
      (new-node size key value left right)
      node?
      (size node-size)
      (key node-key)
      (value node-value)
      (left node-left)
      (right node-right))

    (define (tree-size tree)
      (if tree (node-size tree) 0))

    (define (node key value left right)
      (new-node (+ 1 (tree-size left) (tree-size right)) key value left right))

    ;; balance

    (define (heavier? a b)
      (and (> (+ a b) 1) (> a (* 3 b))))

    ;; A node whose subtrees may be out of balance by one insertion or deletion.
    (define (balanced key value left right)
      (let ((left-size (tree-size left)) (right-size (tree-size right)))
        (cond ((heavier? right-size left-size) (rotated-left key value left right))
              ((heavier? left-size right-size) (rotated-right key value left right))
              (else (new-node (+ 1 left-size right-size) key value left right)))))

    (define (rotated-left key value left right)
      (let ((inner (node-left right)) (outer (node-right right)))
        (if (< (tree-size inner) (* 2 (tree-size outer)))
            (node (node-key right) (node-value right)
                  (node key value left inner)
                  outer)
            (node (node-key inner) (node-value inner)
                  (node key value left (node-left inner))
                  (node (node-key right) (node-value right) (node-right inner) outer)))))

    (define (rotated-right key value left right)
      (let ((inner (node-right left)) (outer (node-left left)))
        (if (< (tree-size inner) (* 2 (tree-size outer)))
            (node (node-key left) (node-value left)
                  outer
                  (node key value inner right))
            (node (node-key inner) (node-value inner)
                  (node (node-key left) (node-value left) outer (node-left inner))
                  (node key value (node-right inner) right)))))

    ;; one key

    ;; The node of `key`, or #f.
    (define (tree-find tree less? key)
      (and tree
           (cond ((less? key (node-key tree)) (tree-find (node-left tree) less? key))
                 ((less? (node-key tree) key) (tree-find (node-right tree) less? key))
                 (else tree))))

    ;; The old key of an association goes too.
    (define (tree-put tree less? key value)
      (if (not tree)
          (new-node 1 key value #f #f)
          (let ((here (node-key tree)))
            (cond ((less? key here)
                   (balanced here (node-value tree)
                             (tree-put (node-left tree) less? key value) (node-right tree)))
                  ((less? here key)
                   (balanced here (node-value tree)
                             (node-left tree) (tree-put (node-right tree) less? key value)))
                  (else
                   (new-node (node-size tree) key value (node-left tree) (node-right tree)))))))

    (define (tree-delete tree less? key)
      (and tree
           (let ((here (node-key tree)))
             (cond ((less? key here)
                    (balanced here (node-value tree)
                              (tree-delete (node-left tree) less? key) (node-right tree)))
                   ((less? here key)
                    (balanced here (node-value tree)
                              (node-left tree) (tree-delete (node-right tree) less? key)))
                   (else (glued (node-left tree) (node-right tree)))))))

    ;; Two trees that are in balance with each other, one before the other.
    (define (glued left right)
      (cond ((not left) right)
            ((not right) left)
            ((> (node-size left) (node-size right))
             (let ((last (tree-last left)))
               (balanced (node-key last) (node-value last) (without-last left) right)))
            (else
             (let ((first (tree-first right)))
               (balanced (node-key first) (node-value first) left (without-first right))))))

    (define (without-first tree)
      (if (node-left tree)
          (balanced (node-key tree) (node-value tree)
                    (without-first (node-left tree)) (node-right tree))
          (node-right tree)))

    (define (without-last tree)
      (if (node-right tree)
          (balanced (node-key tree) (node-value tree)
                    (node-left tree) (without-last (node-right tree)))
          (node-left tree)))

    (define (tree-first tree)
      (if (node-left tree) (tree-first (node-left tree)) tree))

    (define (tree-last tree)
      (if (node-right tree) (tree-last (node-right tree)) tree))

    ;; The last node before `key`, and the first one after; or #f.
    (define (tree-before tree less? key)
      (let loop ((tree tree) (found #f))
        (cond ((not tree) found)
              ((less? (node-key tree) key) (loop (node-right tree) tree))
              (else (loop (node-left tree) found)))))

    (define (tree-after tree less? key)
      (let loop ((tree tree) (found #f))
        (cond ((not tree) found)
              ((less? key (node-key tree)) (loop (node-left tree) tree))
              (else (loop (node-right tree) found)))))

    ;; all nodes

    (define (tree-fold procedure seed tree)
      (if (not tree)
          seed
          (tree-fold procedure
                     (procedure (node-key tree) (node-value tree)
                                (tree-fold procedure seed (node-left tree)))
                     (node-right tree))))

    (define (tree-fold-right procedure seed tree)
      (if (not tree)
          seed
          (tree-fold-right procedure
                           (procedure (node-key tree) (node-value tree)
                                      (tree-fold-right procedure seed (node-right tree)))
                           (node-left tree))))

    ;; The first true answer of `visit`, which gets keys and values in order; or #f.
    (define (tree-any visit tree)
      (and tree
           (or (tree-any visit (node-left tree))
               (visit (node-key tree) (node-value tree))
               (tree-any visit (node-right tree)))))

    ;; `procedure` answers a key and a value; the keys keep their order.
    (define (tree-map procedure tree)
      (and tree
           (let ((left (tree-map procedure (node-left tree))))
             (let-values (((key value) (procedure (node-key tree) (node-value tree))))
               (new-node (node-size tree) key value left
                         (tree-map procedure (node-right tree)))))))

    (define (tree-filter holds? tree)
      (and tree
           (let* ((left (tree-filter holds? (node-left tree)))
                  (keep? (holds? (node-key tree) (node-value tree)))
                  (right (tree-filter holds? (node-right tree))))
             (if keep?
                 (tree-link (node-key tree) (node-value tree) left right)
                 (tree-join left right)))))

    ;; A tree of a list of pairs whose keys rise.
    (define (list->tree pairs)
      (define rest pairs)
      (define (build count)
        (if (= count 0)
            #f
            (let* ((left-count (quotient (- count 1) 2))
                   (left (build left-count))
                   (pair (car rest)))
              (set! rest (cdr rest))
              (new-node count (car pair) (cdr pair) left (build (- count left-count 1))))))
      (build (length pairs)))

    ;; linking and splitting

    ;; A tree of two trees of any sizes with an association between them.
    (define (tree-link key value left right)
      (let ((left-size (tree-size left)) (right-size (tree-size right)))
        (cond ((heavier? right-size left-size)
               (balanced (node-key right) (node-value right)
                         (tree-link key value left (node-left right))
                         (node-right right)))
              ((heavier? left-size right-size)
               (balanced (node-key left) (node-value left)
                         (node-left left)
                         (tree-link key value (node-right left) right)))
              (else (new-node (+ 1 left-size right-size) key value left right)))))

    ;; The same without an association.
    (define (tree-join left right)
      (cond ((not left) right)
            ((not right) left)
            (else
             (let ((first (tree-first right)))
               (tree-link (node-key first) (node-value first) left (without-first right))))))

    ;; What is before `key`; the node of `key`, or #f; and what is after.
    (define (tree-split tree less? key)
      (if (not tree)
          (values #f #f #f)
          (let ((here (node-key tree)))
            (cond ((less? key here)
                   (let-values (((before found after) (tree-split (node-left tree) less? key)))
                     (values before found
                             (tree-link here (node-value tree) after (node-right tree)))))
                  ((less? here key)
                   (let-values (((before found after) (tree-split (node-right tree) less? key)))
                     (values (tree-link here (node-value tree) (node-left tree) before)
                             found after)))
                  (else (values (node-left tree) tree (node-right tree)))))))

    ;; set operations; the associations of `a` prevail

    (define (tree-union a b less?)
      (cond ((not a) b)
            ((not b) a)
            (else
             (let-values (((before found after) (tree-split b less? (node-key a))))
               (tree-link (node-key a) (node-value a)
                          (tree-union (node-left a) before less?)
                          (tree-union (node-right a) after less?))))))

    (define (tree-intersection a b less?)
      (and a b
           (let-values (((before found after) (tree-split b less? (node-key a))))
             (let ((left (tree-intersection (node-left a) before less?))
                   (right (tree-intersection (node-right a) after less?)))
               (if found
                   (tree-link (node-key a) (node-value a) left right)
                   (tree-join left right))))))

    ;; The same, where `combine` of a key and both its values answers the value.
    (define (tree-union-with combine a b less?)
      (cond ((not a) b)
            ((not b) a)
            (else
             (let-values (((before found after) (tree-split b less? (node-key a))))
               (let* ((left (tree-union-with combine (node-left a) before less?))
                      (value (if found (combined combine a found) (node-value a)))
                      (right (tree-union-with combine (node-right a) after less?)))
                 (tree-link (node-key a) value left right))))))

    (define (tree-intersection-with combine a b less?)
      (and a b
           (let-values (((before found after) (tree-split b less? (node-key a))))
             (let* ((left (tree-intersection-with combine (node-left a) before less?))
                    (value (and found (combined combine a found)))
                    (right (tree-intersection-with combine (node-right a) after less?)))
               (if found
                   (tree-link (node-key a) value left right)
                   (tree-join left right))))))

    (define (combined combine a b)
      (combine (node-key a) (node-value a) (node-value b)))

    (define (tree-difference a b less?)
      (cond ((not a) #f)
            ((not b) a)
            (else
             (let-values (((before found after) (tree-split a less? (node-key b))))
               (tree-join (tree-difference before (node-left b) less?)
                          (tree-difference after (node-right b) less?))))))

    (define (tree-xor a b less?)
      (cond ((not a) b)
            ((not b) a)
            (else
             (let-values (((before found after) (tree-split b less? (node-key a))))
               (let ((left (tree-xor (node-left a) before less?))
                     (right (tree-xor (node-right a) after less?)))
                 (if found
                     (tree-join left right)
                     (tree-link (node-key a) (node-value a) left right)))))))))
