;;; Sorting: a stable merge sort of lists.
;;;
;;; Nothing that the sort has made changes. So a continuation that was captured in a comparison, and is entered again
;;; after the sort has ended, gives a whole list again, and leaves the first answer alone. (Sorts of lists of Guile 3.0
;;; lose elements there, and so does vector-sort of Chez Scheme 9.5.)
;;;
;;; Sorted halves are merged from one end, which gives the result from its other end: so each half is sorted in the
;;; order opposite to that of the result, and nothing has to be reversed. A part that is in order already costs one
;;; comparison for each element.

(define-library (cozen sort)
  (export sort list-sort vector-sort)
  (import (cozen core) (cozen primitives))
  (begin

    ;; A sorted copy of a list or vector. Some dialects give the procedure first.
    (define (sort sequence less?)
      (cond ((vector? sequence) (vector-sort less? sequence))
            ((and (procedure? sequence) (not (procedure? less?))) (sort less? sequence))
            (else (list-sort less? sequence))))

    (define (list-sort less? list)
      (ascending less? list (length list)))

    (define (vector-sort less? vector)
      (let ((length (vector-length vector)))
        (list->vector (ascending less? (%vector->list vector 0 length) length))))

    ;; Shorter parts are not looked at whether they are in order.
    (define short-part 8)

    ;; The first `count` elements of a list, sorted.
    (define (ascending less? list count)
      (cond ((= count 2)
             (let ((a (car list)) (b (car (cdr list))))
               (if (less? b a)
                   (cons b (cons a '()))
                   (cons a (cons b '())))))
            ((< count 2) (reversed list count))
            ((and (>= count short-part) (in-order? less? list count))
             (reverse (reversed list count)))
            (else
             (let ((half (quotient count 2)))
               (merge-descending less?
                                 (descending less? list half)
                                 (descending less? (list-tail list half) (- count half)))))))

    ;; The first `count` elements of a list, sorted, the last one first.
    (define (descending less? list count)
      (cond ((= count 2)
             (let ((a (car list)) (b (car (cdr list))))
               (if (less? b a)
                   (cons a (cons b '()))
                   (cons b (cons a '())))))
            ((< count 2) (reversed list count))
            ((and (>= count short-part) (in-order? less? list count))
             (reversed list count))
            (else
             (let ((half (quotient count 2)))
               (merge-ascending less?
                                (ascending less? list half)
                                (ascending less? (list-tail list half) (- count half)))))))

    ;; From descending lists to an ascending one. Equal elements keep their order: those of `front` come first.
    (define (merge-descending less? front back)
      (let loop ((front front) (back back) (merged '()))
        (cond ((null? front) (append-reversed back merged))
              ((null? back) (append-reversed front merged))
              ((less? (car back) (car front))
               (loop (cdr front) back (cons (car front) merged)))
              (else
               (loop front (cdr back) (cons (car back) merged))))))

    ;; From ascending lists to a descending one.
    (define (merge-ascending less? front back)
      (let loop ((front front) (back back) (merged '()))
        (cond ((null? front) (append-reversed back merged))
              ((null? back) (append-reversed front merged))
              ((less? (car back) (car front))
               (loop front (cdr back) (cons (car back) merged)))
              (else
               (loop (cdr front) back (cons (car front) merged))))))

    (define (in-order? less? list count)
      (let loop ((first (car list)) (rest (cdr list)) (count (- count 1)))
        (or (= count 0)
            (and (not (less? (car rest) first))
                 (loop (car rest) (cdr rest) (- count 1))))))

    ;; The first `count` elements of a list, the last one first.
    (define (reversed list count)
      (let loop ((list list) (count count) (result '()))
        (if (= count 0)
            result
            (loop (cdr list) (- count 1) (cons (car list) result)))))

    (define (append-reversed reversed tail)
      (if (null? reversed)
          tail
          (append-reversed (cdr reversed) (cons (car reversed) tail))))))
