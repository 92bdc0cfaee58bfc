;;; Macros that are procedures (R6RS libraries 12), with nothing that Chez Scheme and Guile know otherwise.

(define (show . items)
  (for-each (lambda (item) (write item) (display " ")) items)
  (newline))

(define-syntax swap!
  (lambda (form)
    (syntax-case form ()
      ((_ a b) (syntax (let ((tmp a)) (set! a b) (set! b tmp)))))))
(let ((tmp 1) (other 2)) (swap! tmp other) (show tmp other))

(define-syntax loop
  (lambda (form)
    (syntax-case form ()
      ((k e ...)
       (with-syntax ((break (datum->syntax (syntax k) 'break)))
         (syntax (call-with-current-continuation
                  (lambda (break) (let f () e ... (f))))))))))
(show (let ((n 3) (ls '()))
        (loop (if (= n 0) (break ls)) (set! ls (cons n ls)) (set! n (- n 1)))))

(define-syntax loop-while
  (lambda (form)
    (syntax-case form ()
      ((_ test body ...) (syntax (loop (if test #f (break 'done)) body ...))))))
(show (let ((n 0) (break list)) (list (loop-while (< n 4) (set! n (+ n 1))) n (break 1))))

(define-syntax my-case
  (lambda (x)
    (syntax-case x ()
      ((_ e c1 c2 ...)
       (with-syntax ((body (let f ((c1 (syntax c1)) (cmore (syntax (c2 ...))))
                             (syntax-case cmore ()
                               (() (syntax-case c1 (else)
                                     ((else e1 e2 ...) (syntax (begin e1 e2 ...)))
                                     (((k ...) e1 e2 ...)
                                      (syntax (if (memv t '(k ...)) (begin e1 e2 ...) 'none)))))
                               ((next more ...)
                                (with-syntax ((rest (f (syntax next) (syntax (more ...)))))
                                  (syntax-case c1 ()
                                    (((k ...) e1 e2 ...)
                                     (syntax (if (memv t '(k ...)) (begin e1 e2 ...) rest))))))))))
         (syntax (let ((t e)) body)))))))
(show (my-case 2 ((1 2) 'low) ((3) 'high)) (my-case 5 ((1) 'one)) (my-case 7 ((1) 1) (else 'else)))

(define-syntax flatten
  (lambda (x)
    (syntax-case x ()
      ((_ ((a b ...) ...)) (syntax '((a ...) (b ... ...) ((b ...) ...)))))))
(show (flatten ((1 2 3) (4) (5 6))))

(define-syntax ends
  (lambda (x)
    (syntax-case x ()
      ((_ a b ... c d) (syntax '(a d (b ...) c)))
      ((_ . other) (syntax 'other)))))
(show (ends 1 2 3 4 5) (ends 1 2 3) (ends 1))

(define-syntax vectors
  (lambda (x)
    (syntax-case x ()
      ((_ #((a b) ...)) (syntax '#((a ...) (b ...)))))))
(show (vectors #((1 2) (3 4))))

(define-syntax five (identifier-syntax (+ 2 3)))
(show five (let ((x five)) (* x five)))

(define place (vector 10))
(define-syntax element
  (identifier-syntax
   (_ (vector-ref place 0))
   ((set! _ value) (vector-set! place 0 value))))
(set! element (+ element 1))
(show element place)

(define-syntax settable
  (make-variable-transformer
   (lambda (x)
     (syntax-case x (set!)
       ((set! id e) (syntax (list 'set 'id e)))
       ((id arg ...) (syntax (list 'call 'id arg ...)))
       (id (identifier? (syntax id)) (syntax (list 'ref 'id)))))))
(show settable (settable 1 2) (set! settable 3))

(define-syntax free-same?
  (lambda (x)
    (syntax-case x ()
      ((_ a b) (free-identifier=? (syntax a) (syntax b)) (syntax 'same))
      ((_ a b) (syntax 'different)))))
(show (free-same? car car) (free-same? car cdr) (let ((car 1)) (free-same? car car)))

(define-syntax with-temporaries
  (lambda (x)
    (syntax-case x ()
      ((_ (v e) ...)
       (with-syntax (((t ...) (generate-temporaries (syntax (v ...)))))
         (syntax (let ((t e) ...) (let ((v t) ...) (list v ...)))))))))
(show (let ((a 1) (b 2)) (with-temporaries (a b) (b a))))

(define-syntax define-constant-macro
  (lambda (x)
    (syntax-case x ()
      ((_ name value)
       (syntax (define-syntax name
                 (lambda (y) (syntax-case y () ((_) (syntax value)) (_ (syntax 'value))))))))))
(define-constant-macro seven (+ 3 4))
(show (seven) seven)

(define-syntax my-let
  (lambda (x)
    (define (all-identifiers? ls)
      (syntax-case ls ()
        (() #t)
        ((v . rest) (and (identifier? (syntax v)) (all-identifiers? (syntax rest))))))
    (syntax-case x ()
      ((_ ((v e) ...) b1 b2 ...)
       (all-identifiers? (syntax (v ...)))
       (syntax ((lambda (v ...) b1 b2 ...) e ...))))))
(show (my-let ((a 1) (b 2)) (+ a b)))

(define-syntax numbered
  (lambda (form)
    (syntax-case form ()
      ((_ e ...)
       (let next ((es (syntax (e ...))) (n 0) (done '()))
         (syntax-case es ()
           (() (quasisyntax (list (unsyntax-splicing (reverse done)))))
           ((e . rest)
            (next (syntax rest) (+ n 1)
                  (cons (quasisyntax (cons (unsyntax n) e)) done)))))))))
(show (numbered 'a 'b 'c))

(show (let-syntax ((add (lambda (x) (syntax-case x () ((_ n ...) (syntax (+ n ...)))))))
        (let ((+ *)) (add 2 3 4))))
(show (let ((x 'outer))
        (let-syntax ((m (lambda (form) (syntax x))))
          (let ((x 'inner)) (list x (m))))))
(show (letrec-syntax
          ((my-or (lambda (x)
                    (syntax-case x ()
                      ((_) (syntax #f))
                      ((_ e) (syntax e))
                      ((_ e r ...) (syntax (let ((t e)) (if t t (my-or r ...)))))))))
        (let ((t 5) (if list)) (my-or #f t))))
