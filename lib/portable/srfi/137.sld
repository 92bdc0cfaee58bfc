;;; SRFI 137: minimal unique types.

(define-library (srfi 137)
  (export make-type)
  (import (scheme base))
  (begin

    ;; `ancestors` lists the types that an instance belongs to, its own first.
    (define-record-type instance
      (make-instance ancestors payload)
      instance?
      (ancestors instance-ancestors)
      (payload instance-payload))

    (define (make-type payload) (make-subtype-of '() payload))

    (define (make-subtype-of parents payload)
      (let* ((type (list payload))
             (types (cons type parents)))
        (define (is? object)
          (and (instance? object) (memq type (instance-ancestors object)) #t))
        (values (lambda () payload)
                (lambda (payload) (make-instance types payload))
                is?
                (lambda (object)
                  (if (not (is? object))
                      (error "a type's accessor was given an object of another type:"
                             payload object))
                  (instance-payload object))
                (lambda (payload) (make-subtype-of types payload)))))))
