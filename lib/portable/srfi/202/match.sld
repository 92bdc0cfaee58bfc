;;; The patterns of (srfi 202), those of Wright and Duba's match without ellipses.
;;;
;;; A pattern is _, a variable, a literal, 'datum, a list or vector of patterns, a quasi-quoted
;;; pattern, (? predicate pattern ...), (= procedure pattern), (and pattern ...), (or pattern ...)
;;; or (not pattern). The patterns of `or` and `not` bind no variables.

(define-library (srfi 202 match)
  (export match-pattern if-identifier)
  (import (scheme base))
  (begin

    ;; (match-pattern value pattern success failure): the value and the failure are expressions that
    ;; may be copied.
    (define-syntax match-pattern
      (syntax-rules (_ quote quasiquote ? = and or not)
        ((match-pattern v _ success failure) success)
        ((match-pattern v () success failure) (if (null? v) success failure))
        ((match-pattern v 'datum success failure) (if (equal? v 'datum) success failure))
        ((match-pattern v `pattern success failure)
         (match-quasi v pattern success failure))
        ((match-pattern v (? test) success failure) (if (test v) success failure))
        ((match-pattern v (? test pattern ...) success failure)
         (if (test v) (match-pattern v (and pattern ...) success failure) failure))
        ((match-pattern v (= procedure pattern) success failure)
         (let ((part (procedure v))) (match-pattern part pattern success failure)))
        ((match-pattern v (and) success failure) success)
        ((match-pattern v (and pattern more ...) success failure)
         (match-pattern v pattern
                        (match-pattern v (and more ...) success failure)
                        failure))
        ((match-pattern v (or pattern ...) success failure)
         (if (or (match-pattern v pattern #t #f) ...) success failure))
        ((match-pattern v (not pattern) success failure)
         (if (match-pattern v pattern #t #f) failure success))
        ((match-pattern v (first . rest) success failure)
         (if (pair? v)
             (let ((head (car v)) (tail (cdr v)))
               (match-pattern head first
                              (match-pattern tail rest success failure)
                              failure))
             failure))
        ((match-pattern v #(pattern ...) success failure)
         (if (vector? v)
             (let ((elements (vector->list v)))
               (match-pattern elements (pattern ...) success failure))
             failure))
        ((match-pattern v atom success failure)
         (if-identifier atom
                        (let ((atom v)) success)
                        (if (equal? v atom) success failure)))))

    (define-syntax match-quasi
      (syntax-rules (unquote)
        ((_ v ,pattern success failure) (match-pattern v pattern success failure))
        ((_ v (first . rest) success failure)
         (if (pair? v)
             (let ((head (car v)) (tail (cdr v)))
               (match-quasi head first
                            (match-quasi tail rest success failure)
                            failure))
             failure))
        ((_ v #(pattern ...) success failure)
         (if (vector? v)
             (let ((elements (vector->list v)))
               (match-quasi elements (pattern ...) success failure))
             failure))
        ((_ v datum success failure) (if (equal? v 'datum) success failure))))

    ;; An identifier is a pattern variable of syntax-rules, which matches any form.
    (define-syntax if-identifier
      (syntax-rules ()
        ((_ (first . rest) yes no) no)
        ((_ #(element ...) yes no) no)
        ((_ atom yes no)
         (let-syntax ((test (syntax-rules ::: ()
                              ((test atom true false) true)
                              ((test other true false) false))))
           (test (some form) yes no)))))))
