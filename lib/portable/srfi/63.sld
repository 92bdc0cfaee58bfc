;;; SRFI 63: homogeneous and heterogeneous arrays. Vectors and strings are arrays too.
;;;
;;; An array of a prototype that is no string has its elements in a vector. Prototypes of numbers
;;; give such arrays too, which hold any object.

(define-library (srfi 63)
  (export array? (rename array-equal? equal?) array-rank array-dimensions make-array
          make-shared-array list->array array->list vector->array array->vector
          array-in-bounds? array-ref array-set!
          A:floC128b A:floC64b A:floC32b A:floC16b A:floR128b A:floR64b A:floR32b A:floR16b
          A:floQ128d A:floQ64d A:floQ32d
          A:fixZ64b A:fixZ32b A:fixZ16b A:fixZ8b A:fixN64b A:fixN32b A:fixN16b A:fixN8b A:bool)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; The element of indices k_0, k_1 ... is at place offset + steps_0 k_0 + steps_1 k_1 ... of a
    ;; vector or string.
    (define-record-type array
      (new-array elements dimensions offset steps)
      strict-array?
      (elements array-elements)
      (dimensions strict-dimensions)
      (offset array-offset)
      (steps array-steps))

    (define (array? object)
      (or (strict-array? object) (vector? object) (string? object)))

    (define (check-array name object)
      (if (not (array? object))
          (error (string-append name ": expected an array, found") object)))

    (define (as-array object)
      (cond ((strict-array? object) object)
            ((vector? object) (new-array object (list (vector-length object)) 0 '(1)))
            (else (new-array object (list (string-length object)) 0 '(1)))))

    (define (array-dimensions array)
      (check-array "array-dimensions" array)
      (strict-dimensions (as-array array)))

    (define (array-rank object)
      (if (array? object) (length (array-dimensions object)) 0))

    (define (element elements place)
      (if (string? elements) (string-ref elements place) (vector-ref elements place)))

    (define (set-element! elements place object)
      (if (string? elements)
          (string-set! elements place object)
          (vector-set! elements place object)))

    ;; Constructors

    (define (check-dimensions name dimensions)
      (for-each (lambda (k)
                  (if (not (and (exact-integer? k) (>= k 0)))
                      (error (string-append name ": this is no dimension:") k)))
                dimensions))

    (define (row-major-steps dimensions)
      (if (null? dimensions)
          '()
          (let ((steps (row-major-steps (cdr dimensions))))
            (cons (if (null? steps) 1 (* (car steps) (cadr dimensions)))
                  steps))))

    (define (make-array prototype . dimensions)
      (check-array "make-array" prototype)
      (check-dimensions "make-array" dimensions)
      (let* ((size (apply * dimensions))
             (proto (as-array prototype))
             (elements (array-elements proto))
             (filled? (not (memv 0 (strict-dimensions proto))))
             (fill (and filled? (element elements (array-offset proto))))
             (new (cond ((string? elements)
                         (if filled? (make-string size fill) (make-string size)))
                        (filled? (make-vector size fill))
                        (else (make-vector size)))))
        (if (and (= (length dimensions) 1) (not (strict-array? prototype)))
            new
            (new-array new dimensions 0 (row-major-steps dimensions)))))

    ;; The mapper answers a list; it is known by its values at the origin and along each axis.
    (define (make-shared-array array mapper . dimensions)
      (check-array "make-shared-array" array)
      (check-dimensions "make-shared-array" dimensions)
      (let* ((old (as-array array))
             (rank (length dimensions))
             (place (lambda (indices)
                      (if (not (= (length indices) (length (array-steps old))))
                          (error "make-shared-array: the mapper answers a wrong index:" indices))
                      (apply + (array-offset old) (map * indices (array-steps old)))))
             (origin (apply mapper (unit-index rank #f)))
             (offset (place origin)))
        (check-corners old mapper dimensions)
        (new-array (array-elements old)
                   dimensions
                   offset
                   (let loop ((k 0))
                     (if (= k rank)
                         '()
                         (cons (- (place (apply mapper (unit-index rank k))) offset)
                               (loop (+ k 1))))))))

    (define (unit-index rank k)
      (let loop ((i (- rank 1)) (index '()))
        (if (< i 0) index (loop (- i 1) (cons (if (eqv? i k) 1 0) index)))))

    ;; An affine mapper keeps within bounds if it does so at all corners.
    (define (check-corners old mapper dimensions)
      (if (not (memv 0 dimensions))
          (let walk ((dimensions dimensions) (reversed '()))
            (if (null? dimensions)
                (let ((index (apply mapper (reverse reversed))))
                  (if (not (within? (strict-dimensions old) index))
                      (error "make-shared-array: the mapper leaves the array:" index)))
                (begin
                  (walk (cdr dimensions) (cons 0 reversed))
                  (walk (cdr dimensions) (cons (- (car dimensions) 1) reversed)))))))

    ;; Access

    (define (within? dimensions index)
      (cond ((null? dimensions) (null? index))
            ((null? index) #f)
            (else
             (and (exact-integer? (car index))
                  (< -1 (car index) (car dimensions))
                  (within? (cdr dimensions) (cdr index))))))

    (define (array-in-bounds? array . index)
      (within? (array-dimensions array) index))

    (define (place name array index)
      (if (not (within? (strict-dimensions array) index))
          (error (string-append name ": the index is out of bounds:")
                 index (strict-dimensions array)))
      (let loop ((place (array-offset array)) (index index) (steps (array-steps array)))
        (if (null? index)
            place
            (loop (+ place (* (car index) (car steps))) (cdr index) (cdr steps)))))

    (define (array-ref array . index)
      (check-array "array-ref" array)
      (let ((array (as-array array)))
        (element (array-elements array) (place "array-ref" array index))))

    (define (array-set! array object . index)
      (check-array "array-set!" array)
      (let ((array (as-array array)))
        (set-element! (array-elements array) (place "array-set!" array index) object)))

    ;; Conversion

    (define (list->array rank prototype list)
      (let ((dimensions
             (let loop ((rank rank) (list list))
               (cond ((= rank 0) '())
                     ((not (list? list)) (error "list->array: expected a list, found" list))
                     (else
                      (cons (length list)
                            (if (null? list)
                                (vector->list (make-vector (- rank 1) 0))
                                (loop (- rank 1) (car list)))))))))
        (let ((result (apply make-array prototype dimensions)))
          (let fill ((dimensions dimensions) (part list) (reversed '()))
            (cond ((null? dimensions) (apply array-set! result part (reverse reversed)))
                  ((not (and (list? part) (= (length part) (car dimensions))))
                   (error "list->array: the lists have different lengths:" list))
                  (else
                   (let loop ((k 0) (part part))
                     (if (pair? part)
                         (begin
                           (fill (cdr dimensions) (car part) (cons k reversed))
                           (loop (+ k 1) (cdr part))))))))
          result)))

    (define (array->list array)
      (check-array "array->list" array)
      (let* ((array (as-array array))
             (elements (array-elements array)))
        (let nest ((dimensions (strict-dimensions array)) (steps (array-steps array))
                   (place (array-offset array)))
          (if (null? dimensions)
              (element elements place)
              (let loop ((k (- (car dimensions) 1)) (result '()))
                (if (< k 0)
                    result
                    (loop (- k 1)
                          (cons (nest (cdr dimensions) (cdr steps) (+ place (* k (car steps))))
                                result))))))))

    (define (flat-list array)
      (let flatten ((rank (array-rank array)) (list (array->list array)))
        (cond ((= rank 0) (cons list '()))
              ((= rank 1) list)
              (else (apply append (map (lambda (part) (flatten (- rank 1) part)) list))))))

    (define (array->vector array)
      (check-array "array->vector" array)
      (list->vector (flat-list array)))

    (define (vector->array vector prototype . dimensions)
      (check-dimensions "vector->array" dimensions)
      (if (not (and (vector? vector) (= (vector-length vector) (apply * dimensions))))
          (error "vector->array: expected a vector of the array's size, found"
                 vector dimensions))
      (let* ((result (apply make-array prototype dimensions))
             (elements (array-elements (as-array result))))
        (let loop ((place 0))
          (if (< place (vector-length vector))
              (begin
                (set-element! elements place (vector-ref vector place))
                (loop (+ place 1)))))
        result))

    (define (array-equal? a b)
      (cond ((and (pair? a) (pair? b))
             (and (array-equal? (car a) (car b)) (array-equal? (cdr a) (cdr b))))
            ((and (string? a) (string? b)) (string=? a b))
            ((and (array? a) (array? b))
             (and (equal? (array-dimensions a) (array-dimensions b))
                  (let loop ((a (flat-list a)) (b (flat-list b)))
                    (or (null? a)
                        (and (array-equal? (car a) (car b)) (loop (cdr a) (cdr b)))))))
            (else (equal? a b))))

    ;; Prototypes

    (define-syntax define-prototypes
      (syntax-rules ()
        ((_ (name default) ...)
         (begin
           (define name
             (case-lambda
               (() (vector default))
               ((object) (vector object))))
           ...))))

    (define-prototypes
      (A:floC128b 0.0) (A:floC64b 0.0) (A:floC32b 0.0) (A:floC16b 0.0)
      (A:floR128b 0.0) (A:floR64b 0.0) (A:floR32b 0.0) (A:floR16b 0.0)
      (A:floQ128d 0) (A:floQ64d 0) (A:floQ32d 0)
      (A:fixZ64b 0) (A:fixZ32b 0) (A:fixZ16b 0) (A:fixZ8b 0)
      (A:fixN64b 0) (A:fixN32b 0) (A:fixN16b 0) (A:fixN8b 0) (A:bool #f))))
