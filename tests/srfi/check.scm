;;; Compares the libraries of SRFIs and of R7RS-large with `index.txt`, and imports every name of every one.
;;;
;;;     cozen tests/srfi/check.scm
;;;
;;; Prints what is wrong and a summary, and exits with status 1 if anything is.

(import (scheme base) (scheme char) (scheme cxr) (scheme eval) (scheme file) (scheme process-context) (scheme read)
        (scheme write) (only (srfi 1) filter lset-difference))

(define failure-count 0)
(define (complain . parts)
  (set! failure-count (+ failure-count 1))
  (for-each display parts)
  (newline))

;;; The table

;; The folder of the repository, from the name of this file.
(define root
  (let* ((file (car (command-line))) (suffix "tests/srfi/check.scm"))
    (substring file 0 (- (string-length file) (string-length suffix)))))

(define (read-all file)
  (call-with-input-file file
    (lambda (port)
      (let loop ((data '()))
        (let ((datum (read port)))
          (if (eof-object? datum)
              (reverse data)
              (loop (cons datum data))))))))

(define index (read-all (string-append root "tests/srfi/index.txt")))

;; An entry is (library name ...), or (library = other-library): both have the same names.
(define (names-of entry)
  (if (and (pair? (cdr entry)) (eq? (cadr entry) '=) (pair? (cddr entry)) (pair? (caddr entry)))
      (names-of (assoc (caddr entry) index))
      (cdr entry)))

;; What libraries export besides.
(define extensions
  '(((srfi 162) symbol-comparator number-comparator)))

(define (extensions-of library)
  (let ((entry (assoc library extensions))) (if entry (cdr entry) '())))

;;; The files

(define (part->string part)
  (if (symbol? part) (symbol->string part) (number->string part)))

(define (path-of library)
  (let loop ((path (part->string (car library))) (rest (cdr library)))
    (if (null? rest)
        (string-append path ".sld")
        (loop (string-append path "/" (part->string (car rest))) (cdr rest)))))

(define (file-of library)
  (let ((portable (string-append root "lib/portable/" (path-of library))))
    (if (file-exists? portable) portable (string-append root "lib/" (path-of library)))))

;; What the file of a library exports.
(define (exports library)
  (let loop ((rest (cddr (car (read-all (file-of library))))) (names '()))
    (cond ((null? rest) names)
          ((eq? (caar rest) 'export)
           (loop (cdr rest)
                 (append (map (lambda (name) (if (pair? name) (caddr name) name)) (cdar rest)) names)))
          (else (loop (cdr rest) names)))))

;;; The checks

(define (check-exports library names)
  (let* ((exported (exports library))
         (missing (lset-difference eq? names exported))
         (extra (lset-difference eq? exported names (extensions-of library))))
    (if (pair? missing) (complain library " does not export " missing))
    (if (pair? extra) (complain library " exports what the index does not have: " extra))))

(define (check-import set)
  (guard (problem (#t (complain "cannot import " set ": "
                                (if (error-object? problem) (error-object-message problem) problem))))
    (environment set)))

;; The numbers of the features `srfi-1` and so on.
(define (srfi-features)
  (let ((prefix "srfi-"))
    (define (number-of feature)
      (let ((text (symbol->string feature)))
        (and (< (string-length prefix) (string-length text))
             (string=? prefix (substring text 0 (string-length prefix)))
             (string->number (substring text (string-length prefix) (string-length text))))))
    (filter (lambda (number) number) (map number-of (features)))))

(define numbers
  (map cadr (filter (lambda (library) (and (eq? (car library) 'srfi) (= (length library) 2))) (map car index))))

(define (check-feature number)
  (let ((feature (string->symbol (string-append "srfi-" (number->string number)))))
    (if (not (eval `(cond-expand (,feature #t) (else #f)) (environment '(scheme base))))
        (complain "cond-expand does not know " feature))))

(define (symbol-with prefix number)
  (string->symbol (string-append prefix (number->string number))))

(for-each (lambda (entry)
            (check-exports (car entry) (names-of entry))
            (check-import `(only ,(car entry) ,@(names-of entry))))
          index)
(for-each (lambda (number)
            (check-feature number)
            (check-import `(srfi ,(symbol-with ":" number)))
            (check-import `(srfi ,number any-name)))
          numbers)
(let ((features (srfi-features)))
  (if (not (and (null? (lset-difference = features numbers)) (null? (lset-difference = numbers features))))
      (complain "(features) has other numbers than the index: " features)))

(write (length index))
(display " libraries, ")
(write (apply + (map (lambda (entry) (length (names-of entry))) index)))
(display " names, ")
(write failure-count)
(display " failures")
(newline)
(exit (= failure-count 0))
