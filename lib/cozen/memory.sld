;;; What a program may see of the collector: weak pairs, ephemerons, guardians, statistics.

(define-library (cozen memory)
  (export weak-cons weak-pair? weak-car weak-cdr
          make-ephemeron ephemeron? ephemeron-key ephemeron-value
          make-guardian collect-garbage gc-statistics loaded-images)
  (import (cozen core) (cozen primitives))
  (begin

    ;; A procedure that takes an object to watch over, or no argument: then it answers an object that
    ;; has become unreachable otherwise, or #f (Dybvig, Bruggeman, Eby: Guardians, 1993).
    (define (make-guardian)
      (let ((guardian (%make-guardian)))
        (case-lambda
          (() (%guardian-next! guardian))
          ((object) (%guardian-register! guardian object)))))

    ;; Collects everything that is unreachable now.
    (define (collect-garbage) (%collect #t))

    ;; What is loaded, and what keeps each image alive: a list of lists (name start end kept-by). What keeps an image is
    ;; what a full collection has come from when it reached the image first: `pinned`, a `frame`, a `handle` of Rust, an
    ;; `object` of the heap, or another image, by its name.
    (define (loaded-images)
      (%collect #t)
      (%loaded-images))

    ;; An association list from names to numbers.
    (define (gc-statistics) (%gc-statistics))))
