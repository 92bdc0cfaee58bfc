;;; SRFI 160: the operations on homogeneous vectors, as a macro that defines them for one kind.

(define-library (srfi 160 operations)
  (export define-operations)
  (import (scheme base) (scheme case-lambda) (scheme complex) (scheme write) (srfi 128))
  (begin

    (define (check-procedure name object)
      (if (not (procedure? object))
          (error (string-append (symbol->string name) ": expected a procedure, found") object)))

    (define (check-range name start end size)
      (if (not (and (exact-integer? start) (exact-integer? end) (<= 0 start end size)))
          (error (string-append (symbol->string name) ": the range is invalid, for a length of")
                 size start end)))

    (define (shortest lengths) (apply min lengths))

    ;; Complex numbers by their real parts, then by their imaginary parts.
    (define (number<? a b)
      (if (and (real? a) (real? b))
          (< a b)
          (or (< (real-part a) (real-part b))
              (and (= (real-part a) (real-part b))
                   (< (imag-part a) (imag-part b))))))

    ;; (define-ranged (name vector start end) body): start and end may be left out.
    (define-syntax define-ranged
      (syntax-rules ()
        ((_ length (name vector start end) body1 body2 ...)
         (define name
           (case-lambda
             ((vector) (name vector 0 (length vector)))
             ((vector start) (name vector start (length vector)))
             ((vector start end)
              (check-range 'name start end (length vector))
              body1 body2 ...))))))

    (define-syntax define-operations
      (syntax-rules ()
        ((_ prefix
            (valid? make is? length ref set! ->list list-> copy!)
            (unfold unfold-right copy reverse-copy append concatenate append-subvectors empty?
             all-equal? take take-right drop drop-right segment fold fold-right map map! for-each
             count cumulate take-while take-while-right drop-while drop-while-right index
             index-right skip skip-right any every partition filter remove swap! fill! reverse!
             reverse-copy! unfold! unfold-right! reverse->list reverse-list-> ->vector vector->
             make-generator comparator write-it))
         (begin

           ;; constructors

           (define (unfold procedure size seed)
             (unfold! procedure (make size) 0 size seed))

           (define (unfold-right procedure size seed)
             (unfold-right! procedure (make size) 0 size seed))

           ;; `procedure` answers an element and the next seed.
           (define (unfold! procedure vector start end seed)
             (check-range 'unfold! start end (length vector))
             (let loop ((position start) (seed seed))
               (if (< position end)
                   (let-values (((element seed) (procedure position seed)))
                     (set! vector position element)
                     (loop (+ position 1) seed))
                   vector)))

           (define (unfold-right! procedure vector start end seed)
             (check-range 'unfold-right! start end (length vector))
             (let loop ((position (- end 1)) (seed seed))
               (if (>= position start)
                   (let-values (((element seed) (procedure position seed)))
                     (set! vector position element)
                     (loop (- position 1) seed))
                   vector)))

           (define-ranged length (copy vector start end)
             (let ((result (make (- end start))))
               (copy! result 0 vector start end)
               result))

           (define-ranged length (reverse-copy vector start end)
             (let ((result (make (- end start))))
               (reverse-copy! result 0 vector start end)
               result))

           (define (append . vectors) (concatenate vectors))

           (define (concatenate vectors)
             (let* ((size (let loop ((vectors vectors) (size 0))
                            (if (null? vectors)
                                size
                                (loop (cdr vectors) (+ size (length (car vectors)))))))
                    (result (make size)))
               (let loop ((vectors vectors) (at 0))
                 (if (pair? vectors)
                     (begin
                       (copy! result at (car vectors))
                       (loop (cdr vectors) (+ at (length (car vectors)))))))
               result))

           ;; Vector, start, end; vector, start, end...
           (define (append-subvectors . arguments)
             (let loop ((rest arguments) (parts '()))
               (cond ((null? rest) (concatenate (reverse parts)))
                     ((and (pair? (cdr rest)) (pair? (cddr rest)))
                      (loop (cdr (cddr rest))
                            (cons (copy (car rest) (cadr rest) (car (cddr rest))) parts)))
                     (else (error (string-append (symbol->string 'append-subvectors)
                                                 ": expected a vector, start and end, found")
                                  rest)))))

           ;; predicates

           (define (empty? vector) (eqv? (length vector) 0))

           (define (equal-two? a b)
             (let ((size (length a)))
               (and (= size (length b))
                    (let loop ((position 0))
                      (or (= position size)
                          (and (= (ref a position) (ref b position))
                               (loop (+ position 1))))))))

           (define (all-equal? . vectors)
             (or (null? vectors)
                 (let loop ((first (car vectors)) (rest (cdr vectors)))
                   (or (null? rest)
                       (and (equal-two? first (car rest))
                            (loop (car rest) (cdr rest)))))))

           ;; parts

           (define (take vector size) (copy vector 0 size))
           (define (drop vector size) (copy vector size (length vector)))

           (define (take-right vector size)
             (let ((end (length vector))) (copy vector (- end size) end)))

           (define (drop-right vector size) (copy vector 0 (- (length vector) size)))

           (define (segment vector size)
             (if (not (and (exact-integer? size) (> size 0)))
                 (error (string-append (symbol->string 'segment)
                                       ": expected a positive exact integer, found")
                        size))
             (let ((end (length vector)))
               (let loop ((start 0) (segments '()))
                 (if (< start end)
                     (let ((next (min end (+ start size))))
                       (loop next (cons (copy vector start next) segments)))
                     (reverse segments)))))

           (define (take-while satisfied? vector)
             (copy vector 0 (or (skip satisfied? vector) (length vector))))

           (define (drop-while satisfied? vector)
             (let ((end (length vector)))
               (copy vector (or (skip satisfied? vector) end) end)))

           (define (take-while-right satisfied? vector)
             (let ((last (skip-right satisfied? vector)))
               (copy vector (if last (+ last 1) 0) (length vector))))

           (define (drop-while-right satisfied? vector)
             (let ((last (skip-right satisfied? vector)))
               (copy vector 0 (if last (+ last 1) 0))))

           ;; iteration

           (define (elements vectors position)
             (let loop ((vectors vectors))
               (if (null? vectors)
                   '()
                   (cons (ref (car vectors) position) (loop (cdr vectors))))))

           (define (lengths vectors)
             (if (null? vectors)
                 '()
                 (cons (length (car vectors)) (lengths (cdr vectors)))))

           (define fold
             (case-lambda
               ((procedure seed vector)
                (check-procedure 'fold procedure)
                (let ((size (length vector)))
                  (let loop ((position 0) (state seed))
                    (if (< position size)
                        (loop (+ position 1) (procedure state (ref vector position)))
                        state))))
               ((procedure seed . vectors)
                (let ((size (shortest (lengths vectors))))
                  (let loop ((position 0) (state seed))
                    (if (< position size)
                        (loop (+ position 1) (apply procedure state (elements vectors position)))
                        state))))))

           (define fold-right
             (case-lambda
               ((procedure seed vector)
                (check-procedure 'fold-right procedure)
                (let loop ((position (- (length vector) 1)) (state seed))
                  (if (< position 0)
                      state
                      (loop (- position 1) (procedure state (ref vector position))))))
               ((procedure seed . vectors)
                (let loop ((position (- (shortest (lengths vectors)) 1)) (state seed))
                  (if (< position 0)
                      state
                      (loop (- position 1)
                            (apply procedure state (elements vectors position))))))))

           ;; Calls the procedure with each position and element, or elements.
           (define each
             (case-lambda
               ((procedure vector)
                (let ((size (length vector)))
                  (let loop ((position 0))
                    (if (< position size)
                        (begin
                          (procedure position (ref vector position))
                          (loop (+ position 1)))))))
               ((procedure . vectors)
                (let ((size (shortest (lengths vectors))))
                  (let loop ((position 0))
                    (if (< position size)
                        (begin
                          (apply procedure position (elements vectors position))
                          (loop (+ position 1)))))))))

           (define map
             (case-lambda
               ((procedure vector)
                (let ((result (make (length vector))))
                  (each (lambda (position element) (set! result position (procedure element)))
                        vector)
                  result))
               ((procedure vector . more)
                (let ((result (make (shortest (lengths (cons vector more))))))
                  (apply each
                         (lambda (position . elements)
                           (set! result position (apply procedure elements)))
                         vector more)
                  result))))

           (define (map! procedure vector . more)
             (apply each
                    (lambda (position . elements)
                      (set! vector position (apply procedure elements)))
                    vector more))

           (define for-each
             (case-lambda
               ((procedure vector)
                (check-procedure 'for-each procedure)
                (each (lambda (position element) (procedure element)) vector))
               ((procedure vector . more)
                (apply each
                       (lambda (position . elements) (apply procedure elements))
                       vector more))))

           (define (count satisfied? vector . more)
             (let ((total (vector-box 0)))
               (apply for-each
                      (lambda elements
                        (if (apply satisfied? elements)
                            (set-state! total (+ (unbox-state total) 1))))
                      vector more)
               (unbox-state total)))

           (define (cumulate procedure seed vector)
             (let ((result (make (length vector)))
                   (state (vector-box seed)))
               (each (lambda (position element)
                       (let ((next (procedure (unbox-state state) element)))
                         (set-state! state next)
                         (set! result position next)))
                     vector)
               result))

           ;; search

           ;; The first answer of `found` that is true, from position `start` by steps of 1 or -1.
           (define (search found start step vectors size)
             (if (null? (cdr vectors))
                 (let ((vector (car vectors)))
                   (let loop ((position start))
                     (and (< -1 position size)
                          (or (found position (ref vector position))
                              (loop (+ position step))))))
                 (let loop ((position start))
                   (and (< -1 position size)
                        (or (apply found position (elements vectors position))
                            (loop (+ position step)))))))

           (define (search-up found vectors)
             (search found 0 1 vectors (shortest (lengths vectors))))

           (define (search-down name found vectors)
             (let ((sizes (lengths vectors)))
               (if (and (pair? (cdr sizes)) (not (apply = sizes)))
                   (error (string-append (symbol->string name)
                                         ": the vectors have different lengths:")
                          sizes))
               (search found (- (car sizes) 1) -1 vectors (car sizes))))

           (define (index satisfied? vector . more)
             (search-up (lambda (position . elements)
                          (and (apply satisfied? elements) position))
                        (cons vector more)))

           (define (index-right satisfied? vector . more)
             (search-down 'index-right
                          (lambda (position . elements)
                            (and (apply satisfied? elements) position))
                          (cons vector more)))

           (define (skip satisfied? vector . more)
             (search-up (lambda (position . elements)
                          (and (not (apply satisfied? elements)) position))
                        (cons vector more)))

           (define (skip-right satisfied? vector . more)
             (search-down 'skip-right
                          (lambda (position . elements)
                            (and (not (apply satisfied? elements)) position))
                          (cons vector more)))

           (define (any satisfied? vector . more)
             (search-up (lambda (position . elements) (apply satisfied? elements))
                        (cons vector more)))

           (define (every satisfied? vector . more)
             (let* ((vectors (cons vector more))
                    (size (shortest (lengths vectors))))
               (let loop ((position 0) (answer #t))
                 (if (and answer (< position size))
                     (loop (+ position 1) (apply satisfied? (elements vectors position)))
                     answer))))

           (define (partition satisfied? vector)
             (let* ((size (length vector))
                    (result (make size)))
               (let loop ((position 0) (front 0) (others '()))
                 (if (< position size)
                     (let ((element (ref vector position)))
                       (if (satisfied? element)
                           (begin
                             (set! result front element)
                             (loop (+ position 1) (+ front 1) others))
                           (loop (+ position 1) front (cons element others))))
                     (let back ((position (- size 1)) (others others))
                       (if (pair? others)
                           (begin
                             (set! result position (car others))
                             (back (- position 1) (cdr others)))
                           (values result front)))))))

           (define (filter satisfied? vector)
             (let-values (((result front) (partition satisfied? vector)))
               (take result front)))

           (define (remove satisfied? vector)
             (filter (lambda (element) (not (satisfied? element))) vector))

           ;; mutation

           (define (swap! vector i j)
             (let ((element (ref vector i)))
               (set! vector i (ref vector j))
               (set! vector j element)))

           (define fill!
             (case-lambda
               ((vector fill) (fill! vector fill 0 (length vector)))
               ((vector fill start) (fill! vector fill start (length vector)))
               ((vector fill start end)
                (check-range 'fill! start end (length vector))
                (let loop ((position start))
                  (if (< position end)
                      (begin
                        (set! vector position fill)
                        (loop (+ position 1))))))))

           (define-ranged length (reverse! vector start end)
             (let loop ((low start) (high (- end 1)))
               (if (< low high)
                   (begin
                     (swap! vector low high)
                     (loop (+ low 1) (- high 1))))))

           (define reverse-copy!
             (case-lambda
               ((to at from) (reverse-copy! to at from 0 (length from)))
               ((to at from start) (reverse-copy! to at from start (length from)))
               ((to at from start end)
                (copy! to at from start end)
                (reverse! to at (+ at (- end start))))))

           ;; conversion

           (define-ranged length (reverse->list vector start end)
             (let loop ((position start) (result '()))
               (if (< position end)
                   (loop (+ position 1) (cons (ref vector position) result))
                   result)))

           (define (reverse-list-> list) (list-> (reverse list)))

           (define-ranged length (->vector vector start end)
             (let ((result (make-vector (- end start))))
               (let loop ((position start))
                 (if (< position end)
                     (begin
                       (vector-set! result (- position start) (ref vector position))
                       (loop (+ position 1)))))
               result))

           (define-ranged vector-length (vector-> vector start end)
             (let ((result (make (- end start))))
               (let loop ((position start))
                 (if (< position end)
                     (begin
                       (set! result (- position start) (vector-ref vector position))
                       (loop (+ position 1)))))
               result))

           (define (make-generator vector)
             (let ((position (vector-box 0))
                   (size (length vector)))
               (lambda ()
                 (let ((now (unbox-state position)))
                   (if (< now size)
                       (begin
                         (set-state! position (+ now 1))
                         (ref vector now))
                       (eof-object))))))

           ;; A shorter vector comes first.
           (define (less? a b)
             (let ((size (length a)))
               (or (< size (length b))
                   (and (= size (length b))
                        (let loop ((position 0))
                          (and (< position size)
                               (let ((x (ref a position))
                                     (y (ref b position)))
                                 (or (number<? x y)
                                     (and (= x y) (loop (+ position 1)))))))))))

           (define (hash vector)
             (fold (lambda (state element)
                     (modulo (+ (* 31 state) (number-hash element)) 33554393))
                   (length vector)
                   vector))

           (define comparator (make-comparator is? equal-two? less? hash))

           (define write-it
             (case-lambda
               ((vector) (write-it vector (current-output-port)))
               ((vector port)
                (write-string prefix port)
                (write (->list vector) port))))))))

    ;; Variables that are changed, since `set!` means something else in the macro.
    (define (vector-box state) (vector state))
    (define (unbox-state box) (vector-ref box 0))
    (define (set-state! box state) (vector-set! box 0 state))))
