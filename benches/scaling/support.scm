;; Arguments of a size, and the clock: see benches/scaling.py.

(define (numbers n)
  (let loop ((i 0) (x 1) (all '()))
    (if (= i n) all (loop (+ i 1) (modulo (+ (* x 75) 74) 65537) (cons x all)))))

(define (letter x) (integer->char (+ 97 (modulo x 26))))

;; The argument that a letter of a shape stands for.
(define (argument kind n)
  (case kind
    ((l) (numbers n))
    ((ll) (map list (numbers n)))
    ((ls) (map number->string (numbers n)))
    ((lc) (map letter (numbers n)))
    ((la) (map cons (numbers n) (numbers n)))
    ((s) (list->string (map letter (numbers n))))
    ((v) (list->vector (numbers n)))
    ((b) (apply bytevector (argument 'y n)))
    ((t) (let ((table (make-hash-table)))
           (for-each (lambda (x) (hash-table-set! table x x)) (numbers n))
           table))
    ((n) n)
    ((y) (map (lambda (x) (modulo x 256)) (numbers n)))
    ((lv) (map vector (numbers n)))
    ((lb) (map (lambda (x) (bytevector (modulo x 256))) (numbers n)))
    ((char) #\a)
    ((id) (lambda (x . others) x))
    ((pred) (lambda (x . others) (and (number? x) (= x -1))))
    ((less) (lambda (a b . others) (if (and (real? a) (real? b)) (< a b) #f)))
    ((plus) (lambda all (length all)))
    ((equal) equal?)
    (else kind)))

;; A shape is a list of kinds. For a kind that begins with @, each element of a list is an argument.
(define (arguments shape n)
  (if (null? shape)
      '()
      (let ((rest (arguments (cdr shape) n)))
        (case (car shape)
          ((@l) (append (argument 'l n) rest))
          ((@ll) (append (argument 'll n) rest))
          ((@ls) (append (argument 'ls n) rest))
          ((@lc) (append (argument 'lc n) rest))
          ((@y) (append (argument 'y n) rest))
          ((@v) (append (argument 'lv n) rest))
          ((@b) (append (argument 'lb n) rest))
          (else (cons (argument (car shape) n) rest))))))

(define (tell . parts)
  (let ((port (current-error-port)))
    (for-each (lambda (part) (display part port) (write-char #\tab port)) parts)
    (newline port)
    (flush-output-port port)))

;; The time of a call, or #f if it ends with an error.
(define (time-of procedure shape n)
  (guard (e (#t #f))
    (let* ((all (arguments shape n)) (start (current-jiffy)))
      (apply procedure all)
      (- (current-jiffy) start))))

;; Tells the shapes that a procedure accepts: of those of the first 40, the ones that take it longest.
(define (find name procedure)
  (tell 'begin name)
  (if (procedure? procedure)
      (let loop ((left tries) (count 0) (found '()))
        (if (and (pair? left) (< count 40))
            (let ((time (and (time-of procedure (car left) 3) (time-of procedure (car left) 1000))))
              (if time
                  (loop (cdr left) (+ count 1) (cons (cons time (car left)) found))
                  (loop (cdr left) count found)))
            (tell-longest name found 4)))))

(define (tell-longest name found count)
  (if (and (pair? found) (> count 0))
      (let* ((longest (let loop ((rest (cdr found)) (longest (car found)))
                        (cond ((null? rest) longest)
                              ((> (caar rest) (car longest)) (loop (cdr rest) (car rest)))
                              (else (loop (cdr rest) longest)))))
             (others (let loop ((rest found))
                       (cond ((null? rest) '())
                             ((eq? (car rest) longest) (cdr rest))
                             (else (cons (car rest) (loop (cdr rest))))))))
        (tell 'found name (cdr longest))
        (tell-longest name others (- count 1)))))

;; Nanoseconds that this thread has run: other programs do not count, as they would by the clock.
(define (processor-time)
  (call-with-input-file "/proc/thread-self/schedstat" (lambda (port) (read port))))

;; How long `count` calls take together, each with new arguments: the least of some rounds.
(define (least-time procedure shape n count)
  (let loop ((round 0) (least #f))
    (if (= round 3)
        least
        (let* ((all (let loop ((i 0) (all '()))
                      (if (= i count) all (loop (+ i 1) (cons (arguments shape n) all)))))
               (start (processor-time)))
          (for-each (lambda (each) (apply procedure each)) all)
          (let ((time (- (processor-time) start)))
            (loop (+ round 1) (if (and least (< least time)) least time)))))))

;; Eight calls take as long as one of eight times the size, where time is linear. What seems to take longer is measured
;; once more with twice the size.
(define (measure name procedure shape)
  (tell 'begin name shape)
  (guard (e (#t (tell 'error name shape (if (error-object? e) (error-object-message e) e))))
    (let loop ((n 1000) (doubts 0))
      (let ((large (least-time procedure shape (* 8 n) 1)))
        (cond
          ((and (< large 40000000) (< n 64000)) (loop (* n 2) doubts))
          ;; Too short to tell, and not for lack of size.
          ((< large 40000000) #f)
          (else
           (let* ((small (max 1 (least-time procedure shape n 8)))
                  (ratio (inexact (/ (* 8 large) small))))
             (if (and (> ratio 12) (< doubts 3) (< large 2000000000))
                 (loop (* n 2) (+ doubts 1))
                 (tell 'time name shape (/ small 8e9) (/ large 1e9) ratio)))))))))
