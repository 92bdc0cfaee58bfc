;;; SRFI 193: command line and script.

(define-library (srfi 193)
  (export command-line command-name command-args script-file script-directory)
  (import (scheme base) (rename (scheme process-context) (command-line process-command-line)))
  (begin

    ;; A program without a name, as at the prompt, is no command.
    (define command-line
      (make-parameter (let ((line (process-command-line)))
                        (if (pair? line) line '("")))))

    (define (command-args) (cdr (command-line)))

    ;; The last part of the path, without a Scheme program's extension.
    (define (command-name)
      (let ((path (car (command-line))))
        (if (string=? path "")
            #f
            (let ((name (substring path (start-of-name path) (string-length path))))
              (let loop ((extensions '(".scm" ".sps" ".sls" ".sld" ".ss")))
                (cond ((null? extensions) name)
                      ((ends-with? name (car extensions))
                       (substring name 0
                                  (- (string-length name) (string-length (car extensions)))))
                      (else (loop (cdr extensions)))))))))

    (define (ends-with? text end)
      (let ((start (- (string-length text) (string-length end))))
        (and (> start 0)
             (string=? (substring text start (string-length text)) end))))

    ;; The index behind the last slash.
    (define (start-of-name path)
      (let loop ((index (string-length path)))
        (cond ((= index 0) 0)
              ((char=? (string-ref path (- index 1)) #\/) index)
              (else (loop (- index 1))))))

    (define (script-file)
      (let ((path (car (process-command-line*))))
        (cond ((string=? path "") #f)
              ((char=? (string-ref path 0) #\/) path)
              (else
               (let ((directory (get-environment-variable "PWD")))
                 (and directory (string-append directory "/" path)))))))

    (define (process-command-line*)
      (let ((line (process-command-line)))
        (if (pair? line) line '(""))))

    ;; With a slash at its end.
    (define (script-directory)
      (let ((file (script-file)))
        (and file (substring file 0 (start-of-name file)))))))
