;;; SRFI 28: basic format strings.

(define-library (srfi 28)
  (export format)
  (import (scheme base) (scheme write))
  (begin

    (define (format template . objects)
      (if (not (string? template))
          (error "format: expected a format string, found" template))
      (let ((port (open-output-string))
            (end (string-length template)))
        (let loop ((start 0) (index 0) (objects objects))
          (cond ((= index end)
                 (if (pair? objects)
                     (error "format: more objects than directives:" template objects))
                 (write-string template port start end)
                 (get-output-string port))
                ((not (char=? (string-ref template index) #\~))
                 (loop start (+ index 1) objects))
                ((= (+ index 1) end) (error "format: a tilde ends the format string" template))
                (else
                 (write-string template port start index)
                 (let ((next (+ index 2)))
                   (case (string-ref template (+ index 1))
                     ((#\a)
                      (display (argument template objects) port)
                      (loop next next (cdr objects)))
                     ((#\s)
                      (write (argument template objects) port)
                      (loop next next (cdr objects)))
                     ((#\%)
                      (newline port)
                      (loop next next objects))
                     ;; The second tilde is text.
                     ((#\~) (loop (+ index 1) next objects))
                     (else
                      (error "format: there is no such directive:"
                             (substring template index next) template)))))))))

    (define (argument template objects)
      (if (pair? objects)
          (car objects)
          (error "format: fewer objects than directives:" template)))))
