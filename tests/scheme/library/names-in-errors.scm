;;; Every procedure that a library of the boot image exports is called with wrong arguments. What it raises names this
;;; procedure, and none that only the library knows. The program reads the files of the libraries: it runs in the root
;;; of the repository.

(import (scheme base) (scheme write) (scheme read) (scheme file) (scheme eval) (scheme process-context)
        (only (srfi 1) append-map filter-map)
        (only (cozen condition) condition? condition-kind condition-who %condition-report))
(include "../prelude.scm")

(define libraries
  '((scheme base) (scheme case-lambda) (scheme char) (scheme complex) (scheme cxr) (scheme eval) (scheme file)
    (scheme inexact) (scheme lazy) (scheme time) (srfi 1) (srfi 8) (srfi 9) (srfi 69) (srfi 111) (srfi 125)
    (srfi 128 kernel) (srfi 133) (rnrs hashtables)))

;; What waits, ends, or calls a procedure for what it returns.
(define left-out
  '(call-with-current-continuation call/cc char-ready? delete-file error peek-char peek-u8 raise raise-continuable
    read-bytevector read-bytevector! read-char read-error? read-line read-string read-u8 u8-ready?))

;; Another name of a procedure whose own name errors have: hash functions are recognized by their identity.
(define renamed
  '(boolean-hash char-ci-hash char-hash equal-hash hash hash-by-identity string-ci-hash string-hash))

;; Errors about a part of an argument, or about an argument that is passed on, have the name of the exported procedure
;; that was given it.
(define passing-on
  '(alist->hash-table append-map append-map! concatenate concatenate! unzip1 unzip2 unzip3 unzip4 unzip5
    vector-concatenate))

(define (library-file library)
  (let loop ((path "lib") (rest library))
    (if (null? rest)
        (string-append path ".sld")
        (loop (string-append path "/" (if (symbol? (car rest)) (symbol->string (car rest)) (number->string (car rest))))
              (cdr rest)))))

(define (exports library)
  (let ((form (call-with-input-file (library-file library) read)))
    (append-map (lambda (clause)
                  (if (and (pair? clause) (eq? (car clause) 'export))
                      (map (lambda (name) (if (pair? name) (list-ref name 2) name)) (cdr clause))
                      '()))
                (cddr form))))

;; The exported procedures of a library, with their names.
(define (procedures library)
  (let ((environment (environment library)))
    (filter-map (lambda (name)
                  (let ((value (guard (problem (#t #f)) (eval name environment))))
                    (and (procedure? value) (cons name value))))
                (exports library))))

(define wrong (list 5 -1 1.5 'a "abc" #\a #t '() '(1 2) '(1 . 2) (vector 1 2) (bytevector 1 2)))
(define others (list 5 '(1 2) (lambda arguments #t)))

(define (is-named? problem name value all)
  (let ((who (condition-who problem)))
    (or (eq? who name)
        (and (assq who all) (eq? (cdr (assq who all)) value))
        (memq (condition-kind problem) '(error file-error not-a-procedure syntax-error unbound-variable))
        (and (eq? (condition-kind problem) 'wrong-argument-count) (not who)))))

(define (wrong-names name value all)
  (append-map
   (lambda (first)
     (append-map
      (lambda (other)
        (filter-map
         (lambda (more)
           (call-with-current-continuation
            (lambda (return)
              (with-exception-handler
               (lambda (problem)
                 (return (and (condition? problem)
                              (not (is-named? problem name value all))
                              (list name (%condition-report problem)))))
               (lambda ()
                 (apply value first more)
                 #f)))))
         (list '() (list other) (list other other) (list other other other))))
      others))
   wrong))

(for-each
 (lambda (library)
   (let ((all (procedures library)))
     (for-each (lambda (pair)
                 (if (not (or (memq (car pair) left-out) (memq (car pair) renamed) (memq (car pair) passing-on)))
                     (test '() (wrong-names (car pair) (cdr pair) all))))
               all)))
 libraries)

;; What `open-output-file` made of a wrong argument.
(if (file-exists? "abc") (delete-file "abc"))

(finish "names in errors")
