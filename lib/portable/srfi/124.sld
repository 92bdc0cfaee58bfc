;;; SRFI 124: ephemerons.

(define-library (srfi 124)
  (export (rename wrapped-ephemeron make-ephemeron) ephemeron? ephemeron-broken?
          (rename wrapped-key ephemeron-key) (rename ephemeron-value ephemeron-datum)
          reference-barrier)
  (import (scheme base) (cozen memory))
  (begin

    ;; The key of a broken ephemeron is #f: the key #f is kept under another object, for good.
    (define false-key (list 'false))

    (define (wrapped-ephemeron key datum) (make-ephemeron (or key false-key) datum))

    (define (wrapped-key ephemeron)
      (let ((key (ephemeron-key ephemeron)))
        (if (eq? key false-key) #f key)))

    (define (ephemeron-broken? ephemeron) (not (ephemeron-key ephemeron)))

    ;; The variable is assigned, so no pass can drop the call or its operand.
    (define last-key #f)

    (define (reference-barrier key)
      (set! last-key key)
      (set! last-key #f)
      #t)))
