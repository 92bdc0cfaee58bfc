;;; SRFI 156: syntactic combiners for binary predicates.

(define-library (srfi 156)
  (export is isnt _)
  (import (scheme base))
  (begin

    (define-syntax is
      (syntax-rules ()
        ((_ first second rest ...) (name-blanks (begin) () () first second rest ...))))

    (define-syntax isnt
      (syntax-rules ()
        ((_ first second rest ...) (name-blanks (not) () () first second rest ...))))

    ;; Each underscore becomes a parameter. `wrap` is (begin) or (not).
    (define-syntax name-blanks
      (syntax-rules ::: (_)
        ((name-blanks wrap (parameter :::) (part :::) _ rest :::)
         (name-blanks wrap (parameter ::: blank) (part ::: blank) rest :::))
        ((name-blanks wrap parameters (part :::) next rest :::)
         (name-blanks wrap parameters (part ::: next) rest :::))
        ((name-blanks (wrap :::) () (part :::))
         (wrap ::: (relate part :::)))
        ((name-blanks (wrap :::) parameters (part :::))
         (lambda parameters (wrap ::: (relate part :::))))))

    (define-syntax relate
      (syntax-rules ()
        ((_ left predicate) (predicate left))
        ((_ left predicate right) (predicate left right))
        ((_ left predicate right rest ...)
         (let ((middle right))
           (and (predicate left middle)
                (relate middle rest ...))))))))
