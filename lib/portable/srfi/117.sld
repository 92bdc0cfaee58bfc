;;; SRFI 117: queues made of lists.

(define-library (srfi 117)
  (export make-list-queue list-queue list-queue-copy list-queue-unfold list-queue-unfold-right
          list-queue? list-queue-empty?
          list-queue-front list-queue-back list-queue-list list-queue-first-last
          list-queue-add-front! list-queue-add-back!
          list-queue-remove-front! list-queue-remove-back! list-queue-remove-all!
          list-queue-set-list! list-queue-append list-queue-append! list-queue-concatenate
          list-queue-map list-queue-map! list-queue-for-each)
  (import (scheme base) (scheme case-lambda))
  (begin

    ;; The first and the last pair of the list of elements; both are () in an empty queue.
    (define-record-type queue
      (new-queue first last)
      list-queue?
      (first queue-first set-queue-first!)
      (last queue-last set-queue-last!))

    (define (check-queue object who)
      (if (not (list-queue? object))
          (error (string-append who ": expected a list queue, found") object)))

    (define (check-filled queue who)
      (check-queue queue who)
      (if (null? (queue-first queue))
          (error (string-append who ": the list queue is empty"))))

    (define (last-pair-of list who)
      (if (not (list? list))
          (error (string-append who ": expected a list, found") list))
      (if (null? list)
          '()
          (let loop ((pair list))
            (if (null? (cdr pair)) pair (loop (cdr pair))))))

    (define (check-ends first last who)
      (if (not (or (and (pair? first) (pair? last))
                   (and (null? first) (null? last))))
          (error (string-append who ": not the first and last pair of a list:") first last)))

    ;; constructors

    (define make-list-queue
      (case-lambda
        ((list) (new-queue list (last-pair-of list "make-list-queue")))
        ((first last)
         (check-ends first last "make-list-queue")
         (new-queue first last))))

    (define (list-queue . elements) (make-list-queue elements))

    (define (list-queue-copy queue)
      (check-queue queue "list-queue-copy")
      (make-list-queue (list-copy (queue-first queue))))

    ;; The elements that unfolding makes go before those of the queue, first one first: SRFI 1's
    ;; `unfold`.
    (define list-queue-unfold
      (case-lambda
        ((stop? element next seed) (list-queue-unfold stop? element next seed (list-queue)))
        ((stop? element next seed queue)
         (check-queue queue "list-queue-unfold")
         (let loop ((seed seed) (elements '()))
           (if (stop? seed)
               (for-each (lambda (element) (list-queue-add-front! queue element)) elements)
               (loop (next seed) (cons (element seed) elements))))
         queue)))

    (define list-queue-unfold-right
      (case-lambda
        ((stop? element next seed)
         (list-queue-unfold-right stop? element next seed (list-queue)))
        ((stop? element next seed queue)
         (check-queue queue "list-queue-unfold-right")
         (let loop ((seed seed) (elements '()))
           (if (stop? seed)
               (for-each (lambda (element) (list-queue-add-back! queue element)) elements)
               (loop (next seed) (cons (element seed) elements))))
         queue)))

    ;; accessors

    (define (list-queue-empty? queue)
      (check-queue queue "list-queue-empty?")
      (null? (queue-first queue)))

    (define (list-queue-front queue)
      (check-filled queue "list-queue-front")
      (car (queue-first queue)))

    (define (list-queue-back queue)
      (check-filled queue "list-queue-back")
      (car (queue-last queue)))

    (define (list-queue-list queue)
      (check-queue queue "list-queue-list")
      (queue-first queue))

    (define (list-queue-first-last queue)
      (check-queue queue "list-queue-first-last")
      (values (queue-first queue) (queue-last queue)))

    ;; mutators

    (define (list-queue-add-front! queue element)
      (check-queue queue "list-queue-add-front!")
      (let ((pair (cons element (queue-first queue))))
        (set-queue-first! queue pair)
        (if (null? (queue-last queue)) (set-queue-last! queue pair))))

    (define (list-queue-add-back! queue element)
      (check-queue queue "list-queue-add-back!")
      (let ((pair (cons element '())))
        (if (null? (queue-last queue))
            (set-queue-first! queue pair)
            (set-cdr! (queue-last queue) pair))
        (set-queue-last! queue pair)))

    (define (list-queue-remove-front! queue)
      (check-filled queue "list-queue-remove-front!")
      (let ((pair (queue-first queue)))
        (set-queue-first! queue (cdr pair))
        (if (null? (cdr pair)) (set-queue-last! queue '()))
        (car pair)))

    (define (list-queue-remove-back! queue)
      (check-filled queue "list-queue-remove-back!")
      (let ((last (queue-last queue)))
        (if (eq? last (queue-first queue))
            (begin
              (set-queue-first! queue '())
              (set-queue-last! queue '()))
            (let loop ((pair (queue-first queue)))
              (if (eq? (cdr pair) last)
                  (begin
                    (set-cdr! pair '())
                    (set-queue-last! queue pair))
                  (loop (cdr pair)))))
        (car last)))

    (define (list-queue-remove-all! queue)
      (check-queue queue "list-queue-remove-all!")
      (let ((elements (queue-first queue)))
        (set-queue-first! queue '())
        (set-queue-last! queue '())
        elements))

    (define list-queue-set-list!
      (case-lambda
        ((queue list)
         (list-queue-set-list! queue list (last-pair-of list "list-queue-set-list!")))
        ((queue first last)
         (check-queue queue "list-queue-set-list!")
         (check-ends first last "list-queue-set-list!")
         (set-queue-first! queue first)
         (set-queue-last! queue last))))

    ;; whole queues

    (define (list-queue-append . queues) (list-queue-concatenate queues))

    (define (list-queue-concatenate queues)
      (let ((result (list-queue)))
        (for-each
         (lambda (queue)
           (check-queue queue "list-queue-concatenate")
           (for-each (lambda (element) (list-queue-add-back! result element))
                     (queue-first queue)))
         queues)
        result))

    ;; The lists are joined, not copied.
    (define (list-queue-append! . queues)
      (let ((result (list-queue)))
        (for-each
         (lambda (queue)
           (check-queue queue "list-queue-append!")
           (if (pair? (queue-first queue))
               (begin
                 (if (null? (queue-first result))
                     (set-queue-first! result (queue-first queue))
                     (set-cdr! (queue-last result) (queue-first queue)))
                 (set-queue-last! result (queue-last queue)))))
         queues)
        result))

    (define (list-queue-map procedure queue)
      (check-queue queue "list-queue-map")
      (make-list-queue (map procedure (queue-first queue))))

    (define (list-queue-map! procedure queue)
      (check-queue queue "list-queue-map!")
      (let loop ((pair (queue-first queue)))
        (if (pair? pair)
            (begin
              (set-car! pair (procedure (car pair)))
              (loop (cdr pair))))))

    (define (list-queue-for-each procedure queue)
      (check-queue queue "list-queue-for-each")
      (for-each procedure (queue-first queue)))))
