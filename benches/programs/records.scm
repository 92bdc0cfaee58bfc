;; expect: 333332833333500000
;; A queue of records, filled and emptied.
(import (scheme base) (scheme write))

(define-record-type node (make-node value next) node? (value node-value) (next node-next set-node-next!))
(define-record-type queue (make-queue first last) queue? (first queue-first set-queue-first!)
  (last queue-last set-queue-last!))

(define (enqueue! queue value)
  (let ((node (make-node value #f)))
    (if (queue-last queue)
        (set-node-next! (queue-last queue) node)
        (set-queue-first! queue node))
    (set-queue-last! queue node)))

(define (dequeue! queue)
  (let ((node (queue-first queue)))
    (set-queue-first! queue (node-next node))
    (unless (node-next node) (set-queue-last! queue #f))
    (node-value node)))

(define work (make-queue #f #f))

(do ((i 0 (+ i 1))) ((= i 1000000))
  (enqueue! work (* i i)))

(write
 (let loop ((sum 0) (i 0))
   (if (= i 1000000) sum (loop (+ sum (dequeue! work)) (+ i 1)))))
(newline)
