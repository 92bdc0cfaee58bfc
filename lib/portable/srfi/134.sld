;;; SRFI 134: immutable deques.
;;;
;;; Okasaki's banker's deque (Purely Functional Data Structures, 8.4.2): a lazy list of the front
;;; and one of the back, neither more than three times as long as the other one. Work at both ends
;;; takes amortized constant time, also where old deques are used again.

(define-library (srfi 134)
  (export ideque ideque-tabulate ideque-unfold ideque-unfold-right
          ideque? ideque-empty? ideque= ideque-any ideque-every
          ideque-front ideque-back ideque-remove-front ideque-remove-back
          ideque-add-front ideque-add-back
          ideque-ref ideque-take ideque-take-right ideque-drop ideque-drop-right ideque-split-at
          ideque-length ideque-append ideque-reverse ideque-count ideque-zip
          ideque-map ideque-filter-map ideque-for-each ideque-for-each-right
          ideque-fold ideque-fold-right ideque-append-map
          ideque-filter ideque-remove ideque-partition
          ideque-find ideque-find-right ideque-take-while ideque-take-while-right
          ideque-drop-while ideque-drop-while-right ideque-span ideque-break
          list->ideque ideque->list generator->ideque ideque->generator)
  (import (scheme base) (scheme case-lambda) (scheme lazy))
  (begin

    ;; `back` has the last element first. A tail in these lists may be a promise.
    (define-record-type ideque-type
      (new-ideque front-length front back-length back)
      ideque?
      (front-length front-length)
      (front front)
      (back-length back-length)
      (back back))

    (define empty (new-ideque 0 '() 0 '()))

    ;; lazy lists

    (define (tail pair)
      (let ((rest (cdr pair)))
        (if (promise? rest)
            (let ((rest (force rest)))
              (set-cdr! pair rest)
              rest)
            rest)))

    (define (drop-cells cells count)
      (if (= count 0)
          cells
          (drop-cells (tail cells) (- count 1))))

    (define (first-cells cells count)
      (if (= count 0)
          '()
          (cons (car cells) (delay (first-cells (tail cells) (- count 1))))))

    ;; The cells, then those that a promise answers.
    (define (append-cells cells more)
      (if (null? cells)
          (force more)
          (cons (car cells) (delay (append-cells (tail cells) more)))))

    ;; The elements in reverse order, before those of the list `result`.
    (define (reverse-cells cells result)
      (if (null? cells)
          result
          (reverse-cells (tail cells) (cons (car cells) result))))

    ;; balance

    (define (too-long? length other) (> length (+ 1 (* 3 other))))

    (define (make-ideque front-length front back-length back)
      (cond ((too-long? front-length back-length)
             (let* ((half (quotient (+ front-length back-length) 2))
                    (moved (- front-length half)))
               (new-ideque half (first-cells front half)
                           (+ back-length moved)
                           (append-cells back
                                         (delay (reverse-cells (drop-cells front half) '()))))))
            ((too-long? back-length front-length)
             (let* ((half (quotient (+ front-length back-length) 2))
                    (moved (- back-length half)))
               (new-ideque (+ front-length moved)
                           (append-cells front
                                         (delay (reverse-cells (drop-cells back half) '())))
                           half (first-cells back half))))
            (else (new-ideque front-length front back-length back))))

    ;; arguments

    (define (check-ideque object who)
      (if (not (ideque? object))
          (error (string-append who ": expected an ideque, found") object)))

    (define (check-filled ideque who)
      (check-ideque ideque who)
      (if (= (total ideque) 0)
          (error (string-append who ": the ideque is empty"))))

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (check-count count ideque who)
      (check-ideque ideque who)
      (if (not (and (exact-integer? count) (<= 0 count (total ideque))))
          (error (string-append who ": expected a count up to "
                                (number->string (total ideque)) ", found")
                 count)))

    (define (total ideque) (+ (front-length ideque) (back-length ideque)))

    ;; constructors and conversion

    (define (ideque . elements) (list->ideque elements))

    (define (list->ideque list)
      (if (not (list? list))
          (error "list->ideque: expected a list, found" list))
      (let* ((length (length list)) (half (quotient length 2)))
        (let loop ((left half) (rest list) (front '()))
          (if (> left 0)
              (loop (- left 1) (cdr rest) (cons (car rest) front))
              (new-ideque half (reverse front) (- length half) (reverse rest))))))

    ;; A fresh list.
    (define (elements ideque)
      (let loop ((reversed (reverse-cells (front ideque) '()))
                 (result (reverse-cells (back ideque) '())))
        (if (null? reversed)
            result
            (loop (cdr reversed) (cons (car reversed) result)))))

    (define (ideque->list ideque)
      (check-ideque ideque "ideque->list")
      (elements ideque))

    (define (ideque-tabulate count procedure)
      (if (not (and (exact-integer? count) (>= count 0)))
          (error "ideque-tabulate: expected a count, found" count))
      (check-procedure procedure "ideque-tabulate")
      (let loop ((index 0) (results '()))
        (if (= index count)
            (list->ideque (reverse results))
            (loop (+ index 1) (cons (procedure index) results)))))

    ;; The results of unfolding, last one first.
    (define (unfolded stop? element next seed)
      (let loop ((seed seed) (results '()))
        (if (stop? seed)
            results
            (loop (next seed) (cons (element seed) results)))))

    (define (ideque-unfold stop? element next seed)
      (list->ideque (reverse (unfolded stop? element next seed))))

    (define (ideque-unfold-right stop? element next seed)
      (list->ideque (unfolded stop? element next seed)))

    (define (generator->ideque generator)
      (check-procedure generator "generator->ideque")
      (let loop ((results '()))
        (let ((element (generator)))
          (if (eof-object? element)
              (list->ideque (reverse results))
              (loop (cons element results))))))

    (define (ideque->generator ideque)
      (check-ideque ideque "ideque->generator")
      (let ((rest ideque))
        (lambda ()
          (if (ideque-empty? rest)
              (eof-object)
              (let ((element (ideque-front rest)))
                (set! rest (ideque-remove-front rest))
                element)))))

    ;; predicates

    (define (ideque-empty? ideque)
      (check-ideque ideque "ideque-empty?")
      (= (total ideque) 0))

    (define (ideque= same? . ideques)
      (check-procedure same? "ideque=")
      (for-each (lambda (ideque) (check-ideque ideque "ideque=")) ideques)
      (or (null? ideques)
          (let loop ((first (car ideques)) (rest (cdr ideques)))
            (or (null? rest)
                (and (two-same? same? first (car rest))
                     (loop (car rest) (cdr rest)))))))

    (define (two-same? same? a b)
      (or (eq? a b)
          (and (= (total a) (total b))
               (let loop ((a (elements a)) (b (elements b)))
                 (or (null? a)
                     (and (same? (car a) (car b))
                          (loop (cdr a) (cdr b))))))))

    (define (ideque-any holds? ideque)
      (check-procedure holds? "ideque-any")
      (let loop ((rest (ideque->list ideque)))
        (and (pair? rest)
             (or (holds? (car rest)) (loop (cdr rest))))))

    (define (ideque-every holds? ideque)
      (check-procedure holds? "ideque-every")
      (let loop ((rest (ideque->list ideque)) (last #t))
        (if (null? rest)
            last
            (let ((answer (holds? (car rest))))
              (and answer (loop (cdr rest) answer))))))

    ;; both ends; the empty half has the other one's only element

    (define (ideque-front ideque)
      (check-filled ideque "ideque-front")
      (car (if (null? (front ideque)) (back ideque) (front ideque))))

    (define (ideque-back ideque)
      (check-filled ideque "ideque-back")
      (car (if (null? (back ideque)) (front ideque) (back ideque))))

    (define (ideque-remove-front ideque)
      (check-filled ideque "ideque-remove-front")
      (if (null? (front ideque))
          empty
          (make-ideque (- (front-length ideque) 1) (tail (front ideque))
                       (back-length ideque) (back ideque))))

    (define (ideque-remove-back ideque)
      (check-filled ideque "ideque-remove-back")
      (if (null? (back ideque))
          empty
          (make-ideque (front-length ideque) (front ideque)
                       (- (back-length ideque) 1) (tail (back ideque)))))

    (define (ideque-add-front ideque element)
      (check-ideque ideque "ideque-add-front")
      (make-ideque (+ (front-length ideque) 1) (cons element (front ideque))
                   (back-length ideque) (back ideque)))

    (define (ideque-add-back ideque element)
      (check-ideque ideque "ideque-add-back")
      (make-ideque (front-length ideque) (front ideque)
                   (+ (back-length ideque) 1) (cons element (back ideque))))

    ;; parts

    (define (ideque-ref ideque index)
      (check-ideque ideque "ideque-ref")
      (if (not (and (exact-integer? index) (<= 0 index) (< index (total ideque))))
          (error "ideque-ref: no index of the ideque:" index))
      (if (< index (front-length ideque))
          (car (drop-cells (front ideque) index))
          (car (drop-cells (back ideque) (- (total ideque) index 1)))))

    (define (without-first ideque count)
      (if (<= count (front-length ideque))
          (make-ideque (- (front-length ideque) count) (drop-cells (front ideque) count)
                       (back-length ideque) (back ideque))
          (let ((left (- (total ideque) count)))
            (make-ideque 0 '() left (first-cells (back ideque) left)))))

    (define (swapped ideque)
      (new-ideque (back-length ideque) (back ideque) (front-length ideque) (front ideque)))

    (define (without-last ideque count) (swapped (without-first (swapped ideque) count)))

    (define (ideque-drop ideque count)
      (check-count count ideque "ideque-drop")
      (without-first ideque count))

    (define (ideque-drop-right ideque count)
      (check-count count ideque "ideque-drop-right")
      (without-last ideque count))

    (define (ideque-take ideque count)
      (check-count count ideque "ideque-take")
      (without-last ideque (- (total ideque) count)))

    (define (ideque-take-right ideque count)
      (check-count count ideque "ideque-take-right")
      (without-first ideque (- (total ideque) count)))

    (define (ideque-split-at ideque count)
      (check-count count ideque "ideque-split-at")
      (values (ideque-take ideque count) (ideque-drop ideque count)))

    ;; the whole ideque

    (define (ideque-length ideque)
      (check-ideque ideque "ideque-length")
      (total ideque))

    (define (ideque-append . ideques)
      (for-each (lambda (ideque) (check-ideque ideque "ideque-append")) ideques)
      (list->ideque (apply append (map elements ideques))))

    (define (ideque-reverse ideque)
      (check-ideque ideque "ideque-reverse")
      (swapped ideque))

    (define (ideque-count holds? ideque)
      (check-procedure holds? "ideque-count")
      (ideque-fold (lambda (element count) (if (holds? element) (+ count 1) count)) 0 ideque))

    (define (ideque-zip ideque . more)
      (list->ideque (apply map list (ideque->list ideque) (map ideque->list more))))

    ;; mapping

    (define (ideque-map procedure ideque)
      (check-procedure procedure "ideque-map")
      (list->ideque (map procedure (ideque->list ideque))))

    (define (ideque-filter-map procedure ideque)
      (check-procedure procedure "ideque-filter-map")
      (list->ideque
       (reverse
        (ideque-fold (lambda (element results)
                       (let ((result (procedure element)))
                         (if result (cons result results) results)))
                     '() ideque))))

    (define (ideque-for-each procedure ideque)
      (check-procedure procedure "ideque-for-each")
      (for-each procedure (ideque->list ideque)))

    (define (ideque-for-each-right procedure ideque)
      (check-procedure procedure "ideque-for-each-right")
      (check-ideque ideque "ideque-for-each-right")
      (for-each procedure (elements (swapped ideque))))

    (define (ideque-fold procedure seed ideque)
      (check-procedure procedure "ideque-fold")
      (let loop ((rest (ideque->list ideque)) (result seed))
        (if (null? rest)
            result
            (loop (cdr rest) (procedure (car rest) result)))))

    (define (ideque-fold-right procedure seed ideque)
      (check-procedure procedure "ideque-fold-right")
      (check-ideque ideque "ideque-fold-right")
      (ideque-fold procedure seed (swapped ideque)))

    (define (ideque-append-map procedure ideque)
      (check-procedure procedure "ideque-append-map")
      (list->ideque (apply append (map procedure (ideque->list ideque)))))

    ;; filtering

    (define (split-by holds? ideque)
      (let loop ((rest (ideque->list ideque)) (in '()) (out '()))
        (cond ((null? rest) (values (reverse in) (reverse out)))
              ((holds? (car rest)) (loop (cdr rest) (cons (car rest) in) out))
              (else (loop (cdr rest) in (cons (car rest) out))))))

    (define (ideque-filter holds? ideque)
      (check-procedure holds? "ideque-filter")
      (let-values (((in out) (split-by holds? ideque)))
        (list->ideque in)))

    (define (ideque-remove holds? ideque)
      (check-procedure holds? "ideque-remove")
      (let-values (((in out) (split-by holds? ideque)))
        (list->ideque out)))

    (define (ideque-partition holds? ideque)
      (check-procedure holds? "ideque-partition")
      (let-values (((in out) (split-by holds? ideque)))
        (values (list->ideque in) (list->ideque out))))

    ;; searching

    (define (nothing) #f)

    (define ideque-find
      (case-lambda
        ((holds? ideque) (ideque-find holds? ideque nothing))
        ((holds? ideque failure)
         (check-procedure holds? "ideque-find")
         (let loop ((rest (ideque->list ideque)))
           (cond ((null? rest) (failure))
                 ((holds? (car rest)) (car rest))
                 (else (loop (cdr rest))))))))

    (define ideque-find-right
      (case-lambda
        ((holds? ideque) (ideque-find-right holds? ideque nothing))
        ((holds? ideque failure)
         (check-ideque ideque "ideque-find-right")
         (ideque-find holds? (swapped ideque) failure))))

    ;; How many of the first elements satisfy `holds?`.
    (define (prefix-length holds? ideque who)
      (check-procedure holds? who)
      (check-ideque ideque who)
      (let loop ((rest (elements ideque)) (count 0))
        (if (and (pair? rest) (holds? (car rest)))
            (loop (cdr rest) (+ count 1))
            count)))

    (define (ideque-take-while holds? ideque)
      (ideque-take ideque (prefix-length holds? ideque "ideque-take-while")))

    (define (ideque-drop-while holds? ideque)
      (ideque-drop ideque (prefix-length holds? ideque "ideque-drop-while")))

    (define (ideque-take-while-right holds? ideque)
      (check-ideque ideque "ideque-take-while-right")
      (ideque-take-right ideque
                         (prefix-length holds? (swapped ideque) "ideque-take-while-right")))

    (define (ideque-drop-while-right holds? ideque)
      (check-ideque ideque "ideque-drop-while-right")
      (ideque-drop-right ideque
                         (prefix-length holds? (swapped ideque) "ideque-drop-while-right")))

    (define (ideque-span holds? ideque)
      (ideque-split-at ideque (prefix-length holds? ideque "ideque-span")))

    (define (ideque-break holds? ideque)
      (check-procedure holds? "ideque-break")
      (ideque-split-at ideque
                       (prefix-length (lambda (element) (not (holds? element)))
                                      ideque "ideque-break")))))
