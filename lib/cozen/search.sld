;;; Searching lists for what a procedure answers: `any` and `every` of SRFI 1.
;;;
;;; The last call of the procedure is a tail call, as SRFI 1 demands. All that comes before is a step of its own, whose
;;; result is called then. Where a program calls `any` in tail position, the compiler makes a call of `%any` that is
;;; none, and a tail call of its result (`core::pass::keep_callers`): so the program's frame stays for the first step.
;;; In backtraces the first step has the name of the whole.

(define-library (cozen search)
  (export any every %any %every heads tails all-pairs?)
  (import (scheme base) (scheme case-lambda) (only (cozen list) %check-end %check-ends))
  (begin

    ;; Several lists at once: their first elements, or #f at the end of one; and what follows.
    (define (heads lists)
      (let loop ((rest lists) (result '()))
        (cond ((null? rest) (reverse result))
              ((pair? (car rest)) (loop (cdr rest) (cons (car (car rest)) result)))
              (else #f))))

    (define (tails lists) (map cdr lists))

    (define (all-pairs? lists)
      (or (null? lists)
          (and (pair? (car lists)) (all-pairs? (cdr lists)))))

    (define any
      (case-lambda
        ((holds? list) ((%any holds? list)))
        ((holds? list . lists) ((apply %any holds? list lists)))))

    (define every
      (case-lambda
        ((holds? list) ((%every holds? list)))
        ((holds? list . lists) ((apply %every holds? list lists)))))

    (define %any
      (let ((any
            (case-lambda
              ((holds? list)
               (let loop ((rest list))
                 (cond ((not (pair? rest)) (no-more list 'any #f))
                       ((pair? (cdr rest))
                        (let ((answer (holds? (car rest))))
                          (if answer
                              (lambda () answer)
                              (loop (cdr rest)))))
                       (else (last-call holds? rest 'any)))))
              ((holds? list . lists)
               (let loop ((lists (cons list lists)))
                 (cond ((not (all-pairs? lists)) (some-ended lists 'any #f))
                       ((all-pairs? (tails lists))
                        (let ((answer (apply holds? (heads lists))))
                          (if answer
                              (lambda () answer)
                              (loop (tails lists)))))
                       (else (last-calls holds? lists 'any))))))))
        any))

    (define %every
      (let ((every
            (case-lambda
              ((holds? list)
               (let loop ((rest list))
                 (cond ((not (pair? rest)) (no-more list 'every #t))
                       ((pair? (cdr rest))
                        (if (holds? (car rest))
                            (loop (cdr rest))
                            (lambda () #f)))
                       (else (last-call holds? rest 'every)))))
              ((holds? list . lists)
               (let loop ((lists (cons list lists)))
                 (cond ((not (all-pairs? lists)) (some-ended lists 'every #t))
                       ((all-pairs? (tails lists))
                        (if (apply holds? (heads lists))
                            (loop (tails lists))
                            (lambda () #f)))
                       (else (last-calls holds? lists 'every))))))))
        every))

    ;; What answers where there is no element.
    (define (no-more list who answer)
      (%check-end list who 2)
      (lambda () answer))

    (define (some-ended lists who answer)
      (%check-ends lists who 2)
      (lambda () answer))

    ;; What calls `holds?` for the last element.
    (define (last-call holds? rest who)
      (%check-end (cdr rest) who 2)
      (let ((element (car rest)))
        (lambda () (holds? element))))

    (define (last-calls holds? lists who)
      (%check-ends (tails lists) who 2)
      (let ((elements (heads lists)))
        (lambda () (apply holds? elements))))))
