;;; SRFI 152: strings, reduced.
;;;
;;; `string-map` is not that of (scheme base): its procedure may answer strings.

(define-library (srfi 152)
  (export string? string-null? string-every string-any
          make-string string string-tabulate string-unfold string-unfold-right
          string->vector string->list vector->string list->string reverse-list->string
          string-length string-ref substring string-copy
          string-take string-take-right string-drop string-drop-right
          string-pad string-pad-right string-trim string-trim-right string-trim-both
          string-replace
          string=? string-ci=? string<? string-ci<? string>? string-ci>?
          string<=? string-ci<=? string>=? string-ci>=?
          string-prefix-length string-suffix-length string-prefix? string-suffix?
          string-index string-index-right string-skip string-skip-right
          string-contains string-contains-right
          string-take-while string-take-while-right string-drop-while string-drop-while-right
          string-break string-span
          string-append string-concatenate string-concatenate-reverse string-join
          string-fold string-fold-right string-map string-for-each string-count
          string-filter string-remove
          string-replicate string-segment string-split
          read-string write-string string-set! string-fill! string-copy!)
  (import (except (scheme base) string-map)
          (scheme case-lambda)
          (only (scheme char) string-ci=? string-ci<? string-ci>? string-ci<=? string-ci>=?)
          (srfi 13 kernel))
  (begin

    (define-ranged (string-take-while string criterion) (string start end)
      (substring string start (skip-from string criterion start end)))

    (define-ranged (string-take-while-right string criterion) (string start end)
      (substring string (skip-before string criterion start end) end))

    (define-ranged (string-drop-while string criterion) (string start end)
      (substring string (skip-from string criterion start end) end))

    (define-ranged (string-drop-while-right string criterion) (string start end)
      (substring string start (skip-before string criterion start end)))

    (define-ranged (string-span string criterion) (string start end)
      (let ((index (skip-from string criterion start end)))
        (values (substring string start index) (substring string index end))))

    (define-ranged (string-break string criterion) (string start end)
      (let ((index (index-from string criterion start end)))
        (values (substring string start index) (substring string index end))))

    (define (string-map procedure string . more)
      (string-concatenate
       (map (lambda (part) (if (char? part) (make-string 1 part) part))
            (if (null? more)
                (reverse (string-fold (lambda (character parts)
                                        (cons (procedure character) parts))
                                      '() string))
                (vector->list (apply vector-map procedure (string->vector string)
                                     (map string->vector more)))))))

    (define (string-segment string length)
      (if (not (and (exact-integer? length) (> length 0)))
          (error "string-segment: expected a positive length, found" length))
      (let loop ((end (string-length string)) (parts '()))
        (if (= end 0)
            parts
            (let ((start (* length (quotient (- end 1) length))))
              (loop start (cons (substring string start end) parts))))))))
