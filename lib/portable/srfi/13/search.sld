;;; Searching in strings, for SRFI 13, 130 and 152: for characters and for strings.
;;;
;;; A criterion is a character or a predicate of characters. Ranges are not checked here.

(define-library (srfi 13 search)
  (export index-from skip-from index-before skip-before search-left search-right)
  (import (scheme base))
  (begin

    ;; characters

    ;; (define-scan (name string criterion start end) (index from next done? at) (found? stop?)):
    ;; goes from `from` on by `next` to where `done?` holds, or where `stop?` does of whether the
    ;; character at `at` was found to meet the criterion.
    (define-syntax define-scan
      (syntax-rules ()
        ((_ (name string criterion start end) (index from next done? at) (found? stop?))
         (define (name string criterion start end)
           (if (char? criterion)
               (let loop ((index from))
                 (if done?
                     index
                     (let ((found? (char=? (string-ref string at) criterion)))
                       (if stop? index (loop next)))))
               (let loop ((index from))
                 (if done?
                     index
                     (let ((found? (criterion (string-ref string at))))
                       (if stop? index (loop next))))))))))

    ;; The first index that meets, or does not meet, the criterion, or `end`.
    (define-scan (index-from string criterion start end)
      (index start (+ index 1) (= index end) index)
      (found? found?))
    (define-scan (skip-from string criterion start end)
      (index start (+ index 1) (= index end) index)
      (found? (not found?)))

    ;; What follows the last index that meets, or does not meet, the criterion, or `start`.
    (define-scan (index-before string criterion start end)
      (index end (- index 1) (= index start) (- index 1))
      (found? found?))
    (define-scan (skip-before string criterion start end)
      (index end (- index 1) (= index start) (- index 1))
      (found? (not found?)))

    ;; strings

    ;; (define-knuth-morris-pratt (name text start end pattern first last) (text-at index)
    ;; (pattern-at place)): answers how far the text is read at the end of the first match, or #f.
    ;; The work is linear, whatever the strings are.
    (define-syntax define-knuth-morris-pratt
      (syntax-rules ()
        ((_ (name text start end pattern first last) (index text-at) (place pattern-at))
         (define (name text start end pattern first last)
           (let* ((length (- last first))
                  (count (- end start))
                  ;; For each place the longest border of what comes before, or -1.
                  (borders (make-vector length -1))
                  (pattern-ref (lambda (place) (string-ref pattern pattern-at))))
             (let loop ((place 0) (border -1))
               (if (< (+ place 1) length)
                   (if (or (= border -1) (char=? (pattern-ref place) (pattern-ref border)))
                       (begin
                         (vector-set! borders (+ place 1) (+ border 1))
                         (loop (+ place 1) (+ border 1)))
                       (loop place (vector-ref borders border)))))
             (let loop ((index 0) (place 0))
               (cond ((= place length) index)
                     ((< (- count index) (- length place)) #f)
                     ((char=? (string-ref text text-at) (pattern-ref place))
                      (loop (+ index 1) (+ place 1)))
                     (else
                      (let ((border (vector-ref borders place)))
                        (if (= border -1)
                            (loop (+ index 1) 0)
                            (loop index border)))))))))))

    (define-knuth-morris-pratt (end-of-first text start end pattern first last)
      (index (+ start index))
      (place (+ first place)))

    (define-knuth-morris-pratt (end-of-last text start end pattern first last)
      (index (- end index 1))
      (place (- last place 1)))

    ;; Where the first match begins, or #f.
    (define (search-left text start end pattern first last)
      (let ((length (- last first)))
        (cond ((= length 0) start)
              ((> length (- end start)) #f)
              ((= length 1)
               (let ((index (index-from text (string-ref pattern first) start end)))
                 (and (< index end) index)))
              ((or (< length 4) (< (- end start) 100))
               (linear-search text start end pattern first last))
              (else (skip-search text start end pattern first last)))))

    (define (linear-search text start end pattern first last)
      (let ((found (end-of-first text start end pattern first last)))
        (and found (- (+ start found) (- last first)))))

    (define (search-right text start end pattern first last)
      (if (= first last)
          end
          (let ((found (end-of-last text start end pattern first last)))
            (and found (- end found)))))

    (define shift-count 256)

    ;; Horspool: the last character under the pattern says how far the pattern may move. A search
    ;; that compares too much goes on with the linear algorithm.
    (define (skip-search text start end pattern first last)
      (let* ((length (- last first))
             (shifts (make-vector shift-count length))
             (final (string-ref pattern (- last 1))))
        (let loop ((index first))
          (if (< index (- last 1))
              (begin
                (vector-set! shifts
                             (modulo (char->integer (string-ref pattern index)) shift-count)
                             (- last index 1))
                (loop (+ index 1)))))
        (let loop ((at (- (+ start length) 1)) (budget (* 2 (- end start))))
          (cond ((>= at end) #f)
                ((< budget 0)
                 (linear-search text (- at (- length 1)) end pattern first last))
                (else
                 (let ((character (string-ref text at)))
                   (if (char=? character final)
                       (let back ((place (- last 2)) (index (- at 1)))
                         (cond ((< place first) (+ index 1))
                               ((char=? (string-ref pattern place) (string-ref text index))
                                (back (- place 1) (- index 1)))
                               (else
                                (loop (+ at (vector-ref shifts (modulo (char->integer character)
                                                                       shift-count)))
                                      (- budget (- at index))))))
                       (loop (+ at (vector-ref shifts (modulo (char->integer character)
                                                              shift-count)))
                             budget))))))))))
