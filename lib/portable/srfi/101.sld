;;; SRFI 101: purely functional random-access pairs and lists.
;;;
;;; A list is a sequence of complete binary trees whose sizes grow, with perhaps two of the smallest
;;; size in front (Okasaki, Purely Functional Random-Access Lists, 1995). The tail of a list that is
;;; not a list stands at the end of the sequence.

(define-library (srfi 101)
  (export (rename ra-quote quote)
          (rename ra-pair? pair?) (rename ra-cons cons) (rename ra-car car) (rename ra-cdr cdr)
          (rename ra-caar caar) (rename ra-cadr cadr) (rename ra-cdar cdar) (rename ra-cddr cddr)
          (rename ra-caaar caaar) (rename ra-caadr caadr) (rename ra-cadar cadar)
          (rename ra-caddr caddr) (rename ra-cdaar cdaar) (rename ra-cdadr cdadr)
          (rename ra-cddar cddar) (rename ra-cdddr cdddr)
          (rename ra-caaaar caaaar) (rename ra-caaadr caaadr) (rename ra-caadar caadar)
          (rename ra-caaddr caaddr) (rename ra-cadaar cadaar) (rename ra-cadadr cadadr)
          (rename ra-caddar caddar) (rename ra-cadddr cadddr) (rename ra-cdaaar cdaaar)
          (rename ra-cdaadr cdaadr) (rename ra-cdadar cdadar) (rename ra-cdaddr cdaddr)
          (rename ra-cddaar cddaar) (rename ra-cddadr cddadr) (rename ra-cdddar cdddar)
          (rename ra-cddddr cddddr)
          (rename ra-null? null?) (rename ra-list? list?) (rename ra-list list)
          (rename ra-make-list make-list) (rename ra-length length)
          (rename ra-length<=? length<=?) (rename ra-append append)
          (rename ra-reverse reverse) (rename ra-list-tail list-tail)
          (rename ra-list-ref list-ref) (rename ra-list-set list-set)
          (rename ra-list-ref/update list-ref/update)
          (rename ra-map map) (rename ra-for-each for-each)
          (rename ra-equal? equal?)
          random-access-list->linear-access-list linear-access-list->random-access-list)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; The first tree and its size; `rest` is another pair, (), or any object.
    (define-record-type ra-pair
      (new-pair size tree rest)
      ra-pair?
      (size pair-size)
      (tree pair-tree)
      (rest pair-rest))

    ;; A tree of size 1 is its element. Others have an element and two trees of half the size.
    (define-record-type node
      (new-node element left right)
      node?
      (element node-element)
      (left node-left)
      (right node-right))

    (define (half size) (quotient size 2))

    (define (check-pair name object)
      (if (not (ra-pair? object))
          (error (string-append name ": expected a random-access pair, found") object)))

    (define (check-count name k)
      (if (not (and (exact-integer? k) (>= k 0)))
          (error (string-append name ": expected a non-negative exact integer, found") k)))

    ;; Pairs

    (define (ra-cons element list)
      (if (and (ra-pair? list)
               (ra-pair? (pair-rest list))
               (= (pair-size list) (pair-size (pair-rest list))))
          (let ((second (pair-rest list)))
            (new-pair (+ 1 (* 2 (pair-size list)))
                      (new-node element (pair-tree list) (pair-tree second))
                      (pair-rest second)))
          (new-pair 1 element list)))

    (define (ra-car pair)
      (check-pair "car" pair)
      (first pair))

    (define (first pair)
      (if (= (pair-size pair) 1)
          (pair-tree pair)
          (node-element (pair-tree pair))))

    (define (ra-cdr pair)
      (check-pair "cdr" pair)
      (tail pair))

    (define (tail pair)
      (let ((size (pair-size pair)))
        (if (= size 1)
            (pair-rest pair)
            (let ((size (half size))
                  (tree (pair-tree pair)))
              (new-pair size
                        (node-left tree)
                        (new-pair size (node-right tree) (pair-rest pair)))))))

    ;; (define-path name step ...): the last step is done first.
    (define-syntax define-path
      (syntax-rules ()
        ((_ (name step ...) ...)
         (begin (define (name pair) (follow pair step ...)) ...))))

    (define-syntax follow
      (syntax-rules ()
        ((_ pair) pair)
        ((_ pair step more ...) (step (follow pair more ...)))))

    (define-path
      (ra-caar ra-car ra-car) (ra-cadr ra-car ra-cdr) (ra-cdar ra-cdr ra-car)
      (ra-cddr ra-cdr ra-cdr)
      (ra-caaar ra-car ra-caar) (ra-caadr ra-car ra-cadr) (ra-cadar ra-car ra-cdar)
      (ra-caddr ra-car ra-cddr) (ra-cdaar ra-cdr ra-caar) (ra-cdadr ra-cdr ra-cadr)
      (ra-cddar ra-cdr ra-cdar) (ra-cdddr ra-cdr ra-cddr)
      (ra-caaaar ra-caar ra-caar) (ra-caaadr ra-caar ra-cadr) (ra-caadar ra-caar ra-cdar)
      (ra-caaddr ra-caar ra-cddr) (ra-cadaar ra-cadr ra-caar) (ra-cadadr ra-cadr ra-cadr)
      (ra-caddar ra-cadr ra-cdar) (ra-cadddr ra-cadr ra-cddr) (ra-cdaaar ra-cdar ra-caar)
      (ra-cdaadr ra-cdar ra-cadr) (ra-cdadar ra-cdar ra-cdar) (ra-cdaddr ra-cdar ra-cddr)
      (ra-cddaar ra-cddr ra-caar) (ra-cddadr ra-cddr ra-cadr) (ra-cdddar ra-cddr ra-cdar)
      (ra-cddddr ra-cddr ra-cddr))

    ;; Lists

    (define (ra-null? object) (null? object))

    (define (ra-list? object)
      (if (ra-pair? object) (ra-list? (pair-rest object)) (null? object)))

    (define (check-list name object)
      (if (not (ra-list? object))
          (error (string-append name ": expected a random-access list, found") object)))

    (define (ra-list . elements) (linear-access-list->random-access-list elements))

    (define ra-make-list
      (case-lambda
        ((k) (ra-make-list k #f))
        ((k object)
         (check-count "make-list" k)
         (let loop ((k k) (result '()))
           (if (= k 0) result (loop (- k 1) (ra-cons object result)))))))

    (define (ra-length list)
      (check-list "length" list)
      (let loop ((list list) (length 0))
        (if (null? list) length (loop (pair-rest list) (+ length (pair-size list))))))

    ;; Is the chain of pairs at least k long?
    (define (ra-length<=? object k)
      (check-count "length<=?" k)
      (let loop ((object object) (k k))
        (or (<= k 0)
            (and (ra-pair? object)
                 (loop (pair-rest object) (- k (pair-size object)))))))

    ;; `procedure` is called from the last element to the first.
    (define (fold-right procedure state list)
      (define (fold-tree size tree state)
        (if (= size 1)
            (procedure tree state)
            (let ((size (half size)))
              (procedure (node-element tree)
                         (fold-tree size (node-left tree)
                                    (fold-tree size (node-right tree) state))))))
      (let loop ((list list))
        (if (ra-pair? list)
            (fold-tree (pair-size list) (pair-tree list) (loop (pair-rest list)))
            state)))

    (define (each procedure list)
      (define (each-of-tree size tree)
        (if (= size 1)
            (procedure tree)
            (let ((size (half size)))
              (procedure (node-element tree))
              (each-of-tree size (node-left tree))
              (each-of-tree size (node-right tree)))))
      (let loop ((list list))
        (if (ra-pair? list)
            (begin
              (each-of-tree (pair-size list) (pair-tree list))
              (loop (pair-rest list))))))

    (define (ra-append . lists)
      (cond ((null? lists) '())
            ((null? (cdr lists)) (car lists))
            (else
             (check-list "append" (car lists))
             (fold-right ra-cons (apply ra-append (cdr lists)) (car lists)))))

    (define (ra-reverse list)
      (check-list "reverse" list)
      (let ((result '()))
        (each (lambda (element) (set! result (ra-cons element result))) list)
        result))

    (define (too-short name k object)
      (error (string-append name ": the chain of pairs is too short:") k object))

    (define (ra-list-tail object k)
      (check-count "list-tail" k)
      (let loop ((rest object) (k* k))
        (cond ((= k* 0) rest)
              ((not (ra-pair? rest)) (too-short "list-tail" k object))
              ((<= (pair-size rest) k*) (loop (pair-rest rest) (- k* (pair-size rest))))
              (else (tree-tail (pair-size rest) (pair-tree rest) (pair-rest rest) k*)))))

    ;; What follows k elements of a tree, before `rest`.
    (define (tree-tail size tree rest k)
      (if (= k 0)
          (new-pair size tree rest)
          (let ((size (half size))
                (k (- k 1)))
            (if (< k size)
                (tree-tail size (node-left tree) (new-pair size (node-right tree) rest) k)
                (tree-tail size (node-right tree) rest (- k size))))))

    (define (ra-list-ref list k)
      (check-count "list-ref" k)
      (let loop ((rest list) (k* k))
        (cond ((not (ra-pair? rest)) (too-short "list-ref" k list))
              ((<= (pair-size rest) k*) (loop (pair-rest rest) (- k* (pair-size rest))))
              (else (tree-ref (pair-size rest) (pair-tree rest) k*)))))

    (define (tree-ref size tree k)
      (cond ((= size 1) tree)
            ((= k 0) (node-element tree))
            (else
             (let ((size (half size))
                   (k (- k 1)))
               (if (< k size)
                   (tree-ref size (node-left tree) k)
                   (tree-ref size (node-right tree) (- k size)))))))

    (define (ra-list-set list k object)
      (check-count "list-set" k)
      (let loop ((rest list) (k* k))
        (cond ((not (ra-pair? rest)) (too-short "list-set" k list))
              ((<= (pair-size rest) k*)
               (new-pair (pair-size rest)
                         (pair-tree rest)
                         (loop (pair-rest rest) (- k* (pair-size rest)))))
              (else
               (new-pair (pair-size rest)
                         (tree-set (pair-size rest) (pair-tree rest) k* object)
                         (pair-rest rest))))))

    (define (tree-set size tree k object)
      (cond ((= size 1) object)
            ((= k 0) (new-node object (node-left tree) (node-right tree)))
            (else
             (let ((size (half size))
                   (k (- k 1)))
               (if (< k size)
                   (new-node (node-element tree)
                             (tree-set size (node-left tree) k object)
                             (node-right tree))
                   (new-node (node-element tree)
                             (node-left tree)
                             (tree-set size (node-right tree) (- k size) object)))))))

    (define (ra-list-ref/update list k procedure)
      (let ((element (ra-list-ref list k)))
        (values element (ra-list-set list k (procedure element)))))

    ;; The result of one list has the same shape.
    (define ra-map
      (case-lambda
        ((procedure list)
         (check-list "map" list)
         (let loop ((list list))
           (if (null? list)
               '()
               (let ((tree (map-tree procedure (pair-size list) (pair-tree list))))
                 (new-pair (pair-size list) tree (loop (pair-rest list)))))))
        ((procedure . lists)
         (linear-access-list->random-access-list
          (apply map procedure (map random-access-list->linear-access-list lists))))))

    (define (map-tree procedure size tree)
      (if (= size 1)
          (procedure tree)
          (let* ((size (half size))
                 (element (procedure (node-element tree)))
                 (left (map-tree procedure size (node-left tree))))
            (new-node element left (map-tree procedure size (node-right tree))))))

    (define ra-for-each
      (case-lambda
        ((procedure list)
         (check-list "for-each" list)
         (each procedure list))
        ((procedure . lists)
         (apply for-each procedure (map random-access-list->linear-access-list lists)))))

    ;; Conversion, equality, quotation

    (define (random-access-list->linear-access-list list)
      (check-list "random-access-list->linear-access-list" list)
      (fold-right cons '() list))

    (define (linear-access-list->random-access-list list)
      (if (not (list? list))
          (error "linear-access-list->random-access-list: expected a list, found" list))
      (let loop ((reversed (reverse list)) (result '()))
        (if (null? reversed)
            result
            (loop (cdr reversed) (ra-cons (car reversed) result)))))

    (define (ra-equal? a b)
      (cond ((ra-pair? a)
             (and (ra-pair? b)
                  (let loop ((a a) (b b))
                    (if (and (ra-pair? a) (ra-pair? b))
                        (and (ra-equal? (first a) (first b)) (loop (tail a) (tail b)))
                        (ra-equal? a b)))))
            ((vector? a)
             (and (vector? b)
                  (= (vector-length a) (vector-length b))
                  (let loop ((index 0))
                    (or (= index (vector-length a))
                        (and (ra-equal? (vector-ref a index) (vector-ref b index))
                             (loop (+ index 1)))))))
            (else (equal? a b))))

    (define-syntax ra-quote
      (syntax-rules ()
        ((_ datum) (convert 'datum))))

    (define (convert object)
      (cond ((pair? object)
             (let loop ((object object) (elements '()))
               (if (pair? object)
                   (loop (cdr object) (cons (convert (car object)) elements))
                   (let build ((elements elements) (result (convert object)))
                     (if (null? elements)
                         result
                         (build (cdr elements) (ra-cons (car elements) result)))))))
            ((vector? object) (vector-map convert object))
            (else object)))))
