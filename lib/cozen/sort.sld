;;; Sorting: a stable merge sort.

(define-library (cozen sort)
  (export sort list-sort vector-sort)
  (import (cozen core) (cozen primitives))
  (begin

    ;; A sorted copy of a list or vector.
    (define (sort sequence less?)
      (if (vector? sequence)
          (vector-sort less? sequence)
          (list-sort less? sequence)))

    (define (list-sort less? list)
      (sort-first less? list (length list)))

    (define (vector-sort less? vector)
      (let ((length (vector-length vector)))
        (list->vector (sort-first less? (%vector->list vector 0 length) length))))

    ;; The first `count` elements of a list, sorted.
    (define (sort-first less? list count)
      (cond ((= count 0) '())
            ((= count 1) (cons (car list) '()))
            (else
             (let* ((half (quotient count 2))
                    (front (sort-first less? list half))
                    (back (sort-first less? (list-tail list half) (- count half))))
               (merge less? front back)))))

    ;; Equal elements keep their order: those of `front` come first.
    (define (merge less? front back)
      (let loop ((front front) (back back) (merged '()))
        (cond ((null? front) (append-reversed merged back))
              ((null? back) (append-reversed merged front))
              ((less? (car back) (car front))
               (loop front (cdr back) (cons (car back) merged)))
              (else
               (loop (cdr front) back (cons (car front) merged))))))

    (define (append-reversed reversed tail)
      (if (null? reversed)
          tail
          (append-reversed (cdr reversed) (cons (car reversed) tail))))))
