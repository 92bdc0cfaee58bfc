;;; Conditions: raising, handling, and the text of what went wrong.
;;;
;;; The virtual machine tail-calls %vm-error where an instruction fails. The command line and
;;; embedders ask %condition-report, %condition-places, %condition-text and %condition-kind what to say of an uncaught
;;; object.

(define-library (cozen condition)
  (export raise raise-continuable with-exception-handler guard %call-with-guard %call-with-catch
          error error-object? error-object-message error-object-irritants
          read-error? file-error? assert
          condition? condition-kind condition-who condition-backtrace
          %vm-error %argument-error %check-argument %condition-report %condition-places %condition-text
          %condition-kind %accepted-by)
  (import (cozen core) (cozen primitives) (cozen control))
  (begin

    ;; `kind` is one of the virtual machine's kinds, or `error` or `not-continuable`; `cause` the procedure that failed,
    ;; a symbol or #f; `backtrace` code addresses, innermost first; `text` a list (message name line column) if a
    ;; text is wrong that was read or compiled, else #f. `is-called?` is whether the program has called `cause`: else a
    ;; procedure of the library may have done so.
    (define-record-type condition
      (make-whole-condition kind cause message irritants backtrace text is-called?)
      condition?
      (kind condition-kind)
      (cause condition-cause)
      (message condition-message)
      (irritants condition-irritants)
      (backtrace condition-backtrace)
      (text condition-text)
      (is-called? condition-is-called?))

    (define (make-condition kind who message irritants backtrace)
      (make-text-condition kind who message irritants backtrace #f))

    (define (make-text-condition kind who message irritants backtrace text)
      (make-whole-condition kind who message irritants backtrace text #f))

    (define (error message . irritants)
      (raise (make-condition 'error #f message irritants (%backtrace))))

    (define (error-object? object) (condition? object))

    (define (error-object-message object)
      (%check-argument condition? object 'error-object-message 1 "error object")
      (condition-message object))

    (define (error-object-irritants object)
      (%check-argument condition? object 'error-object-irritants 1 "error object")
      (condition-irritants object))

    (define (read-error? object)
      (and (condition? object) (eq? (condition-kind object) 'read-error)))

    (define (file-error? object)
      (and (condition? object)
           (let ((kind (condition-kind object)))
             (or (eq? kind 'file-error) (eq? kind 'closed-pipe)))))

    (define-syntax assert
      (syntax-rules ()
        ((_ expression)
         (if (not expression)
             (error "assertion failed" 'expression)))))

    ;; Handlers: a list, innermost first. A handler runs with those outside it.

    (define (with-exception-handler handler thunk)
      (let ((outer (%handlers)))
        (%set-handlers! (cons handler outer))
        (receive results (thunk)
          (%set-handlers! outer)
          (%apply values results))))

    (define (raise object)
      (let ((handlers (%handlers)))
        (if (null? handlers)
            (%raise-uncaught object)
            (let ((reported (without-backtrace object)))
              (%set-handlers! (cdr handlers))
              ((car handlers) object)
              ;; Where handlers return one after the other, all outer ones get the same condition: a message about
              ;; a message would be longer at each handler.
              (raise (if (not-continuable? reported)
                         reported
                         (make-condition 'not-continuable #f
                                         (string-append "the exception handler returned from: "
                                                        (%condition-report reported))
                                         '()
                                         (%backtrace))))))))

    ;; What a report needs of `object`. Handlers may raise, one inside the other, without end. A backtrace takes ten
    ;; times as much as all else that is kept of each.
    (define (without-backtrace object)
      (if (and (condition? object) (not (not-continuable? object)))
          (make-whole-condition (condition-kind object) (condition-cause object)
                                (condition-message object) (condition-irritants object)
                                #f (condition-text object) (condition-is-called? object))
          object))

    (define (not-continuable? object)
      (and (condition? object) (eq? (condition-kind object) 'not-continuable)))

    (define (raise-continuable object)
      (let ((handlers (%handlers)))
        (if (null? handlers)
            (%raise-uncaught object)
            (begin
              (%set-handlers! (cdr handlers))
              (receive results ((car handlers) object)
                (%set-handlers! handlers)
                (%apply values results))))))

    ;; Calls `body`. What it raises goes to `handler`, in the dynamic extent of this call.
    (define (%call-with-catch body handler)
      ((call-with-current-continuation
        (lambda (return)
          (with-exception-handler
           (lambda (object)
             (return (lambda () (handler object))))
           (lambda ()
             (receive results (body)
               (lambda () (%apply values results)))))))))

    ;; As %call-with-catch; the handler also gets a thunk that raises the object again, in the extent
    ;; of the raise. After exhaustion it does so in the extent of this call: the stack, which may fill
    ;; the memory, is not kept for it.
    (define (%call-with-guard body handler)
      ((call-with-current-continuation
        (lambda (return)
          (with-exception-handler
           (lambda (object)
             (if (exhaustion? object)
                 (return (lambda () (handler object (lambda () (raise object)))))
                 ((call-with-current-continuation
                   (lambda (raised)
                     (return
                      (lambda ()
                        (handler object
                                 (lambda ()
                                   (raised (lambda () (raise-continuable object))))))))))))
           (lambda ()
             (receive results (body)
               (lambda () (%apply values results)))))))))

    (define (exhaustion? object)
      (and (condition? object)
           (memq (condition-kind object) '(stack-exhausted heap-exhausted))))

    (define-syntax guard
      (syntax-rules ()
        ((_ (variable clause ...) body1 body2 ...)
         (guard-clauses variable () (clause ...) (lambda () body1 body2 ...)))))

    ;; (guard-clauses variable done-clauses clauses body): a clause that holds always makes it
    ;; needless to keep the extent of the raise.
    (define-syntax guard-clauses
      (syntax-rules (else)
        ((_ variable (done ...) () body)
         (%call-with-guard
          body
          (lambda (variable reraise) (cond done ... (else (reraise))))))
        ((_ variable (done ...) ((else expression ...)) body)
         (%call-with-catch
          body
          (lambda (variable) (cond done ... (else expression ...)))))
        ((_ variable (done ...) ((#t expression ...) clause ...) body)
         (%call-with-catch
          body
          (lambda (variable) (cond done ... (#t expression ...)))))
        ((_ variable (done ...) (clause more ...) body)
         (guard-clauses variable (done ... clause) (more ...) body))))

    ;; What the virtual machine calls: see the list of condition kinds for the irritants.
    (define (%vm-error kind irritants backtrace)
      (raise (condition-of kind irritants backtrace)))

    ;; As %vm-error, where the first irritant names the procedure that the program has called.
    (define (%argument-error kind irritants backtrace)
      (let ((condition (condition-of kind irritants backtrace)))
        (raise (make-whole-condition kind (car irritants) (condition-message condition)
                                     (condition-irritants condition) backtrace #f #t))))

    (define (condition-of kind irritants backtrace)
      (case kind
        ((wrong-type) (wrong-type irritants backtrace))
        ((out-of-range) (out-of-range irritants backtrace))
        ((wrong-argument-count) (wrong-argument-count irritants backtrace))
        ((wrong-value-count)
         (make-condition kind #f
                         (string-append "expected " (if (list-ref irritants 2) "at least " "")
                                        (count-in-words (car irritants) "value")
                                        ", found "
                                        (in-decimal (length (list-ref irritants 1))))
                         '() backtrace))
        ((not-a-procedure)
         (make-condition kind #f "expected a procedure to apply, found"
                         (list (car irritants)) backtrace))
        ((unbound-variable)
         (make-condition kind #f "unbound variable" (map-plain-names irritants) backtrace))
        ((uninitialized-variable)
         (make-condition kind #f "variable used before its initialization" irritants backtrace))
        ((immutable)
         (make-condition kind (car irritants) "cannot change a literal" (cdr irritants) backtrace))
        ((division-by-zero)
         (make-condition kind (car irritants) "division by zero" '() backtrace))
        ((heap-exhausted)
         ;; Without a limit it is 0.
         (if (= (list-ref irritants 1) 0)
             (make-condition kind #f "heap exhausted; bytes wanted:" (list (car irritants)) backtrace)
             (make-condition kind #f "heap exhausted: bytes wanted, and the limit:" irritants
                             backtrace)))
        ((stack-exhausted)
         (make-condition kind #f "stack exhausted; its limit in bytes:" irritants backtrace))
        ((trap) (make-condition kind #f "trap instruction" irritants backtrace))
        ((file-error closed-pipe error)
         (make-condition kind (car irritants) (list-ref irritants 1) (list-tail irritants 2)
                         backtrace))
        ((read-error syntax-error) (text-error kind irritants backtrace))
        (else (make-condition kind #f (car irritants) (cdr irritants) backtrace))))

    ;; (%check-argument type? object who number expected): raises, as `who` would, where `object` is
    ;; argument `number` and not of the type that `expected` describes.
    (define-syntax %check-argument
      (syntax-rules ()
        ((_ type? object who number expected)
         (if (not (type? object))
             (%argument-error 'wrong-type (list who number expected object) (%backtrace))))))

    (define (wrong-type irritants backtrace)
      (make-condition 'wrong-type (car irritants)
                      (string-append "expected " (list-ref irritants 2) " as argument "
                                     (in-decimal (list-ref irritants 1))
                                     (variable-in-words (list-tail irritants 4))
                                     ", found")
                      (list (list-ref irritants 3)) backtrace))

    ;; At most one variable.
    (define (variable-in-words variables)
      (if (null? variables)
          ""
          (string-append " (" (symbol->string (car variables)) ")")))

    (define (out-of-range irritants backtrace)
      (let ((first (list-ref irritants 3))
            (last (list-ref irritants 4)))
        (make-condition 'out-of-range (car irritants)
                        (string-append
                         (if (< last first)
                             "nothing is in range for argument "
                             "expected argument ")
                         (in-decimal (list-ref irritants 1))
                         (if (< last first)
                             ""
                             (string-append " from " (in-decimal first) " to " (in-decimal last)))
                         ", found")
                        (list (list-ref irritants 2)) backtrace)))

    ;; The variables of an environment have its name and a colon in front of theirs, those of a library its name and
    ;; a number sign: (a b)#name, or (a b)~2#name.
    (define (map-plain-names keys)
      (if (null? keys)
          '()
          (cons (plain-name (symbol->string (car keys)))
                (map-plain-names (cdr keys)))))

    (define (plain-name key)
      (let ((end (or (%string-search key ")#" 0) (%string-search key ")~" 0))))
        (if (and end (char=? (string-ref key 0) #\())
            (let ((sign (%string-search key "#" end)))
              (string->symbol (substring key (if sign (+ sign 1) 0) (string-length key))))
            (plain-name-of-environment key))))

    (define (plain-name-of-environment key)
      (let ((colon (%string-search key ":" 0)))
        (string->symbol
         (if (and colon
                  (memq (string->symbol (substring key 0 (least colon environment-length)))
                        '(user environment-)))
             (substring key (+ colon 1) (string-length key))
             key))))

    (define (least a b) (if (< a b) a b))

    ;; The procedure and its arguments; or, from a `case-lambda`, what its clauses accept, a number of arguments and
    ;; its name.
    (define (wrong-argument-count irritants backtrace)
      (let ((procedure (car irritants)))
        (if (procedure? procedure)
            (let ((name (%procedure-name procedure)))
              (unaccepted-count (and (string? name) (string->symbol name))
                                (list (%accepted-by (%procedure-arity procedure)))
                                (length (list-ref irritants 1))
                                backtrace))
            (unaccepted-count (list-ref irritants 2) procedure (list-ref irritants 1) backtrace))))

    (define (unaccepted-count who accepted found backtrace)
      (make-condition 'wrong-argument-count who
                      (string-append (accepted-in-words accepted) ", found " (in-decimal found))
                      '() backtrace))

    ;; An arity is (required optional . rest?), a range (first . last), or (first . #f) without an end.
    (define (%accepted-by arity)
      (let ((first (car arity)))
        (cons first (if (cdr (cdr arity)) #f (+ first (car (cdr arity)))))))

    ;; Ranges in their order, with gaps in between.
    (define (accepted-in-words ranges)
      (if (null? ranges)
          "no number of arguments is accepted"
          (string-append "expected " (alternatives (words-of-ranges ranges)) " argument"
                         (if (= (greatest ranges) 1) "" "s"))))

    ;; The last number that a range names.
    (define (greatest ranges)
      (if (null? (cdr ranges))
          (or (cdr (car ranges)) (car (car ranges)))
          (greatest (cdr ranges))))

    ;; So many ranges are named; of more, the first and the last number.
    (define ranges-max 4)

    (define (words-of-ranges ranges)
      (let loop ((rest ranges) (words '()) (last #f) (count 0))
        (cond ((and (pair? rest) (cdr (car rest)))
               (let ((range (car rest)))
                 (loop (cdr rest) (cons (range-in-words range) words) (cdr range)
                       (+ count 1 (- (cdr range) (car range))))))
              ((< ranges-max (length words))
               (cons (string-append "one of " (in-decimal count) " counts from "
                                    (in-decimal (car (car ranges))) " to " (in-decimal last))
                     (words-of-open-range rest)))
              (else (append-reverse words (words-of-open-range rest))))))

    (define (words-of-open-range ranges)
      (if (null? ranges)
          '()
          (list (string-append "at least " (in-decimal (car (car ranges)))))))

    (define (append-reverse words tail)
      (if (null? words)
          tail
          (append-reverse (cdr words) (cons (car words) tail))))

    (define (range-in-words range)
      (if (= (car range) (cdr range))
          (in-decimal (car range))
          (string-append (in-decimal (car range)) " to " (in-decimal (cdr range)))))

    (define (alternatives words)
      (cond ((null? (cdr words)) (car words))
            ((null? (cdr (cdr words))) (string-append (car words) " or " (car (cdr words))))
            (else (string-append (car words) ", " (alternatives (cdr words))))))

    (define (count-in-words count noun)
      (string-append (in-decimal count) " " noun (if (= count 1) "" "s")))

    ;; The last irritants are the name of a text, a line and a column.
    (define (text-error kind irritants backtrace)
      (let ((place (cdr irritants)))
        (if (= (length place) 3)
            (make-text-condition kind #f
                                 (string-append (%apply place-in-words place) (car irritants))
                                 '() backtrace
                                 (and (< 0 (list-ref place 1))
                                      (cons (car irritants)
                                            (cons (in-words (car place)) (cdr place)))))
            (make-condition kind #f (car irritants) place backtrace))))

    ;; A line 0 says that there is no place in the text, and no name that there is no text.
    (define (place-in-words name line column)
      (let ((text (in-words name)))
        (cond ((< 0 line)
               (string-append text ":" (in-decimal line) ":" (in-decimal column) ": "))
              ((= (string-length text) 0) "")
              (else (string-append text ": ")))))

    (define (in-decimal number) (%number->string number 10))

    (define (in-words object)
      (if (string? object) object (written object)))

    (define (written object)
      (let ((port (open-output-string)))
        (%write object port)
        (get-output-string port)))

    ;; The text of any raised object, on one line. Of large objects it shows the beginning.
    (define (%condition-report object)
      (let ((port (open-output-string)))
        (if (condition? object)
            (write-condition object port)
            (begin
              (%display "uncaught object: " port)
              (%write-abridged object port)))
        (get-output-string port)))

    ;; What is wrong in which text, in a list of its own: (message name line column). Empty if a condition is about no
    ;; text, and for other objects.
    (define (%condition-text object)
      (let ((text (and (condition? object) (condition-text object))))
        (if text (list text) '())))

    ;; The name of a condition's kind; #f for other objects.
    (define (%condition-kind object)
      (and (condition? object) (symbol->string (condition-kind object))))

    (define (write-condition condition port)
      (let ((who (condition-who condition))
            (cause (condition-cause condition)))
        (write-name who port)
        (if (not (eq? cause who))
            (write-name cause port)))
      (if (string? (condition-message condition))
          (%display (condition-message condition) port)
          (%write-abridged (condition-message condition) port))
      (let loop ((irritants (condition-irritants condition)))
        (if (pair? irritants)
            (begin
              (%display " " port)
              (%write-abridged (car irritants) port)
              (loop (cdr irritants))))))

    (define (write-name name port)
      (if name
          (begin
            (%display name port)
            (%display ": " port))))

    ;; The procedure that a program has called with wrong arguments; #f if it is not known. It is the one that failed,
    ;; or one of the library that has called it.
    (define (condition-who condition)
      (let ((cause (condition-cause condition)))
        (or (and (not (condition-is-called? condition))
                 (memq (condition-kind condition)
                       '(wrong-type out-of-range wrong-argument-count division-by-zero immutable))
                 (called-in-program condition))
            cause)))

    (define (called-in-program condition)
      (let ((places (%condition-places condition)))
        (and (pair? places)
             (in-library? (car places))
             ;; The program has given the procedure that was called with too many arguments, or too few.
             (not (and (eq? (condition-kind condition) 'wrong-argument-count)
                       (calls-value? (car places))))
             (called-from-outside places))))

    ;; Calls in the library are followed outwards, to a call in the program, or to the call of a procedure that the
    ;; program has given.
    (define (called-from-outside places)
      (let ((name (car (car places)))
            (rest (cdr places)))
        (cond ((and (pair? rest)
                    (in-library? (car rest))
                    (or (anonymous? name) (not (calls-value? (car rest)))))
               (called-from-outside rest))
              ((anonymous? name) #f)
              (else (string->symbol name)))))

    (define (in-library? place)
      (let ((file (list-ref place 1)))
        (and file (eqv? (%string-search file "(cozen)/" 0) 0))))

    (define (calls-value? place) (list-ref place 4))

    (define (anonymous? name)
      (or (not name) (eqv? (%string-search name "lambda@" 0) 0)))

    ;; Where the error happened that a raised object tells of: lists (name file line column calls-value?),
    ;; innermost first. The procedures that make conditions are left out.
    (define (%condition-places object)
      (if (and (condition? object) (condition-backtrace object))
          (let loop ((places (%backtrace-places (condition-backtrace object))))
            (if (and (pair? places)
                     (%member (car (car places)) '("error" "raise")))
                (loop (cdr places))
                places))
          '()))

    (define environment-length (string-length "environment-"))))
