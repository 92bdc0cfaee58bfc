;;; SRFI 42: eager comprehensions.
;;;
;;; A generator is a macro in continuation-passing style: the expansion of
;;; (generator (continue ...) variable argument ...) leads to (:do (continue ...) ...), perhaps by
;;; way of other generators, and that to (continue ... (:do outer bindings test inner test2 steps)).
;;; The six parts are those of the loop
;;;
;;;     (let (outer ...) command ...
;;;       (let loop (bindings ...)
;;;         (if test
;;;             (let (inner ...) command ...
;;;               payload
;;;               (if test2 (loop steps ...))))))

(define-library (srfi 42)
  (export do-ec list-ec append-ec string-ec string-append-ec vector-ec vector-of-length-ec
          sum-ec product-ec min-ec max-ec any?-ec every?-ec first-ec last-ec fold-ec fold3-ec
          : :list :string :vector :integers :range :real-range :char-range :port :dispatched
          :do :let :parallel :while :until
          :generator-proc make-initial-:-dispatch :-dispatch-ref :-dispatch-set! dispatch-union
          nested)
  (import (scheme base) (scheme read))
  (begin

    (define-syntax nested
      (syntax-rules ()
        ((_ part ...) (syntax-error "nested: this is a qualifier of a comprehension" part ...))))

    ;; Comprehensions

    (define-syntax do-ec
      (syntax-rules (nested if not and or begin)
        ((_ command) command)
        ((_ (nested qualifier ...) etc1 etc ...) (do-ec qualifier ... etc1 etc ...))
        ((_ (if test) etc1 etc ...) (if test (do-ec etc1 etc ...)))
        ((_ (not test) etc1 etc ...) (if (not test) (do-ec etc1 etc ...)))
        ((_ (and test ...) etc1 etc ...) (if (and test ...) (do-ec etc1 etc ...)))
        ((_ (or test ...) etc1 etc ...) (if (or test ...) (do-ec etc1 etc ...)))
        ((_ (begin command ...) etc1 etc ...) (begin command ... (do-ec etc1 etc ...)))
        ((_ (generator argument ...) etc1 etc ...)
         (generator (run-loop (do-ec etc1 etc ...)) argument ...))))

    (define-syntax run-loop
      (syntax-rules ()
        ((_ payload (:do (olet (outer ...) outer-command ...) (binding ...) test
                      (ilet (inner ...) inner-command ...) test2 (step ...)))
         (let (outer ...)
           outer-command ...
           (let loop (binding ...)
             (if test
                 (let (inner ...)
                   inner-command ...
                   payload
                   (if test2 (loop step ...)))))))))

    ;; As do-ec, but each loop ends after its payload has made `stop` true.
    (define-syntax guarded-do-ec
      (syntax-rules (nested if not and or begin)
        ((_ stop () command) command)
        ((_ stop ((nested qualifier ...) . more) command)
         (guarded-do-ec stop (qualifier ... . more) command))
        ((_ stop ((if test) . more) command) (if test (guarded-do-ec stop more command)))
        ((_ stop ((not test) . more) command)
         (if (not test) (guarded-do-ec stop more command)))
        ((_ stop ((and test ...) . more) command)
         (if (and test ...) (guarded-do-ec stop more command)))
        ((_ stop ((or test ...) . more) command)
         (if (or test ...) (guarded-do-ec stop more command)))
        ((_ stop ((begin inner ...) . more) command)
         (begin inner ... (guarded-do-ec stop more command)))
        ((_ stop (generator . more) command)
         (do-ec (:until generator stop) (guarded-do-ec stop more command)))))

    (define-syntax fold-ec
      (syntax-rules ()
        ((_ initial qualifier ... expression combine)
         (let ((result initial))
           (do-ec qualifier ... (set! result (combine expression result)))
           result))))

    (define-syntax fold3-ec
      (syntax-rules ()
        ((_ initial qualifier ... expression first combine)
         (let ((result #f) (empty? #t))
           (do-ec qualifier ...
                  (let ((value expression))
                    (if empty?
                        (begin
                          (set! result (first value))
                          (set! empty? #f))
                        (set! result (combine value result)))))
           (if empty? initial result)))))

    (define-syntax list-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (reverse (fold-ec '() etc1 etc ... cons)))))

    (define-syntax append-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (apply append (list-ec etc1 etc ...)))))

    (define-syntax string-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (list->string (list-ec etc1 etc ...)))))

    (define-syntax string-append-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (apply string-append (list-ec etc1 etc ...)))))

    (define-syntax vector-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (list->vector (list-ec etc1 etc ...)))))

    (define-syntax vector-of-length-ec
      (syntax-rules ()
        ((_ length qualifier ... expression)
         (let* ((size length) (result (make-vector size)) (index 0))
           (do-ec qualifier ...
                  (let ((value expression))
                    (if (< index size)
                        (begin
                          (vector-set! result index value)
                          (set! index (+ index 1)))
                        (wrong-length size))))
           (if (= index size) result (wrong-length size))))))

    (define (wrong-length size)
      (error "vector-of-length-ec: the number of values is not" size))

    (define-syntax sum-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (fold-ec 0 etc1 etc ... +))))

    (define-syntax product-ec
      (syntax-rules ()
        ((_ etc1 etc ...) (fold-ec 1 etc1 etc ... *))))

    (define-syntax min-ec
      (syntax-rules ()
        ((_ etc1 etc ...)
         (fold3-ec (error "min-ec: the sequence is empty") etc1 etc ... min min))))

    (define-syntax max-ec
      (syntax-rules ()
        ((_ etc1 etc ...)
         (fold3-ec (error "max-ec: the sequence is empty") etc1 etc ... max max))))

    (define-syntax first-ec
      (syntax-rules ()
        ((_ default qualifier ... expression)
         (let ((result default) (stop #f))
           (guarded-do-ec stop (qualifier ...)
                          (begin
                            (set! result expression)
                            (set! stop #t)))
           result))))

    (define-syntax last-ec
      (syntax-rules ()
        ((_ default etc1 etc ...) (fold-ec default etc1 etc ... newer))))

    (define (newer value result) value)

    (define-syntax any?-ec
      (syntax-rules ()
        ((_ qualifier ... test) (first-ec #f qualifier ... (if test) #t))))

    (define-syntax every?-ec
      (syntax-rules ()
        ((_ qualifier ... test) (first-ec #t qualifier ... (not test) #f))))

    ;; Generators: the basis

    (define-syntax :do
      (syntax-rules ()
        ((_ (continue ...) bindings test steps)
         (continue ... (:do (let ()) bindings test (let ()) #t steps)))
        ((_ (continue ...) outer bindings test inner test2 steps)
         (continue ... (:do outer bindings test inner test2 steps)))))

    (define-syntax :parallel
      (syntax-rules ()
        ((_ cc) (:do cc () #t ()))
        ((_ cc (generator argument ...) other ...)
         (generator (merge cc (other ...)) argument ...))))

    (define-syntax merge
      (syntax-rules ()
        ((_ cc () loop) (finish-merge cc loop))
        ((_ cc ((generator argument ...) other ...) loop)
         (generator (merge-two cc (other ...) loop) argument ...))))

    (define-syntax finish-merge
      (syntax-rules ()
        ((_ cc (:do part ...)) (:do cc part ...))))

    (define-syntax merge-two
      (syntax-rules ()
        ((_ cc others
            (:do (let1 (outer1 ...) outer-command1 ...) (binding1 ...) test1
              (let2 (inner1 ...) inner-command1 ...) test21 (step1 ...))
            (do2 (let3 (outer2 ...) outer-command2 ...) (binding2 ...) test2
              (let4 (inner2 ...) inner-command2 ...) test22 (step2 ...)))
         (merge cc others
                (:do (let (outer1 ... outer2 ...) outer-command1 ... outer-command2 ...)
                  (binding1 ... binding2 ...)
                  (and test1 test2)
                  (let (inner1 ... inner2 ...) inner-command1 ... inner-command2 ...)
                  (and test21 test22)
                  (step1 ... step2 ...))))))

    (define-syntax :until
      (syntax-rules ()
        ((_ cc (generator argument ...) test)
         (generator (add-until cc test) argument ...))))

    (define-syntax add-until
      (syntax-rules ()
        ((_ cc until (:do outer bindings test inner test2 steps))
         (:do cc outer bindings test inner (if until #f test2) steps))))

    ;; The condition needs the inner bindings: their values go through variables of the outer let.
    (define-syntax :while
      (syntax-rules ()
        ((_ cc (generator argument ...) test)
         (generator (add-while cc test) argument ...))))

    (define-syntax add-while
      (syntax-rules ()
        ((_ cc while (:do outer bindings test (ilet () command ...) test2 steps))
         (:do cc outer bindings (if test (let () command ... while) #f) (let ()) test2 steps))
        ((_ cc while (:do outer bindings test (ilet (inner ...) command ...) test2 steps))
         (name-inner cc while (inner ...) () (command ...) outer bindings test test2 steps))))

    (define-syntax name-inner
      (syntax-rules ()
        ((_ cc while ((variable value) inner ...) (named ...) . etc)
         (name-inner cc while (inner ...) (named ... (variable value kept)) . etc))
        ((_ cc while () ((variable value kept) ...) (command ...)
            (olet (outer ...) outer-command ...) bindings test test2 steps)
         (:do cc
             (let (outer ... (kept #f) ...) outer-command ...)
           bindings
           (if test
               (let ((variable value) ...)
                 command ...
                 (set! kept variable) ...
                 while)
               #f)
           (let ((variable kept) ...))
           test2
           steps))))

    ;; Typed generators

    (define-syntax :let
      (syntax-rules (index)
        ((_ cc variable (index i) expression)
         (:do cc (let ((variable expression) (i 0))) () #t (let ()) #f ()))
        ((_ cc variable expression)
         (:do cc (let ((variable expression))) () #t (let ()) #f ()))))

    (define-syntax :integers
      (syntax-rules (index)
        ((_ cc variable (index i))
         (:do cc ((variable 0) (i 0)) #t ((+ variable 1) (+ i 1))))
        ((_ cc variable)
         (:do cc ((variable 0)) #t ((+ variable 1))))))

    (define-syntax :list
      (syntax-rules (index)
        ((_ cc variable (index i) argument ...)
         (:parallel cc (:list variable argument ...) (:integers i)))
        ((_ cc variable argument)
         (:do cc
             (let ())
           ((rest argument))
           (not (null? rest))
           (let ((variable (car rest))))
           #t
           ((cdr rest))))
        ((_ cc variable argument1 argument2 argument ...)
         (:list cc variable (append argument1 argument2 argument ...)))))

    (define-syntax :string
      (syntax-rules (index)
        ((_ cc variable (index i) argument)
         (:do cc
             (let ((text argument)))
           ((i 0))
           (< i (string-length text))
           (let ((variable (string-ref text i))))
           #t
           ((+ i 1))))
        ((_ cc variable (index i) argument1 argument2 argument ...)
         (:string cc variable (index i) (string-append argument1 argument2 argument ...)))
        ((_ cc variable argument1 argument ...)
         (:string cc variable (index i) argument1 argument ...))))

    (define-syntax :vector
      (syntax-rules (index)
        ((_ cc variable (index i) argument)
         (:do cc
             (let ((elements argument)))
           ((i 0))
           (< i (vector-length elements))
           (let ((variable (vector-ref elements i))))
           #t
           ((+ i 1))))
        ((_ cc variable (index i) argument1 argument2 argument ...)
         (:vector cc variable (index i) (vector-append argument1 argument2 argument ...)))
        ((_ cc variable argument1 argument ...)
         (:vector cc variable (index i) argument1 argument ...))))

    (define (check-exact-integer value)
      (if (not (exact-integer? value))
          (error ":range: expected an exact integer, found" value)))

    (define (check-step step)
      (check-exact-integer step)
      (if (eqv? step 0) (error ":range: the step is zero")))

    (define-syntax :range
      (syntax-rules (index)
        ((_ cc variable (index i) argument1 argument ...)
         (:parallel cc (:range variable argument1 argument ...) (:integers i)))
        ((_ cc variable stop) (:range cc variable 0 stop))
        ((_ cc variable start stop)
         (:do cc
             (let ((a start) (b stop))
               (check-exact-integer a)
               (check-exact-integer b))
           ((variable a))
           (< variable b)
           (let ())
           #t
           ((+ variable 1))))
        ((_ cc variable start stop 1) (:range cc variable start stop))
        ((_ cc variable start stop step)
         (:do cc
             (let ((a start) (b stop) (s step))
               (check-exact-integer a)
               (check-exact-integer b)
               (check-step s))
           ((variable a))
           (if (< s 0) (> variable b) (< variable b))
           (let ())
           #t
           ((+ variable s))))))

    (define-syntax :real-range
      (syntax-rules (index)
        ((_ cc variable (index i) stop) (:real-range cc variable (index i) 0 stop 1))
        ((_ cc variable (index i) start stop) (:real-range cc variable (index i) start stop 1))
        ((_ cc variable (index i) start stop step)
         (:do cc
             (let ((a start) (b stop) (s step))
               (check-real a b s))
           ((i 0) (base (real-range-base a b s)) (count (/ (- b a) s)))
           (< i count)
           (let ((variable (+ base (* i s)))))
           #t
           ((+ i 1) base count)))
        ((_ cc variable argument1 argument ...)
         (:real-range cc variable (index i) argument1 argument ...))))

    (define (check-real . numbers)
      (for-each (lambda (number)
                  (if (not (real? number))
                      (error ":real-range: expected a real number, found" number)))
                numbers))

    ;; One inexact number makes all values inexact.
    (define (real-range-base start stop step)
      (if (and (exact? stop) (exact? step)) start (inexact start)))

    (define-syntax :char-range
      (syntax-rules (index)
        ((_ cc variable (index i) first last)
         (:parallel cc (:char-range variable first last) (:integers i)))
        ((_ cc variable first last)
         (:do cc
             (let ((end (char->integer last))))
           ((code (char->integer first)))
           (<= code end)
           (let ((variable (integer->char code))))
           #t
           ((next-code code))))))

    ;; There are no characters from D800 to DFFF.
    (define (next-code code) (if (= code #xD7FF) #xE000 (+ code 1)))

    (define-syntax :port
      (syntax-rules (index)
        ((_ cc variable (index i) argument1 argument ...)
         (:parallel cc (:port variable argument1 argument ...) (:integers i)))
        ((_ cc variable port) (:port cc variable port read))
        ((_ cc variable port reader)
         (:do cc
             (let ((input port) (next reader)))
           ((variable (next input)))
           (not (eof-object? variable))
           (let ())
           #t
           ((next input))))))

    ;; Dispatch

    (define-syntax :dispatched
      (syntax-rules (index)
        ((_ cc variable (index i) dispatch argument1 argument ...)
         (:parallel cc (:dispatched variable dispatch argument1 argument ...) (:integers i)))
        ((_ cc variable dispatch argument1 argument ...)
         (:do cc
             (let ((generate (find-generator dispatch (list argument1 argument ...)))
                   (empty (list #f))))
           ((variable (generate empty)))
           (not (eq? variable empty))
           (let ())
           #t
           ((generate empty))))))

    (define (find-generator dispatch arguments)
      (let ((generate (dispatch arguments)))
        (if (procedure? generate)
            generate
            (error "the dispatcher knows no generator for these arguments:"
                   (dispatch '()) arguments))))

    (define-syntax :
      (syntax-rules (index)
        ((_ cc variable (index i) argument1 argument ...)
         (:dispatched cc variable (index i) (:-dispatch-ref) argument1 argument ...))
        ((_ cc variable argument1 argument ...)
         (:dispatched cc variable (:-dispatch-ref) argument1 argument ...))))

    ;; A procedure that answers the next value of a generator, or its argument at the end.
    (define-syntax :generator-proc
      (syntax-rules ()
        ((_ (generator argument ...))
         (generator (make-generator-proc variable) variable argument ...))))

    (define-syntax make-generator-proc
      (syntax-rules ()
        ((_ result (:do outer ((variable initial) ...) test inner test2 (step ...)))
         (name-steps result outer ((variable initial step) ...) () test inner test2))))

    (define-syntax name-steps
      (syntax-rules ()
        ((_ result outer ((variable initial step) . more) (named ...) . etc)
         (name-steps result outer more (named ... (variable initial step next)) . etc))
        ((_ result (olet (outer ...) outer-command ...) () ((variable initial step next) ...)
            test (ilet (inner ...) inner-command ...) test2)
         (let (outer ...)
           outer-command ...
           (let ((variable initial) ... (advance! (lambda () #t)))
             (lambda (empty)
               (if (and advance! (advance!) test)
                   (let (inner ...)
                     inner-command ...
                     (set! advance!
                           (lambda ()
                             (and test2
                                  (let ((next step) ...)
                                    (set! variable next) ...
                                    #t))))
                     result)
                   (begin
                     (set! advance! #f)
                     empty))))))))

    (define (all? satisfied? list)
      (or (null? list)
          (and (satisfied? (car list)) (all? satisfied? (cdr list)))))

    (define (make-initial-:-dispatch)
      (lambda (arguments)
        (let ((count (length arguments)))
          (define (argument k) (list-ref arguments k))
          (cond ((= count 0) 'srfi-42)
                ((all? list? arguments) (:generator-proc (:list (apply append arguments))))
                ((all? string? arguments)
                 (:generator-proc (:string (apply string-append arguments))))
                ((all? vector? arguments)
                 (:generator-proc (:vector (apply vector-append arguments))))
                ((and (<= count 3) (all? exact-integer? arguments))
                 (case count
                   ((1) (:generator-proc (:range (argument 0))))
                   ((2) (:generator-proc (:range (argument 0) (argument 1))))
                   (else (:generator-proc (:range (argument 0) (argument 1) (argument 2))))))
                ((and (<= count 3) (all? real? arguments))
                 (case count
                   ((1) (:generator-proc (:real-range (argument 0))))
                   ((2) (:generator-proc (:real-range (argument 0) (argument 1))))
                   (else (:generator-proc (:real-range (argument 0) (argument 1) (argument 2))))))
                ((and (= count 2) (all? char? arguments))
                 (:generator-proc (:char-range (argument 0) (argument 1))))
                ((and (= count 1) (input-port? (argument 0)))
                 (:generator-proc (:port (argument 0))))
                ((and (= count 2) (input-port? (argument 0)) (procedure? (argument 1)))
                 (:generator-proc (:port (argument 0) (argument 1))))
                (else #f)))))

    (define current-dispatch (make-initial-:-dispatch))
    (define (:-dispatch-ref) current-dispatch)

    (define (:-dispatch-set! dispatch)
      (if (not (procedure? dispatch))
          (error ":-dispatch-set!: expected a procedure, found" dispatch))
      (set! current-dispatch dispatch))

    (define (dispatch-union dispatch1 dispatch2)
      (lambda (arguments)
        (let ((answer1 (dispatch1 arguments))
              (answer2 (dispatch2 arguments)))
          (cond ((null? arguments) (append (as-list answer1) (as-list answer2)))
                ((and answer1 answer2)
                 (error "dispatch-union: both dispatchers know these arguments:"
                        (dispatch1 '()) (dispatch2 '()) arguments))
                (else (or answer1 answer2))))))

    (define (as-list object) (if (list? object) object (list object)))))
