;;; Checks for test programs: included after the imports, which must cover
;;; (scheme base), (scheme write) and (scheme process-context).
;;;
;;; (test expected expression)      the value, or the list of values, is `expected`
;;; (test-error expression)         something is raised
;;; (finish "title")                prints a summary; exits with status 1 if a check failed

(define check-count 0)
(define failure-count 0)

;; Inexact numbers may differ in their last digits.
(define (same? expected found)
  (cond ((and (number? expected) (number? found) (inexact? expected) (inexact? found)
              (not (eqv? expected found)) (not (= expected found)))
         (<= (abs (- expected found)) (* 1e-12 (abs expected))))
        ((and (pair? expected) (pair? found))
         (and (same? (car expected) (car found))
              (same? (cdr expected) (cdr found))))
        ((and (number? expected) (number? found))
         (and (eq? (exact? expected) (exact? found))
              (or (eqv? expected found) (= expected found))))
        (else (equal? expected found))))

(define (report-failure expression expected found)
  (set! failure-count (+ failure-count 1))
  (write-string "FAIL: ")
  (write expression)
  (newline)
  (write-string "  expected ")
  (write expected)
  (newline)
  (write-string "  found    ")
  (write found)
  (newline))

(define (describe-problem problem)
  (if (error-object? problem)
      (list 'raised (error-object-message problem) (error-object-irritants problem))
      (list 'raised problem)))

(define (check expected thunk expression)
  (set! check-count (+ check-count 1))
  (let ((found (guard (problem (#t (describe-problem problem)))
                 (call-with-values thunk
                   (lambda results
                     (if (and (pair? results) (null? (cdr results)))
                         (car results)
                         results))))))
    (if (not (same? expected found))
        (report-failure expression expected found))))

(define (check-error thunk expression)
  (set! check-count (+ check-count 1))
  (let* ((failed #t)
         (found (guard (problem (#t (set! failed #f)))
                  (thunk))))
    (if failed
        (report-failure expression '(raised) found))))

(define-syntax test
  (syntax-rules ()
    ((_ expected expression)
     (check expected (lambda () expression) 'expression))))

(define-syntax test-error
  (syntax-rules ()
    ((_ expression)
     (check-error (lambda () expression) 'expression))))

(define (finish title)
  (write-string title)
  (write-string ": ")
  (write (- check-count failure-count))
  (write-string " of ")
  (write check-count)
  (write-string " checks passed")
  (newline)
  (exit (= failure-count 0)))
