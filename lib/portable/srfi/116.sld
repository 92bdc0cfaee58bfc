;;; SRFI 116: immutable lists.
;;;
;;; The comparators are those of SRFI 128. `equal?` does not look into immutable pairs; where it is
;;; the default of a procedure here, the procedure does.

(define-library (srfi 116)
  (export iq ipair ilist xipair ipair* make-ilist ilist-tabulate ilist-copy iiota ipair?
          proper-ilist? ilist? dotted-ilist? not-ipair? null-ilist? ilist= icar icdr icaar icadr
          icdar icddr icaaar icaadr icadar icaddr icdaar icdadr icddar icdddr icaaaar icaaadr
          icaadar icaaddr icadaar icadadr icaddar icadddr icdaaar icdaadr icdadar icdaddr icddaar
          icddadr icdddar icddddr ilist-ref ifirst isecond ithird ifourth ififth isixth iseventh
          ieighth ininth itenth icar+icdr itake idrop ilist-tail itake-right idrop-right isplit-at
          ilast last-ipair ilength iappend iconcatenate ireverse iappend-reverse izip iunzip1
          iunzip2 iunzip3 iunzip4 iunzip5 icount imap ifor-each ifold iunfold ipair-fold ireduce
          ifold-right iunfold-right ipair-fold-right ireduce-right iappend-map ipair-for-each
          ifilter-map imap-in-order ifilter ipartition iremove imember imemq imemv ifind
          ifind-tail iany ievery ilist-index itake-while idrop-while ispan ibreak idelete
          idelete-duplicates iassoc iassq iassv ialist-cons ialist-delete replace-icar
          replace-icdr pair->ipair ipair->pair list->ilist ilist->list tree->itree itree->tree
          gtree->itree gtree->tree iapply ipair-comparator ilist-comparator make-ilist-comparator
          make-improper-ilist-comparator make-ipair-comparator make-icar-comparator
          make-icdr-comparator)
  (import (scheme base) (scheme case-lambda) (srfi 128))
  (begin

    (define-record-type ipair
      (ipair icar icdr)
      ipair?
      (icar get-icar)
      (icdr get-icdr))

    (define (check-ipair name object)
      (if (not (ipair? object))
          (error (string-append name ": expected an immutable pair, found") object)))

    (define (check-index name index)
      (if (not (and (exact-integer? index) (>= index 0)))
          (error (string-append name ": expected a non-negative exact integer, found") index)))

    (define (too-short name list index)
      (error (string-append name ": the immutable list is too short:") list index))

    (define-syntax iq
      (syntax-rules ()
        ((_ datum ...) (tree->itree '(datum ...)))))

    (define (icar pair) (check-ipair "icar" pair) (get-icar pair))
    (define (icdr pair) (check-ipair "icdr" pair) (get-icdr pair))

    (define-syntax define-paths
      (syntax-rules ()
        ((_ (name outer inner) ...)
         (begin (define (name pair) (outer (inner pair))) ...))))

    (define-paths
      (icaar icar icar) (icadr icar icdr) (icdar icdr icar) (icddr icdr icdr) (icaaar icar icaar)
      (icaadr icar icadr) (icadar icar icdar) (icaddr icar icddr) (icdaar icdr icaar)
      (icdadr icdr icadr) (icddar icdr icdar) (icdddr icdr icddr) (icaaaar icaar icaar)
      (icaaadr icaar icadr) (icaadar icaar icdar) (icaaddr icaar icddr) (icadaar icadr icaar)
      (icadadr icadr icadr) (icaddar icadr icdar) (icadddr icadr icddr) (icdaaar icdar icaar)
      (icdaadr icdar icadr) (icdadar icdar icdar) (icdaddr icdar icddr) (icddaar icddr icaar)
      (icddadr icddr icadr) (icdddar icddr icdar) (icddddr icddr icddr))

    ;; Constructors

    (define (xipair d a) (ipair a d))
    (define (ilist . elements) (list->ilist elements))

    (define (ipair* first . rest)
      (let loop ((first first) (rest rest))
        (if (null? rest)
            first
            (ipair first (loop (car rest) (cdr rest))))))

    (define make-ilist
      (case-lambda
        ((n) (make-ilist n #f))
        ((n fill)
         (check-index "make-ilist" n)
         (let loop ((n n) (result '()))
           (if (= n 0) result (loop (- n 1) (ipair fill result)))))))

    (define (ilist-tabulate n procedure)
      (check-index "ilist-tabulate" n)
      (let loop ((i (- n 1)) (result '()))
        (if (< i 0) result (loop (- i 1) (ipair (procedure i) result)))))

    ;; Pairs of a list in order, onto a tail: what is made from a reversed ordinary list.
    (define (onto reversed tail)
      (if (null? reversed)
          tail
          (onto (cdr reversed) (ipair (car reversed) tail))))

    (define (ilist-copy list)
      (let loop ((list list) (reversed '()))
        (if (ipair? list)
            (loop (get-icdr list) (cons (get-icar list) reversed))
            (onto reversed list))))

    (define iiota
      (case-lambda
        ((count) (iiota count 0 1))
        ((count start) (iiota count start 1))
        ((count start step)
         (ilist-tabulate count (lambda (i) (+ start (* i step)))))))

    ;; Predicates. There are no circular immutable lists.

    (define (proper-ilist? object)
      (if (ipair? object) (proper-ilist? (get-icdr object)) (null? object)))

    (define ilist? proper-ilist?)
    (define (dotted-ilist? object) (not (proper-ilist? object)))
    (define (not-ipair? object) (not (ipair? object)))

    (define (null-ilist? list)
      (cond ((null? list) #t)
            ((ipair? list) #f)
            (else (error "null-ilist?: expected an immutable list, found" list))))

    (define (ilist= same? . lists)
      (define (two? a b)
        (cond ((eq? a b) #t)
              ((and (ipair? a) (ipair? b))
               (and (same? (get-icar a) (get-icar b))
                    (two? (get-icdr a) (get-icdr b))))
              (else (and (null? a) (null? b)))))
      (or (null? lists)
          (let loop ((first (car lists)) (rest (cdr lists)))
            (or (null? rest)
                (and (two? first (car rest)) (loop (car rest) (cdr rest)))))))

    ;; Selectors

    (define (tail name list index)
      (check-index name index)
      (let loop ((rest list) (left index))
        (cond ((= left 0) rest)
              ((ipair? rest) (loop (get-icdr rest) (- left 1)))
              (else (too-short name list index)))))

    (define (ref name list index)
      (let ((rest (tail name list index)))
        (if (ipair? rest) (get-icar rest) (too-short name list index))))

    (define (ilist-ref list index) (ref "ilist-ref" list index))
    (define (ifirst list) (ref "ifirst" list 0))
    (define (isecond list) (ref "isecond" list 1))
    (define (ithird list) (ref "ithird" list 2))
    (define (ifourth list) (ref "ifourth" list 3))
    (define (ififth list) (ref "ififth" list 4))
    (define (isixth list) (ref "isixth" list 5))
    (define (iseventh list) (ref "iseventh" list 6))
    (define (ieighth list) (ref "ieighth" list 7))
    (define (ininth list) (ref "ininth" list 8))
    (define (itenth list) (ref "itenth" list 9))

    (define (icar+icdr pair) (values (icar pair) (icdr pair)))

    (define (isplit-at list index)
      (check-index "isplit-at" index)
      (let loop ((rest list) (left index) (reversed '()))
        (cond ((= left 0) (values (onto reversed '()) rest))
              ((ipair? rest) (loop (get-icdr rest) (- left 1) (cons (get-icar rest) reversed)))
              (else (too-short "isplit-at" list index)))))

    (define (itake list index)
      (let-values (((front back) (isplit-at list index))) front))

    (define (idrop list index) (tail "idrop" list index))
    (define (ilist-tail list index) (tail "ilist-tail" list index))

    (define (itake-right list index)
      (let loop ((ahead (tail "itake-right" list index)) (rest list))
        (if (ipair? ahead) (loop (get-icdr ahead) (get-icdr rest)) rest)))

    (define (idrop-right list index)
      (let loop ((ahead (tail "idrop-right" list index)) (rest list) (reversed '()))
        (if (ipair? ahead)
            (loop (get-icdr ahead) (get-icdr rest) (cons (get-icar rest) reversed))
            (onto reversed '()))))

    (define (last-ipair pair)
      (check-ipair "last-ipair" pair)
      (if (ipair? (get-icdr pair)) (last-ipair (get-icdr pair)) pair))

    (define (ilast pair) (get-icar (last-ipair pair)))

    ;; Miscellaneous

    (define (ilength list)
      (let loop ((rest list) (length 0))
        (cond ((ipair? rest) (loop (get-icdr rest) (+ length 1)))
              ((null? rest) length)
              (else (error "ilength: expected an immutable list, found" list)))))

    (define (check-ilist name object)
      (if (not (proper-ilist? object))
          (error (string-append name ": expected an immutable list, found") object)))

    (define (append-two a b)
      (check-ilist "iappend" a)
      (if (null? b) a (iappend-reverse* (ireverse a) b)))

    (define (iappend . lists)
      (cond ((null? lists) '())
            ((null? (cdr lists)) (car lists))
            (else (append-two (car lists) (apply iappend (cdr lists))))))

    (define (iconcatenate lists) (apply iappend (ilist->list lists)))

    (define (iappend-reverse* list tail)
      (if (ipair? list)
          (iappend-reverse* (get-icdr list) (ipair (get-icar list) tail))
          tail))

    (define (iappend-reverse list tail)
      (check-ilist "iappend-reverse" list)
      (iappend-reverse* list tail))

    (define (ireverse list)
      (check-ilist "ireverse" list)
      (iappend-reverse* list '()))

    (define (izip list . lists) (apply imap ilist list lists))

    (define (iunzip1 list) (imap icar list))
    (define (iunzip2 list) (values (imap icar list) (imap icadr list)))
    (define (iunzip3 list) (values (imap icar list) (imap icadr list) (imap icaddr list)))

    (define (iunzip4 list)
      (values (imap icar list) (imap icadr list) (imap icaddr list) (imap icadddr list)))

    (define (iunzip5 list)
      (values (imap icar list) (imap icadr list) (imap icaddr list) (imap icadddr list)
              (imap ififth list)))

    ;; Fold and map

    ;; `step` gets the lists themselves and the state, until one list ends.
    (define (walk step state lists)
      (if (all-pairs? lists)
          (let ((rests (map get-icdr lists)))
            (walk step (step lists state) rests))
          state))

    (define (all-pairs? lists)
      (or (null? lists)
          (and (ipair? (car lists)) (all-pairs? (cdr lists)))))

    (define (cars lists) (map get-icar lists))

    (define ifold
      (case-lambda
        ((procedure state list)
         (let loop ((rest list) (state state))
           (if (ipair? rest)
               (loop (get-icdr rest) (procedure (get-icar rest) state))
               state)))
        ((procedure state . lists)
         (walk (lambda (lists state) (apply procedure (append (cars lists) (list state))))
               state lists))))

    (define (ifold-right procedure state . lists)
      (let loop ((steps (walk (lambda (lists steps) (cons (cars lists) steps)) '() lists))
                 (state state))
        (if (null? steps)
            state
            (loop (cdr steps) (apply procedure (append (car steps) (list state)))))))

    (define (ipair-fold procedure state . lists)
      (walk (lambda (lists state) (apply procedure (append lists (list state))))
            state lists))

    (define (ipair-fold-right procedure state . lists)
      (let loop ((steps (walk cons '() lists)) (state state))
        (if (null? steps)
            state
            (loop (cdr steps) (apply procedure (append (car steps) (list state)))))))

    (define (ireduce procedure identity list)
      (if (ipair? list)
          (ifold procedure (get-icar list) (get-icdr list))
          identity))

    (define (ireduce-right procedure identity list)
      (if (ipair? list)
          (let ((reversed (reverse (ilist->list list))))
            (let loop ((rest (cdr reversed)) (state (car reversed)))
              (if (null? rest) state (loop (cdr rest) (procedure (car rest) state)))))
          identity))

    (define iunfold
      (case-lambda
        ((stop? mapper successor seed)
         (iunfold stop? mapper successor seed (lambda (seed) '())))
        ((stop? mapper successor seed make-tail)
         (let loop ((seed seed) (reversed '()))
           (if (stop? seed)
               (onto reversed (make-tail seed))
               (loop (successor seed) (cons (mapper seed) reversed)))))))

    (define iunfold-right
      (case-lambda
        ((stop? mapper successor seed) (iunfold-right stop? mapper successor seed '()))
        ((stop? mapper successor seed tail)
         (let loop ((seed seed) (result tail))
           (if (stop? seed)
               result
               (loop (successor seed) (ipair (mapper seed) result)))))))

    (define imap
      (case-lambda
        ((procedure list)
         (let loop ((rest list) (reversed '()))
           (if (ipair? rest)
               (loop (get-icdr rest) (cons (procedure (get-icar rest)) reversed))
               (onto reversed '()))))
        ((procedure . lists)
         (onto (walk (lambda (lists reversed) (cons (apply procedure (cars lists)) reversed))
                     '() lists)
               '()))))

    (define imap-in-order imap)

    (define (ifor-each procedure . lists)
      (walk (lambda (lists state) (apply procedure (cars lists)) state) #f lists)
      (if #f #f))

    (define (ipair-for-each procedure . lists)
      (walk (lambda (lists state) (apply procedure lists) state) #f lists)
      (if #f #f))

    (define (iappend-map procedure . lists)
      (iconcatenate (apply imap procedure lists)))

    (define (ifilter-map procedure . lists)
      (ifilter values (apply imap procedure lists)))

    (define (icount satisfied? . lists)
      (walk (lambda (lists count) (if (apply satisfied? (cars lists)) (+ count 1) count))
            0 lists))

    ;; Filters and search

    (define (ipartition satisfied? list)
      (let loop ((rest list) (in '()) (out '()))
        (cond ((not (ipair? rest)) (values (onto in '()) (onto out '())))
              ((satisfied? (get-icar rest))
               (loop (get-icdr rest) (cons (get-icar rest) in) out))
              (else (loop (get-icdr rest) in (cons (get-icar rest) out))))))

    (define (ifilter satisfied? list)
      (let-values (((in out) (ipartition satisfied? list))) in))

    (define (iremove satisfied? list)
      (let-values (((in out) (ipartition satisfied? list))) out))

    (define (ifind-tail satisfied? list)
      (let loop ((rest list))
        (cond ((ipair? rest) (if (satisfied? (get-icar rest)) rest (loop (get-icdr rest))))
              ((null? rest) #f)
              (else (error "ifind-tail: expected an immutable list, found" list)))))

    (define (ifind satisfied? list)
      (let ((rest (ifind-tail satisfied? list)))
        (and rest (get-icar rest))))

    (define (same-tree? a b)
      (if (and (ipair? a) (ipair? b))
          (and (same-tree? (get-icar a) (get-icar b))
               (same-tree? (get-icdr a) (get-icdr b)))
          (equal? a b)))

    (define imember
      (case-lambda
        ((object list) (imember object list same-tree?))
        ((object list same?) (ifind-tail (lambda (element) (same? object element)) list))))

    (define (imemq object list) (imember object list eq?))
    (define (imemv object list) (imember object list eqv?))

    ;; The last call is a tail call.
    (define (iany satisfied? . lists)
      (for-each (lambda (list) (check-ilist "iany" list)) lists)
      (let loop ((lists lists))
        (and (all-pairs? lists)
             (let ((rests (map get-icdr lists)))
               (if (all-pairs? rests)
                   (or (apply satisfied? (cars lists)) (loop rests))
                   (apply satisfied? (cars lists)))))))

    (define (ievery satisfied? . lists)
      (or (not (all-pairs? lists))
          (let loop ((lists lists))
            (let ((rests (map get-icdr lists)))
              (if (all-pairs? rests)
                  (and (apply satisfied? (cars lists)) (loop rests))
                  (apply satisfied? (cars lists)))))))

    (define (ilist-index satisfied? . lists)
      (let loop ((lists lists) (index 0))
        (and (all-pairs? lists)
             (if (apply satisfied? (cars lists))
                 index
                 (loop (map get-icdr lists) (+ index 1))))))

    (define (ispan satisfied? list)
      (let loop ((rest list) (reversed '()))
        (if (and (ipair? rest) (satisfied? (get-icar rest)))
            (loop (get-icdr rest) (cons (get-icar rest) reversed))
            (values (onto reversed '()) rest))))

    (define (ibreak satisfied? list)
      (ispan (lambda (element) (not (satisfied? element))) list))

    (define (itake-while satisfied? list)
      (let-values (((front back) (ispan satisfied? list))) front))

    (define (idrop-while satisfied? list)
      (let-values (((front back) (ispan satisfied? list))) back))

    (define idelete
      (case-lambda
        ((object list) (idelete object list same-tree?))
        ((object list same?) (iremove (lambda (element) (same? object element)) list))))

    (define idelete-duplicates
      (case-lambda
        ((list) (idelete-duplicates list same-tree?))
        ((list same?)
         (let loop ((rest list) (reversed '()))
           (cond ((not (ipair? rest)) (onto reversed '()))
                 ((seen? (get-icar rest) reversed same?) (loop (get-icdr rest) reversed))
                 (else (loop (get-icdr rest) (cons (get-icar rest) reversed))))))))

    ;; The earlier element is the first operand.
    (define (seen? object earlier same?)
      (and (pair? earlier)
           (or (same? (car earlier) object) (seen? object (cdr earlier) same?))))

    ;; Association lists

    (define iassoc
      (case-lambda
        ((key list) (iassoc key list same-tree?))
        ((key list same?) (ifind (lambda (entry) (same? key (icar entry))) list))))

    (define (iassq key list) (iassoc key list eq?))
    (define (iassv key list) (iassoc key list eqv?))
    (define (ialist-cons key datum list) (ipair (ipair key datum) list))

    (define ialist-delete
      (case-lambda
        ((key list) (ialist-delete key list same-tree?))
        ((key list same?) (iremove (lambda (entry) (same? key (icar entry))) list))))

    ;; Replacement and conversion

    (define (replace-icar pair object) (ipair object (icdr pair)))
    (define (replace-icdr pair object) (ipair (icar pair) object))

    (define (pair->ipair pair) (ipair (car pair) (cdr pair)))
    (define (ipair->pair pair) (cons (icar pair) (icdr pair)))

    (define (list->ilist list)
      (let loop ((list list) (reversed '()))
        (if (pair? list)
            (loop (cdr list) (cons (car list) reversed))
            (onto reversed list))))

    (define (ilist->list list)
      (let loop ((list list) (reversed '()))
        (if (ipair? list)
            (loop (get-icdr list) (cons (get-icar list) reversed))
            (let copy ((reversed reversed) (result list))
              (if (null? reversed)
                  result
                  (copy (cdr reversed) (cons (car reversed) result)))))))

    ;; Long lists take no stack: only a car is converted by recursion.
    (define (tree->itree object)
      (if (pair? object)
          (let loop ((rest object) (reversed '()))
            (if (pair? rest)
                (loop (cdr rest) (cons (tree->itree (car rest)) reversed))
                (onto reversed rest)))
          object))

    (define (itree->tree object)
      (if (ipair? object)
          (let loop ((rest object) (reversed '()))
            (if (ipair? rest)
                (loop (get-icdr rest) (cons (itree->tree (get-icar rest)) reversed))
                (ilist->list (onto reversed rest))))
          object))

    ;; Trees of both kinds of pairs.
    (define (gtree->itree object)
      (cond ((pair? object) (ipair (gtree->itree (car object)) (gtree->itree (cdr object))))
            ((ipair? object)
             (ipair (gtree->itree (get-icar object)) (gtree->itree (get-icdr object))))
            (else object)))

    (define (gtree->tree object)
      (cond ((ipair? object)
             (cons (gtree->tree (get-icar object)) (gtree->tree (get-icdr object))))
            ((pair? object) (cons (gtree->tree (car object)) (gtree->tree (cdr object))))
            (else object)))

    (define (iapply procedure . arguments)
      (apply procedure
             (let loop ((arguments arguments))
               (cond ((null? arguments) (error "iapply: the list of arguments is missing"))
                     ((null? (cdr arguments)) (ilist->list (car arguments)))
                     (else (cons (car arguments) (loop (cdr arguments))))))))

    ;; Comparators

    (define hash-bound 33554393)
    (define (mix a b) (modulo (+ (* 31 a) b) hash-bound))

    (define (make-ipair-comparator icar-comparator icdr-comparator)
      (make-comparator
       (lambda (object)
         (and (ipair? object)
              (comparator-test-type icar-comparator (get-icar object))
              (comparator-test-type icdr-comparator (get-icdr object))))
       (lambda (a b)
         (and (=? icar-comparator (get-icar a) (get-icar b))
              (=? icdr-comparator (get-icdr a) (get-icdr b))))
       (lambda (a b)
         (if (=? icar-comparator (get-icar a) (get-icar b))
             (<? icdr-comparator (get-icdr a) (get-icdr b))
             (<? icar-comparator (get-icar a) (get-icar b))))
       (lambda (pair)
         (mix (comparator-hash icar-comparator (get-icar pair))
              (comparator-hash icdr-comparator (get-icdr pair))))))

    ;; By what the selector answers.
    (define (make-part-comparator comparator part)
      (make-comparator
       (lambda (object) (and (ipair? object) (comparator-test-type comparator (part object))))
       (lambda (a b) (=? comparator (part a) (part b)))
       (lambda (a b) (<? comparator (part a) (part b)))
       (lambda (pair) (comparator-hash comparator (part pair)))))

    (define (make-icar-comparator comparator) (make-part-comparator comparator get-icar))
    (define (make-icdr-comparator comparator) (make-part-comparator comparator get-icdr))

    (define (make-ilist-comparator comparator)
      (make-comparator
       (lambda (object)
         (and (ilist? object)
              (ievery (lambda (element) (comparator-test-type comparator element)) object)))
       (lambda (a b) (ilist= (lambda (x y) (=? comparator x y)) a b))
       (lambda (a b)
         (let loop ((a a) (b b))
           (cond ((null? b) #f)
                 ((null? a) #t)
                 ((=? comparator (get-icar a) (get-icar b)) (loop (get-icdr a) (get-icdr b)))
                 (else (<? comparator (get-icar a) (get-icar b))))))
       (lambda (list)
         (ifold (lambda (element hash) (mix hash (comparator-hash comparator element))) 1 list))))

    ;; The empty list, then pairs, then other objects.
    (define (make-improper-ilist-comparator comparator)
      (define (class object) (cond ((null? object) 0) ((ipair? object) 1) (else 2)))
      (define (same? a b)
        (and (= (class a) (class b))
             (case (class a)
               ((0) #t)
               ((1) (and (same? (get-icar a) (get-icar b)) (same? (get-icdr a) (get-icdr b))))
               (else (=? comparator a b)))))
      (define (less? a b)
        (if (= (class a) (class b))
            (case (class a)
              ((0) #f)
              ((1) (if (same? (get-icar a) (get-icar b))
                       (less? (get-icdr a) (get-icdr b))
                       (less? (get-icar a) (get-icar b))))
              (else (<? comparator a b)))
            (< (class a) (class b))))
      (define (hash object)
        (case (class object)
          ((0) 1)
          ((1) (mix (hash (get-icar object)) (hash (get-icdr object))))
          (else (comparator-hash comparator object))))
      (make-comparator
       (lambda (object)
         (let test ((object object))
           (case (class object)
             ((0) #t)
             ((1) (and (test (get-icar object)) (test (get-icdr object))))
             (else (comparator-test-type comparator object)))))
       same? less? hash))

    (define default-comparator (make-default-comparator))
    (define ipair-comparator (make-ipair-comparator default-comparator default-comparator))
    (define ilist-comparator (make-ilist-comparator default-comparator))))
