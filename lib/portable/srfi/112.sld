;;; SRFI 112: environment inquiry.

(define-library (srfi 112)
  (export implementation-name implementation-version cpu-architecture machine-name os-name
          os-version)
  (import (scheme base) (scheme file) (scheme process-context))
  (begin

    (define (implementation-name) "Cozen")

    ;; The library does not know its runtime's version.
    (define (implementation-version) #f)

    (define (cpu-architecture)
      (cond ((memq 'x86-64 (features)) "x86_64")
            ((memq 'aarch64 (features)) "aarch64")
            (else #f)))

    (define (os-name)
      (if (memq 'linux (features)) "Linux" #f))

    (define (machine-name)
      (or (first-line "/proc/sys/kernel/hostname")
          (get-environment-variable "HOSTNAME")))

    (define (os-version) (first-line "/proc/sys/kernel/osrelease"))

    ;; #f if the file cannot be read.
    (define (first-line file)
      (guard (problem ((or (file-error? problem) (read-error? problem)) #f))
        (let ((line (call-with-input-file file read-line)))
          (if (string? line) line #f))))))
