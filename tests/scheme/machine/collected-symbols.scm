;;; Symbols and files that nothing refers to are collected, and nobody else notices.

(import (scheme base) (scheme write) (scheme process-context) (scheme file) (scheme read)
        (scheme eval) (scheme repl) (scheme time) (cozen memory) (srfi 69))
(include "../prelude.scm")

;; A weak pair tells whether a symbol went.
(define (fresh-name i) (string-append "fresh-" (number->string i)))
(define lost (weak-cons (string->symbol (fresh-name 1)) 0))
(define kept (string->symbol (fresh-name 2)))
(define weak (weak-cons kept 0))
(define uninterned (weak-cons (string->symbol (fresh-name 3)) kept))
(collect-garbage)
(test #f (weak-car lost))
(test #t (eq? kept (weak-car weak)))
(test #t (eq? kept (string->symbol (fresh-name 2))))
(test "fresh-1" (symbol->string (string->symbol (fresh-name 1))))

;; What literals name is what names give, before and after.
(test #t (eq? 'a-literal (string->symbol "a-literal")))
(collect-garbage)
(test #t (eq? 'a-literal (string->symbol "a-literal")))
(test #t (eq? (cadr '(x (another literal))) (cadr '(x (another literal)))))
(test '(another literal) (list (string->symbol "another") (string->symbol "literal")))

;; Tables find symbols after collections, also tables by identity.
(define table (make-hash-table eq?))
(do ((i 0 (+ i 1))) ((= i 100))
  (hash-table-set! table (string->symbol (fresh-name i)) i))
(collect-garbage)
(test #t (let loop ((i 0))
           (or (= i 100)
               (and (eqv? i (hash-table-ref table (string->symbol (fresh-name i)) (lambda () #f)))
                    (loop (+ i 1))))))

;; A variable of an interaction is found by its name as long as the program runs.
(eval '(define only-evaluated-variable 41) (interaction-environment))
(collect-garbage)
(test 42 (eval '(+ 1 only-evaluated-variable) (interaction-environment)))
(test 'evaluated-symbol
      (let ((value (eval ''evaluated-symbol (interaction-environment))))
        (collect-garbage)
        value))

;; A symbol that an image names lives with the image.
(define procedure (eval '(lambda () 'named-by-an-image) (interaction-environment)))
(collect-garbage)
(test #t (eq? (procedure) (string->symbol "named-by-an-image")))

;; Symbols without end.
(define (churn count)
  (do ((i 0 (+ i 1))) ((= i count)) (string->symbol (fresh-name i))))
(churn 20000)
(test kept (string->symbol (fresh-name 2)))

;; The output of a port that is dropped is written, and its file is closed.
(define file-name
  (string-append "/tmp/cozen-dropped-port-" (number->string (current-jiffy)) ".txt"))
(define (write-and-drop)
  (let ((port (open-output-file file-name)))
    (write 'dropped port)
    (weak-cons port 0)))
(define dropped (write-and-drop))
(collect-garbage)
(test #f (weak-car dropped))
(test 'dropped (call-with-input-file file-name read))

;; A guardian gets a port before its file is closed.
(define guardian (make-guardian))
(define (guard-a-port)
  (let ((port (open-output-file file-name)))
    (guardian port)
    (write 'first port)))
(guard-a-port)
(collect-garbage)
(define guarded (guardian))
(test #t (output-port-open? guarded))
(write-string "-second" guarded)
(close-port guarded)
(test 'first-second (call-with-input-file file-name read))
(delete-file file-name)

(finish "collected-symbols")
