;;; Ports: current ones, files, reading and writing.

(define-library (cozen port)
  (export current-input-port current-output-port current-error-port
          port? input-port? output-port? textual-port? binary-port?
          input-port-open? output-port-open? close-port close-input-port close-output-port
          call-with-port open-input-file open-output-file
          open-binary-input-file open-binary-output-file
          call-with-input-file call-with-output-file
          with-input-from-file with-output-to-file file-exists? delete-file
          open-input-string open-output-string get-output-string
          open-input-bytevector open-output-bytevector get-output-bytevector
          read read-char peek-char read-line read-string char-ready?
          read-u8 peek-u8 u8-ready? read-bytevector read-bytevector!
          eof-object eof-object?
          write write-shared write-simple display newline write-char write-string
          write-u8 write-bytevector flush-output-port
          %print-values)
  (import (cozen core) (cozen primitives) (cozen control) (cozen condition))
  (begin

    ;; What %port-has? asks about, and the sides that %close-port closes.
    (define input 1)
    (define output 2)
    (define textual 4)
    (define binary 8)
    (define input-open 16)
    (define output-open 32)

    (define (port-has? object bits)
      (and (port? object) (%port-has? object bits)))

    (define (input-port? object) (port-has? object input))
    (define (output-port? object) (port-has? object output))
    (define (textual-port? object) (port-has? object textual))
    (define (binary-port? object) (port-has? object binary))
    (define (input-port-open? port) (%port-has? port input-open))
    (define (output-port-open? port) (%port-has? port output-open))

    (define (port-converter has? who expected)
      (lambda (object)
        (if (has? object)
            object
            (%argument-error 'wrong-type (list who 1 expected object) (%backtrace)))))

    (define current-input-port
      (make-parameter (%standard-port 0)
                      (port-converter input-port? 'current-input-port "input port")))

    (define current-output-port
      (make-parameter (%standard-port 1)
                      (port-converter output-port? 'current-output-port "output port")))

    (define current-error-port
      (make-parameter (%standard-port 2)
                      (port-converter output-port? 'current-error-port "output port")))

    (define (close-port port) (%close-port port 3))
    (define (close-input-port port) (close-side port input "input port" 'close-input-port))
    (define (close-output-port port) (close-side port output "output port" 'close-output-port))

    (define (close-side port side expected who)
      (if (port-has? port side)
          (%close-port port side)
          (%argument-error 'wrong-type (list who 1 expected port) (%backtrace))))

    (define (open-input-file name) (%open-input-file name #f))
    (define (open-output-file name) (%open-output-file name #f #f))
    (define (open-binary-input-file name) (%open-input-file name #t))
    (define (open-binary-output-file name) (%open-output-file name #t #f))

    (define (call-with-port port procedure)
      (receive results (procedure port)
        (close-port port)
        (%apply values results)))

    (define (call-with-input-file name procedure)
      (call-with-port (open-input-file name) procedure))

    (define (call-with-output-file name procedure)
      (call-with-port (open-output-file name) procedure))

    (define (with-input-from-file name thunk)
      (call-with-port
       (open-input-file name)
       (lambda (port)
         (parameterize ((current-input-port port)) (thunk)))))

    (define (with-output-to-file name thunk)
      (call-with-port
       (open-output-file name)
       (lambda (port)
         (parameterize ((current-output-port port)) (thunk)))))

    ;; (define-reader name primitive): the port may be left out.
    (define-syntax define-reader
      (syntax-rules ()
        ((_ name primitive)
         (define name
           (case-lambda
             (() (primitive (current-input-port)))
             ((port) (primitive port)))))))

    (define-reader read %read)
    (define-reader read-char %read-char)
    (define-reader peek-char %peek-char)
    (define-reader read-line %read-line)
    (define-reader char-ready? %char-ready?)
    (define-reader read-u8 %read-u8)
    (define-reader peek-u8 %peek-u8)
    (define-reader u8-ready? %u8-ready?)

    (define read-string
      (case-lambda
        ((count) (%read-string count (current-input-port)))
        ((count port) (%read-string count port))))

    (define read-bytevector
      (case-lambda
        ((count) (%read-bytevector count (current-input-port)))
        ((count port) (%read-bytevector count port))))

    ;; Answers how many bytes were read, or the end-of-file object.
    (define read-bytevector!
      (case-lambda
        ((bytes) (read-into bytes (current-input-port) 0 (bytes-end bytes 'read-bytevector!)))
        ((bytes port) (read-into bytes port 0 (bytes-end bytes 'read-bytevector!)))
        ((bytes port start) (read-into bytes port start (bytes-end bytes 'read-bytevector!)))
        ((bytes port start end) (read-into bytes port start end))))

    (define (check-index index number least most)
      (%check-argument exact-integer? index 'read-bytevector! number "exact integer")
      (if (not (<= least index most))
          (%argument-error 'out-of-range (list 'read-bytevector! number index least most) (%backtrace))))

    (define (bytes-end bytes who)
      (%check-argument bytevector? bytes who 1 "bytevector")
      (bytevector-length bytes))

    ;; Nothing is read before it is known where it goes.
    (define (read-into bytes port start end)
      (let ((length (bytes-end bytes 'read-bytevector!)))
        (check-index start 3 0 length)
        (check-index end 4 start length))
      (let ((found (%read-bytevector (- end start) port)))
        (if (eof-object? found)
            found
            (let ((count (bytevector-length found)))
              (%bytevector-copy! bytes start found 0 count)
              count))))

    ;; There is no primitive for it: it is what an empty port answers.
    (define end-of-file (%read-char (open-input-string "")))
    (define (eof-object) end-of-file)

    ;; (define-writer name primitive): the port, after the object, may be left out.
    (define-syntax define-writer
      (syntax-rules ()
        ((_ name primitive)
         (define name
           (case-lambda
             ((object) (primitive object (current-output-port)))
             ((object port) (primitive object port)))))))

    (define-writer write %write)
    (define-writer write-shared %write-shared)
    (define-writer write-simple %write-simple)
    (define-writer display %display)
    (define-writer write-char %write-char)
    (define-writer write-u8 %write-u8)

    ;; For the prompt: the values in the list that are not unspecified, each on a line of its own.
    (define (%print-values values)
      (let ((port (%standard-port 1)))
        (let loop ((rest values))
          (if (pair? rest)
              (begin
                (if (not (eq? (car rest) (%unspecified)))
                    (begin
                      (%write (car rest) port)
                      (%write-char #\newline port)))
                (loop (cdr rest)))))
        (%flush-output port)))

    (define newline
      (case-lambda
        (() (%write-char #\newline (current-output-port)))
        ((port) (%write-char #\newline port))))

    (define write-string
      (case-lambda
        ((string) (%write-string string (current-output-port) 0 (string-end string)))
        ((string port) (%write-string string port 0 (string-end string)))
        ((string port start) (%write-string string port start (string-end string)))
        ((string port start end) (%write-string string port start end))))

    (define (string-end string)
      (%check-argument string? string 'write-string 1 "string")
      (string-length string))

    (define write-bytevector
      (case-lambda
        ((bytes)
         (%write-bytevector bytes (current-output-port) 0 (bytes-end bytes 'write-bytevector)))
        ((bytes port) (%write-bytevector bytes port 0 (bytes-end bytes 'write-bytevector)))
        ((bytes port start)
         (%write-bytevector bytes port start (bytes-end bytes 'write-bytevector)))
        ((bytes port start end) (%write-bytevector bytes port start end))))

    (define flush-output-port
      (case-lambda
        (() (%flush-output (current-output-port)))
        ((port) (%flush-output port))))))
