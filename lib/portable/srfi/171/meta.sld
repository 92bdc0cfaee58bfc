;;; SRFI 171: what transducers are made of.

(define-library (srfi 171 meta)
  (export reduced reduced? unreduce ensure-reduced preserving-reduced
          list-reduce vector-reduce string-reduce bytevector-u8-reduce
          port-reduce generator-reduce)
  (import (scheme base) (scheme case-lambda) (only (cozen condition) %check-argument))
  (begin

    ;; The last result of a reduction that stops early.
    (define-record-type reduced
      (reduced value)
      reduced?
      (value unreduce))

    (define (ensure-reduced value)
      (if (reduced? value) value (reduced value)))

    ;; The reducer inside another reduction: that one takes off one wrapper, the other stays.
    (define (preserving-reduced reducer)
      (%check-argument procedure? reducer 'preserving-reduced 1 "procedure")
      (lambda (result input)
        (let ((result (reducer result input)))
          (if (reduced? result) (reduced result) result))))

    (define (list-reduce reducer identity list)
      (let loop ((result identity) (rest list))
        (cond ((reduced? result) (unreduce result))
              ((pair? rest) (loop (reducer result (car rest)) (cdr rest)))
              (else
               (%check-argument null? rest 'list-reduce 3 "list")
               result))))

    ;; (define-indexed-reduce name (type? expected) length-of element)
    (define-syntax define-indexed-reduce
      (syntax-rules ()
        ((_ name (type? expected) length-of element)
         (define (name reducer identity object)
           (%check-argument type? object 'name 3 expected)
           (let ((end (length-of object)))
             (let loop ((result identity) (index 0))
               (cond ((reduced? result) (unreduce result))
                     ((= index end) result)
                     (else (loop (reducer result (element object index)) (+ index 1))))))))))

    (define-indexed-reduce vector-reduce (vector? "vector") vector-length vector-ref)
    (define-indexed-reduce string-reduce (string? "string") string-length string-ref)
    (define-indexed-reduce bytevector-u8-reduce (bytevector? "bytevector")
      bytevector-length bytevector-u8-ref)

    (define (port-reduce reducer identity reader port)
      (%check-argument port? port 'port-reduce 4 "port")
      (generator-reduce reducer identity (lambda () (reader port))))

    ;; Asks for no value after the one that stops the reduction.
    (define (generator-reduce reducer identity generator)
      (%check-argument procedure? generator 'generator-reduce 3 "procedure")
      (let loop ((result identity))
        (if (reduced? result)
            (unreduce result)
            (let ((input (generator)))
              (if (eof-object? input)
                  result
                  (loop (reducer result input)))))))))
