;;; SRFI 130: strings with cursors. A cursor is an index.

(define-library (srfi 130)
  (export string-cursor? string-cursor-start string-cursor-end
          string-cursor-next string-cursor-prev string-cursor-forward string-cursor-back
          string-cursor=? string-cursor<? string-cursor>? string-cursor<=? string-cursor>=?
          string-cursor-diff string-cursor->index string-index->cursor
          string-null? string-every string-any
          string-tabulate string-unfold string-unfold-right
          string->list/cursors string->vector/cursors reverse-list->string string-join
          string-ref/cursor substring/cursors string-copy/cursors
          string-take string-take-right string-drop string-drop-right
          string-pad string-pad-right string-trim string-trim-right string-trim-both
          string-prefix-length string-suffix-length string-prefix? string-suffix?
          string-index string-index-right string-skip string-skip-right
          string-contains string-contains-right
          string-reverse string-concatenate string-concatenate-reverse
          string-fold string-fold-right string-for-each-cursor
          string-replicate string-count string-replace string-split
          string-filter string-remove)
  (import (scheme base) (scheme case-lambda)
          (except (srfi 13 kernel) string-index string-index-right string-skip string-skip-right))
  (begin

    ;; cursors

    (define (string-cursor? object)
      (and (exact-integer? object) (>= object 0)))

    (define (checked who string cursor)
      (check-count who cursor (string-length string))
      cursor)

    (define (string-cursor-start string) (checked 'string-cursor-start string 0))
    (define (string-cursor-end string) (string-length string))
    (define (string-cursor-next string cursor)
      (checked 'string-cursor-next string (+ cursor 1)))
    (define (string-cursor-prev string cursor)
      (checked 'string-cursor-prev string (- cursor 1)))
    (define (string-cursor-forward string cursor count)
      (checked 'string-cursor-forward string (+ cursor count)))
    (define (string-cursor-back string cursor count)
      (checked 'string-cursor-back string (- cursor count)))

    (define (string-cursor=? a b) (= a b))
    (define (string-cursor<? a b) (< a b))
    (define (string-cursor>? a b) (> a b))
    (define (string-cursor<=? a b) (<= a b))
    (define (string-cursor>=? a b) (>= a b))

    (define (string-cursor-diff string start end)
      (check-range 'string-cursor-diff string start end)
      (- end start))

    (define (string-cursor->index string cursor) (checked 'string-cursor->index string cursor))
    (define (string-index->cursor string index) (checked 'string-index->cursor string index))

    ;; the procedures of the report

    (define string->list/cursors string->list)
    (define string->vector/cursors string->vector)
    (define string-ref/cursor string-ref)
    (define substring/cursors substring)
    (define string-copy/cursors string-copy)

    ;; searching: always a cursor

    (define-ranged (string-index string criterion) (string start end)
      (index-from string criterion start end))

    (define-ranged (string-skip string criterion) (string start end)
      (skip-from string criterion start end))

    (define-ranged (string-index-right string criterion) (string start end)
      (index-before string criterion start end))

    (define-ranged (string-skip-right string criterion) (string start end)
      (skip-before string criterion start end))

    (define-ranged (string-for-each-cursor procedure string) (string start end)
      (let loop ((cursor start))
        (if (< cursor end)
            (begin
              (procedure cursor)
              (loop (+ cursor 1))))))))
