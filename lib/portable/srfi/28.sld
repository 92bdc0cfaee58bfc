;;; SRFI 28: basic format strings.
;;;
;;; As in SRFI 48 a port, #t for the current output port, or #f for a string may come first: many programs that import
;;; this library expect that.

(define-library (srfi 28)
  (export format)
  (import (scheme base) (scheme write))
  (begin

    (define (format destination . arguments)
      (cond ((string? destination) (format-string destination arguments))
            ((or (null? arguments) (not (string? (car arguments))))
             (error "format: expected a format string, found" destination))
            ((not destination) (format-string (car arguments) (cdr arguments)))
            ((eq? destination #t)
             (format-to (current-output-port) (car arguments) (cdr arguments)))
            ((output-port? destination)
             (format-to destination (car arguments) (cdr arguments)))
            (else (error "format: expected an output port, a boolean or a format string, found"
                         destination))))

    (define (format-string template objects)
      (let ((port (open-output-string)))
        (format-to port template objects)
        (get-output-string port)))

    (define (format-to port template objects)
      (let ((end (string-length template)))
        (let loop ((start 0) (index 0) (objects objects))
          (cond ((= index end)
                 (if (pair? objects)
                     (error "format: more objects than directives:" template objects))
                 (write-string template port start end))
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
