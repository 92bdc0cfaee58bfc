;;; SRFI 25: multi-dimensional arrays.
;;;
;;; An element's place in the backing vector is an affine function of its indices, so an array that
;;; share-array makes is as fast as its original.

(define-library (srfi 25)
  (export array? make-array shape array array-rank array-start array-end array-ref array-set!
          share-array)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; The element of indices k_0, k_1 ... is at place base + steps_0 k_0 + steps_1 k_1 ...
    (define-record-type array
      (new-array elements starts ends base steps)
      array?
      (elements array-elements)
      (starts array-starts)
      (ends array-ends)
      (base array-base)
      (steps array-steps))

    (define (check-array name object)
      (if (not (array? object))
          (error (string-append name ": expected an array, found") object)))

    ;; Shapes

    (define (check-bounds name bounds)
      (let loop ((rest bounds))
        (if (pair? rest)
            (if (and (pair? (cdr rest))
                     (exact-integer? (car rest))
                     (exact-integer? (cadr rest))
                     (<= (car rest) (cadr rest)))
                (loop (cddr rest))
                (error (string-append name ": these are not pairs of lower and upper bounds:")
                       bounds)))))

    (define (shape . bounds)
      (check-bounds "shape" bounds)
      (let ((rank (quotient (length bounds) 2)))
        (new-array (list->vector bounds) (vector 0 0) (vector rank 2) 0 (vector 2 1))))

    ;; Answers two vectors.
    (define (shape-bounds name shape)
      (if (not (and (array? shape)
                    (= (array-rank shape) 2)
                    (equal? (array-starts shape) '#(0 0))
                    (= (vector-ref (array-ends shape) 1) 2)))
          (error (string-append name ": expected a shape, found") shape))
      (let* ((rank (vector-ref (array-ends shape) 0))
             (starts (make-vector rank))
             (ends (make-vector rank)))
        (let loop ((k 0))
          (if (< k rank)
              (let ((start (array-ref shape k 0))
                    (end (array-ref shape k 1)))
                (check-bounds name (list start end))
                (vector-set! starts k start)
                (vector-set! ends k end)
                (loop (+ k 1)))))
        (values starts ends)))

    ;; Constructors

    ;; `make-elements` makes a vector from the array's size.
    (define (build name shape make-elements)
      (let-values (((starts ends) (shape-bounds name shape)))
        (let ((steps (make-vector (vector-length starts))))
          (let loop ((k (- (vector-length starts) 1)) (step 1) (base 0))
            (if (< k 0)
                (new-array (make-elements step) starts ends base steps)
                (let ((start (vector-ref starts k)))
                  (vector-set! steps k step)
                  (loop (- k 1)
                        (* step (- (vector-ref ends k) start))
                        (- base (* step start)))))))))

    (define make-array
      (case-lambda
        ((shape) (make-array shape #f))
        ((shape object)
         (build "make-array" shape (lambda (size) (make-vector size object))))))

    (define (array shape . objects)
      (build "array" shape
             (lambda (size)
               (if (not (= size (length objects)))
                   (error "array: the shape has another number of elements:" size objects))
               (list->vector objects))))

    ;; Access

    (define (array-rank array)
      (check-array "array-rank" array)
      (vector-length (array-starts array)))

    (define (check-dimension name array k)
      (check-array name array)
      (if (not (and (exact-integer? k) (< -1 k (vector-length (array-starts array)))))
          (error (string-append name ": there is no such dimension:") k)))

    (define (array-start array k)
      (check-dimension "array-start" array k)
      (vector-ref (array-starts array) k))

    (define (array-end array k)
      (check-dimension "array-end" array k)
      (vector-ref (array-ends array) k))

    (define (check-rank name array rank)
      (check-array name array)
      (if (not (= rank (vector-length (array-starts array))))
          (error (string-append name ": the array has another rank than the index:")
                 (vector-length (array-starts array)) rank)))

    ;; What index k along one dimension adds to the place.
    (define (part name array dimension k)
      (if (not (and (exact-integer? k)
                    (<= (vector-ref (array-starts array) dimension) k)
                    (< k (vector-ref (array-ends array) dimension))))
          (error (string-append name ": the index is out of bounds:")
                 k (list (vector-ref (array-starts array) dimension)
                         (vector-ref (array-ends array) dimension))))
      (* k (vector-ref (array-steps array) dimension)))

    (define (place1 name array i)
      (if (exact-integer? i)
          (begin
            (check-rank name array 1)
            (+ (array-base array) (part name array 0 i)))
          (place* name array (index->list name i))))

    (define (place2 name array i j)
      (check-rank name array 2)
      (+ (array-base array) (part name array 0 i) (part name array 1 j)))

    (define (place* name array indices)
      (check-rank name array (length indices))
      (let loop ((k 0) (indices indices) (place (array-base array)))
        (if (null? indices)
            place
            (loop (+ k 1) (cdr indices) (+ place (part name array k (car indices)))))))

    ;; An index is a vector or an array of one dimension that starts at 0.
    (define (index->list name index)
      (cond ((vector? index) (vector->list index))
            ((and (array? index) (= (array-rank index) 1) (= (array-start index 0) 0))
             (let loop ((k (- (array-end index 0) 1)) (indices '()))
               (if (< k 0)
                   indices
                   (loop (- k 1) (cons (array-ref index k) indices)))))
            (else (error (string-append name ": expected an index, found") index))))

    (define array-ref
      (case-lambda
        ((array i j) (vector-ref (array-elements array) (place2 "array-ref" array i j)))
        ((array i)
         (check-array "array-ref" array)
         (vector-ref (array-elements array) (place1 "array-ref" array i)))
        ((array . indices)
         (let ((place (place* "array-ref" array indices)))
           (vector-ref (array-elements array) place)))))

    (define array-set!
      (case-lambda
        ((array i j object)
         (let ((place (place2 "array-set!" array i j)))
           (vector-set! (array-elements array) place object)))
        ((array i object)
         (check-array "array-set!" array)
         (vector-set! (array-elements array) (place1 "array-set!" array i) object))
        ((array object)
         (vector-set! (array-elements array) (place* "array-set!" array '()) object))
        ((array . indices-and-object)
         (let* ((backwards (reverse indices-and-object))
                (place (place* "array-set!" array (reverse (cdr backwards)))))
           (vector-set! (array-elements array) place (car backwards))))))

    ;; Sharing

    ;; The procedure is known by its values at the origin and one step along each dimension.
    (define (share-array array shape procedure)
      (check-array "share-array" array)
      (let-values (((starts ends) (shape-bounds "share-array" shape)))
        (let* ((rank (vector-length starts))
               (origin (mapped procedure rank #f))
               (slopes (let loop ((k (- rank 1)) (slopes '()))
                         (if (< k 0)
                             slopes
                             (loop (- k 1)
                                   (cons (map - (mapped procedure rank k) origin) slopes))))))
          (check-rank "share-array" array (length origin))
          (check-within array starts ends origin slopes)
          (let ((steps (vector->list (array-steps array))))
            (define (weigh indices) (apply + (map * indices steps)))
            (new-array (array-elements array)
                       starts
                       ends
                       (+ (array-base array) (weigh origin))
                       (list->vector (map weigh slopes)))))))

    ;; The procedure's values, as a list, for indices that are 0 but for the one that is `k`.
    (define (mapped procedure rank k)
      (call-with-values
          (lambda ()
            (apply procedure
                   (let loop ((i (- rank 1)) (indices '()))
                     (if (< i 0)
                         indices
                         (loop (- i 1) (cons (if (eqv? i k) 1 0) indices))))))
        list))

    ;; An affine function is largest and smallest at corners.
    (define (check-within array starts ends origin slopes)
      (let ((starts (vector->list starts))
            (lasts (map (lambda (end) (- end 1)) (vector->list ends))))
        (if (not (memv #t (map < lasts starts)))
            (let loop ((k 0) (origin origin) (slopes slopes))
              (if (pair? origin)
                  (let ((at-starts (map (lambda (slope start) (* (car slope) start)) slopes starts))
                        (at-lasts (map (lambda (slope last) (* (car slope) last)) slopes lasts)))
                    (part "share-array" array k
                          (apply + (car origin) (map min at-starts at-lasts)))
                    (part "share-array" array k
                          (apply + (car origin) (map max at-starts at-lasts)))
                    (loop (+ k 1) (cdr origin) (map cdr slopes))))))))))
