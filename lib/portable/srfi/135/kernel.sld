;;; Texts, for SRFI 135, and how procedures take texts and strings.
;;;
;;; A text is a part of a string that nothing else can reach. A part of a text shares that string, unless the string is
;;; much longer: then the part would keep too much.

(define-library (srfi 135 kernel)
  (export text? textual? textual->text string-of base-of length-of
          fresh-text copied-text part
          check-textual check-range fail define-textual define-two-textual)
  (import (scheme base) (scheme case-lambda) (only (cozen condition) %check-argument))
  (begin

    (define-record-type text-type
      (new-text string start length)
      text?
      (string text-string)
      (start text-start)
      (length text-length))

    (define (textual? object) (or (text? object) (string? object)))

    (define-syntax check-textual
      (syntax-rules ()
        ((_ object who number) (%check-argument textual? object who number "text or string"))))

    ;; The string with the characters, where they begin in it, and how many there are.
    (define (string-of textual) (if (text? textual) (text-string textual) textual))
    (define (base-of textual) (if (text? textual) (text-start textual) 0))
    (define (length-of textual)
      (if (text? textual) (text-length textual) (string-length textual)))

    ;; A text of a string that nothing else refers to.
    (define (fresh-text string) (new-text string 0 (string-length string)))

    (define (copied-text string start end) (fresh-text (substring string start end)))

    (define (textual->text textual)
      (check-textual textual 'textual->text 1)
      (if (text? textual) textual (fresh-text (string-copy textual))))

    ;; How many characters a short text may keep.
    (define kept-characters 64)

    ;; The text of the characters of `textual` from index `start` to `end` of its string.
    (define (part textual start end)
      (let ((length (- end start)) (string (string-of textual)))
        (cond ((not (text? textual)) (copied-text string start end))
              ((and (= length (text-length textual)) (= start (text-start textual))) textual)
              ((<= (string-length string) (max kept-characters (* 4 length)))
               (new-text string start length))
              (else (copied-text string start end)))))

    (define (fail who message . irritants)
      (apply error (string-append (symbol->string who) ": " message) irritants))

    (define (check-range textual start end who)
      (if (not (and (exact-integer? start) (exact-integer? end)
                    (<= 0 start end (length-of textual))))
          (fail who
                (string-append "no range of a text of length "
                               (number->string (length-of textual)) ":")
                start end)))

    ;; (define-textual (name argument ...) (textual number) (string start end base) body ...): `textual` is argument
    ;; `number`; a start and an end may follow the arguments. The body is about the characters from index `start` to
    ;; `end` of `string`; the text begins at index `base`.
    (define-syntax define-textual
      (syntax-rules ()
        ((_ (name argument ...) (textual number) (string start end base) body1 body2 ...)
         (define name
           (let ((of-range
                  (lambda (argument ... from to)
                    (check-range textual from to 'name)
                    (let* ((string (string-of textual)) (base (base-of textual))
                           (start (+ base from)) (end (+ base to)))
                      body1 body2 ...))))
             (case-lambda
               ((argument ...)
                (check-textual textual 'name number)
                (of-range argument ... 0 (length-of textual)))
               ((argument ... from)
                (check-textual textual 'name number)
                (of-range argument ... from (length-of textual)))
               ((argument ... from to)
                (check-textual textual 'name number)
                (of-range argument ... from to))))))))

    ;; (define-two-textual (name a b) (string1 start1 end1) (string2 start2 end2) body ...): the same for two texts;
    ;; four indexes may follow.
    (define-syntax define-two-textual
      (syntax-rules ()
        ((_ (name a b) (string1 start1 end1) (string2 start2 end2) body1 body2 ...)
         (define (name a b . indexes)
           (call-with-ranges
            'name a b indexes
            (lambda (string1 start1 end1 string2 start2 end2) body1 body2 ...))))))

    (define (call-with-ranges who a b indexes receiver)
      (check-textual a who 1)
      (check-textual b who 2)
      (let*-values (((start1 more) (index-or 0 indexes))
                    ((end1 more) (index-or (length-of a) more))
                    ((start2 more) (index-or 0 more))
                    ((end2 more) (index-or (length-of b) more)))
        (if (pair? more) (fail who "too many arguments:" more))
        (check-range a start1 end1 who)
        (check-range b start2 end2 who)
        (let ((base1 (base-of a)) (base2 (base-of b)))
          (receiver (string-of a) (+ base1 start1) (+ base1 end1)
                    (string-of b) (+ base2 start2) (+ base2 end2)))))

    (define (index-or default indexes)
      (if (pair? indexes)
          (values (car indexes) (cdr indexes))
          (values default '())))))
