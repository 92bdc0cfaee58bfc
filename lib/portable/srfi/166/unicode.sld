;;; SRFI 166: terminals' widths of characters, and case.

(define-library (srfi 166 unicode)
  (export terminal-aware string-terminal-width string-terminal-width/wide
          substring-terminal-width substring-terminal-width/wide substring-terminal-preserve
          upcased downcased)
  (import (scheme base) (scheme case-lambda) (scheme char) (srfi 166 base)
          (srfi 166 width))
  (begin

    ;; The end of the control sequence that begins at an index, or #f.
    (define (sequence-end text index end)
      (and (char=? (string-ref text index) #\x1B)
           (< (+ index 1) end)
           (char=? (string-ref text (+ index 1)) #\[)
           (let loop ((index (+ index 2)))
             (cond ((= index end) #f)
                   ((char<=? #\@ (string-ref text index) #\~) (+ index 1))
                   (else (loop (+ index 1)))))))

    ;; Calls (step index next columns state) for each character and control sequence.
    (define (fold-text text start end ambiguous step state)
      (let loop ((index start) (state state))
        (if (< index end)
            (let ((after (sequence-end text index end)))
              (if after
                  (loop after (step index after 0 state))
                  (loop (+ index 1)
                        (step index
                              (+ index 1)
                              (char-columns (string-ref text index) ambiguous)
                              state))))
            state)))

    (define (make-width ambiguous)
      (letrec ((columns
                (case-lambda
                  ((text) (columns text 0 (string-length text)))
                  ((text start) (columns text start (string-length text)))
                  ((text start end)
                   (fold-text text start end ambiguous
                              (lambda (index next columns sum) (+ sum columns))
                              0)))))
        columns))

    (define string-terminal-width (make-width 1))
    (define string-terminal-width/wide (make-width 2))

    ;; The start is the first place where the columns exceed `from`; the end is the first where they
    ;; exceed `to`. The state is the columns so far, the start and the end.
    (define (make-substring ambiguous)
      (lambda (text from to)
        (let* ((end (string-length text))
               (result
                (fold-text text 0 end ambiguous
                           (lambda (index next columns state)
                             (let ((sum (+ columns (car state))))
                               (list sum
                                     (or (cadr state) (and (> sum from) index))
                                     (or (car (cddr state)) (and (> sum to) index)))))
                           (list 0 #f #f)))
               (finish (or (car (cddr result)) end)))
          (substring text (min finish (or (cadr result) end)) finish))))

    (define substring-terminal-width (make-substring 1))
    (define substring-terminal-width/wide (make-substring 2))

    ;; Colours and directions.
    (define (substring-terminal-preserve text)
      (let ((port (open-output-string)))
        (fold-text text 0 (string-length text) 1
                   (lambda (index next columns state)
                     (let ((code (char->integer (string-ref text index))))
                       (if (or (> next (+ index 1))
                               (<= #x202A code #x202E)
                               (<= #x2066 code #x2069)
                               (memv code '(#x200E #x200F #x61C)))
                           (write-string text port index next)))
                     state)
                   #f)
        (get-output-string port)))

    (define (terminal-aware . formatters)
      (fn (ambiguous-is-wide?)
        (with ((string-width (if ambiguous-is-wide?
                                 string-terminal-width/wide
                                 string-terminal-width))
               (substring/width (if ambiguous-is-wide?
                                    substring-terminal-width/wide
                                    substring-terminal-width))
               (substring/preserve substring-terminal-preserve))
          (each-in-list formatters))))

    ;; Control sequences keep their letters.
    (define (convert text change)
      (let ((end (string-length text)))
        (let loop ((start 0) (index 0) (parts '()))
          (define (parts-with-rest)
            (if (< start index)
                (cons (change (substring text start index)) parts)
                parts))
          (if (= index end)
              (apply string-append (reverse (parts-with-rest)))
              (let ((after (sequence-end text index end)))
                (if after
                    (loop after after (cons (substring text index after) (parts-with-rest)))
                    (loop start (+ index 1) parts)))))))

    (define (changed change formatters)
      (fn ((outer output))
        (with ((output (lambda (text)
                         (with ((output outer)) (outer (convert text change))))))
          (each-in-list formatters))))

    (define (upcased . formatters) (changed string-upcase formatters))
    (define (downcased . formatters) (changed string-downcase formatters))))
