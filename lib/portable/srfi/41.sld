;;; SRFI 41: streams.
;;;
;;; A stream holds a promise of R7RS, which answers `stream-null`'s mark or a pair of two promises:
;;; of an element, and of the rest as a stream.

(define-library (srfi 41)
  (export stream-null stream-cons stream? stream-null? stream-pair? stream-car stream-cdr
          stream-lambda
          define-stream list->stream port->stream stream stream->list stream-append stream-concat
          stream-constant stream-drop stream-drop-while stream-filter stream-fold stream-for-each
          stream-from stream-iterate stream-length stream-let stream-map stream-match stream-of
          stream-range stream-ref stream-reverse stream-scan stream-take stream-take-while
          stream-unfold stream-unfolds stream-zip)
  (import (scheme base) (scheme case-lambda) (scheme lazy))
  (begin

    ;; primitives

    (define-record-type stream-type
      (new-stream promise)
      stream?
      (promise stream-promise))

    (define-record-type stream-pair-type
      (new-stream-pair element rest)
      stream-pair-type?
      (element pair-element)
      (rest pair-rest))

    (define null-mark (list 'stream-null))
    (define stream-null (new-stream (make-promise null-mark)))

    ;; A stream that is what `expression` answers, when somebody looks at it.
    (define-syntax stream-lazy
      (syntax-rules ()
        ((_ expression)
         (new-stream (delay-force (stream-promise (checked-stream expression)))))))

    (define (checked-stream object)
      (if (stream? object)
          object
          (error "stream: expected a stream, found" object)))

    (define-syntax stream-cons
      (syntax-rules ()
        ((_ element rest)
         (new-stream
          (make-promise (new-stream-pair (delay element) (stream-lazy rest)))))))

    (define-syntax stream-lambda
      (syntax-rules ()
        ((_ arguments body1 body2 ...)
         (lambda arguments
           (stream-lazy (let () body1 body2 ...))))))

    (define (content stream) (force (stream-promise stream)))

    (define (stream-null? object)
      (and (stream? object) (eq? (content object) null-mark)))

    (define (stream-pair? object)
      (and (stream? object) (stream-pair-type? (content object))))

    (define (pair-of stream who)
      (let ((content (content (check-stream stream who))))
        (if (eq? content null-mark)
            (error (string-append who ": the stream is empty")))
        content))

    (define (stream-car stream) (force (pair-element (pair-of stream "stream-car"))))
    (define (stream-cdr stream) (pair-rest (pair-of stream "stream-cdr")))

    ;; syntax

    (define-syntax define-stream
      (syntax-rules ()
        ((_ (name . arguments) body1 body2 ...)
         (define name (stream-lambda arguments body1 body2 ...)))))

    (define-syntax stream-let
      (syntax-rules ()
        ((_ tag ((variable value) ...) body1 body2 ...)
         ((letrec ((tag (stream-lambda (variable ...) body1 body2 ...))) tag) value ...))))

    (define-syntax stream
      (syntax-rules ()
        ((_) stream-null)
        ((_ first more ...) (stream-cons first (stream more ...)))))

    (define-syntax stream-of
      (syntax-rules ()
        ((_ expression clause ...)
         (stream-before stream-null expression clause ...))))

    ;; (stream-before rest expression clause ...): the stream of the comprehension, then `rest`.
    (define-syntax stream-before
      (syntax-rules (in is)
        ((_ rest expression) (stream-cons expression rest))
        ((_ rest expression (variable in source) clause ...)
         (stream-let loop ((source-rest source))
           (if (stream-null? source-rest)
               rest
               (let ((variable (stream-car source-rest)))
                 (stream-before (loop (stream-cdr source-rest)) expression clause ...)))))
        ((_ rest expression (variable is value) clause ...)
         (let ((variable value))
           (stream-before rest expression clause ...)))
        ((_ rest expression condition clause ...)
         (if condition
             (stream-before rest expression clause ...)
             rest))))

    (define-syntax stream-match
      (syntax-rules ()
        ((_ expression clause ...)
         (let ((stream (check-stream expression "stream-match")))
           (match-clauses stream clause ...)))))

    (define-syntax match-clauses
      (syntax-rules ()
        ((_ stream) (error "stream-match: no pattern matches the stream"))
        ((_ stream (pattern expression) clause ...)
         (let ((next (lambda () (match-clauses stream clause ...))))
           (match-pattern stream pattern expression (next))))
        ((_ stream (pattern fender expression) clause ...)
         (let ((next (lambda () (match-clauses stream clause ...))))
           (match-pattern stream pattern (if fender expression (next)) (next))))))

    (define-syntax match-pattern
      (syntax-rules (_)
        ((match-pattern stream () success failure)
         (if (stream-null? stream) success failure))
        ((match-pattern stream (_ . patterns) success failure)
         (if (stream-pair? stream)
             (let ((rest (stream-cdr stream)))
               (match-pattern rest patterns success failure))
             failure))
        ((match-pattern stream (variable . patterns) success failure)
         (if (stream-pair? stream)
             (let ((variable (stream-car stream)) (rest (stream-cdr stream)))
               (match-pattern rest patterns success failure))
             failure))
        ((match-pattern stream _ success failure) success)
        ((match-pattern stream variable success failure)
         (let ((variable stream)) success))))

    ;; arguments

    (define (check-stream object who)
      (if (stream? object)
          object
          (error (string-append who ": expected a stream, found") object)))

    (define (check-streams objects who)
      (if (null? objects)
          (error (string-append who ": expected a stream, found no argument")))
      (for-each (lambda (object) (check-stream object who)) objects))

    (define (check-procedure object who)
      (if (not (procedure? object))
          (error (string-append who ": expected a procedure, found") object)))

    (define (check-count object who)
      (if (not (and (exact-integer? object) (>= object 0)))
          (error (string-append who ": expected a count, found") object)))

    (define (check-number object who)
      (if (not (number? object))
          (error (string-append who ": expected a number, found") object)))

    ;; conversion

    (define (list->stream elements)
      (if (not (list? elements))
          (error "list->stream: expected a list, found" elements))
      (stream-let loop ((elements elements))
        (if (null? elements)
            stream-null
            (stream-cons (car elements) (loop (cdr elements))))))

    (define port->stream
      (case-lambda
        (() (port->stream (current-input-port)))
        ((port)
         (if (not (input-port? port))
             (error "port->stream: expected an input port, found" port))
         (stream-let loop ()
           (let ((character (read-char port)))
             (if (eof-object? character)
                 stream-null
                 (stream-cons character (loop))))))))

    (define stream->list
      (case-lambda
        ((stream) (elements-of (check-stream stream "stream->list") -1))
        ((count stream)
         (check-count count "stream->list")
         (elements-of (check-stream stream "stream->list") count))))

    ;; At most `count` elements; all if `count` is negative.
    (define (elements-of stream count)
      (let loop ((stream stream) (count count) (elements '()))
        (if (or (= count 0) (stream-null? stream))
            (reverse elements)
            (loop (stream-cdr stream) (- count 1) (cons (stream-car stream) elements)))))

    ;; streams of streams

    (define (stream-append . streams)
      (for-each (lambda (stream) (check-stream stream "stream-append")) streams)
      (let next-stream ((streams streams))
        (cond ((null? streams) stream-null)
              ((null? (cdr streams)) (car streams))
              (else
               (stream-let loop ((stream (car streams)))
                 (if (stream-null? stream)
                     (next-stream (cdr streams))
                     (stream-cons (stream-car stream) (loop (stream-cdr stream)))))))))

    (define (stream-concat streams)
      (check-stream streams "stream-concat")
      (stream-let next-stream ((streams streams))
        (if (stream-null? streams)
            stream-null
            (stream-let loop ((stream (check-stream (stream-car streams) "stream-concat")))
              (if (stream-null? stream)
                  (next-stream (stream-cdr streams))
                  (stream-cons (stream-car stream) (loop (stream-cdr stream))))))))

    (define (all-pairs? streams)
      (or (null? streams)
          (and (stream-pair? (car streams)) (all-pairs? (cdr streams)))))

    (define (stream-zip . streams)
      (check-streams streams "stream-zip")
      (stream-let loop ((streams streams))
        (if (all-pairs? streams)
            (stream-cons (map stream-car streams) (loop (map stream-cdr streams)))
            stream-null)))

    (define stream-map
      (case-lambda
        ((procedure stream)
         (check-procedure procedure "stream-map")
         (check-stream stream "stream-map")
         (stream-let loop ((stream stream))
           (if (stream-null? stream)
               stream-null
               (stream-cons (procedure (stream-car stream)) (loop (stream-cdr stream))))))
        ((procedure . streams)
         (check-procedure procedure "stream-map")
         (check-streams streams "stream-map")
         (stream-let loop ((streams streams))
           (if (all-pairs? streams)
               (stream-cons (apply procedure (map stream-car streams))
                            (loop (map stream-cdr streams)))
               stream-null)))))

    (define (stream-for-each procedure . streams)
      (check-procedure procedure "stream-for-each")
      (check-streams streams "stream-for-each")
      (let loop ((streams streams))
        (if (all-pairs? streams)
            (begin
              (apply procedure (map stream-car streams))
              (loop (map stream-cdr streams))))))

    ;; sources

    (define (stream-constant . elements)
      (if (null? elements)
          stream-null
          (stream-let loop ((rest elements))
            (if (null? rest)
                (loop elements)
                (stream-cons (car rest) (loop (cdr rest)))))))

    (define stream-from
      (case-lambda
        ((first) (stream-from first 1))
        ((first step)
         (check-number first "stream-from")
         (check-number step "stream-from")
         (stream-let loop ((number first))
           (stream-cons number (loop (+ number step)))))))

    (define stream-range
      (case-lambda
        ((first past) (stream-range first past (if (< first past) 1 -1)))
        ((first past step)
         (check-number first "stream-range")
         (check-number past "stream-range")
         (check-number step "stream-range")
         (let ((before? (if (< 0 step) < >)))
           (stream-let loop ((number first))
             (if (before? number past)
                 (stream-cons number (loop (+ number step)))
                 stream-null))))))

    (define (stream-iterate procedure seed)
      (check-procedure procedure "stream-iterate")
      (stream-let loop ((seed seed))
        (stream-cons seed (loop (procedure seed)))))

    (define (stream-unfold element continue? next seed)
      (check-procedure element "stream-unfold")
      (check-procedure continue? "stream-unfold")
      (check-procedure next "stream-unfold")
      (stream-let loop ((seed seed))
        (if (continue? seed)
            (stream-cons (element seed) (loop (next seed)))
            stream-null)))

    ;; `procedure` answers the next seed and, for each result, a list of the next element, #f for
    ;; none in this step, or () at the end.
    (define (stream-unfolds procedure seed)
      (check-procedure procedure "stream-unfolds")
      (let* ((steps
              (stream-let loop ((seed seed))
                (let-values (((seed . results) (procedure seed)))
                  (stream-cons results (loop seed)))))
             (count (length (stream-car steps))))
        (define (result-stream index)
          (stream-let loop ((steps steps))
            (let ((result (list-ref (stream-car steps) index)))
              (cond ((pair? result) (stream-cons (car result) (loop (stream-cdr steps))))
                    ((null? result) stream-null)
                    (else (loop (stream-cdr steps)))))))
        (let loop ((index (- count 1)) (streams '()))
          (if (< index 0)
              (apply values streams)
              (loop (- index 1) (cons (result-stream index) streams))))))

    ;; parts

    (define (stream-take count stream)
      (check-count count "stream-take")
      (check-stream stream "stream-take")
      (stream-let loop ((count count) (stream stream))
        (if (or (= count 0) (stream-null? stream))
            stream-null
            (stream-cons (stream-car stream) (loop (- count 1) (stream-cdr stream))))))

    (define (stream-drop count stream)
      (check-count count "stream-drop")
      (check-stream stream "stream-drop")
      (stream-let loop ((count count) (stream stream))
        (if (or (= count 0) (stream-null? stream))
            stream
            (loop (- count 1) (stream-cdr stream)))))

    (define (stream-take-while holds? stream)
      (check-procedure holds? "stream-take-while")
      (check-stream stream "stream-take-while")
      (stream-let loop ((stream stream))
        (if (and (stream-pair? stream) (holds? (stream-car stream)))
            (stream-cons (stream-car stream) (loop (stream-cdr stream)))
            stream-null)))

    (define (stream-drop-while holds? stream)
      (check-procedure holds? "stream-drop-while")
      (check-stream stream "stream-drop-while")
      (stream-let loop ((stream stream))
        (if (and (stream-pair? stream) (holds? (stream-car stream)))
            (loop (stream-cdr stream))
            stream)))

    (define (stream-filter holds? stream)
      (check-procedure holds? "stream-filter")
      (check-stream stream "stream-filter")
      (stream-let loop ((stream stream))
        (cond ((stream-null? stream) stream-null)
              ((holds? (stream-car stream))
               (stream-cons (stream-car stream) (loop (stream-cdr stream))))
              (else (loop (stream-cdr stream))))))

    ;; results

    (define (stream-ref stream index)
      (check-count index "stream-ref")
      (let loop ((stream (check-stream stream "stream-ref")) (left index))
        (cond ((stream-null? stream) (error "stream-ref: the stream ends before" index))
              ((= left 0) (stream-car stream))
              (else (loop (stream-cdr stream) (- left 1))))))

    (define (stream-length stream)
      (let loop ((stream (check-stream stream "stream-length")) (length 0))
        (if (stream-null? stream)
            length
            (loop (stream-cdr stream) (+ length 1)))))

    (define (stream-fold procedure seed stream)
      (check-procedure procedure "stream-fold")
      (let loop ((result seed) (stream (check-stream stream "stream-fold")))
        (if (stream-null? stream)
            result
            (loop (procedure result (stream-car stream)) (stream-cdr stream)))))

    (define (stream-scan procedure seed stream)
      (check-procedure procedure "stream-scan")
      (check-stream stream "stream-scan")
      (stream-let loop ((result seed) (stream stream))
        (if (stream-null? stream)
            (stream-cons result stream-null)
            (stream-cons result
                         (loop (procedure result (stream-car stream)) (stream-cdr stream))))))

    ;; Elements stay unevaluated.
    (define (stream-reverse stream)
      (check-stream stream "stream-reverse")
      (stream-let loop ((stream stream) (reversed stream-null))
        (if (stream-null? stream)
            reversed
            (loop (stream-cdr stream) (stream-cons (stream-car stream) reversed)))))))
