;; Counts words in a string port and prints the most frequent ones.
;; expect: ((the . 3) (quick . 2) (fox . 1))
(import (scheme base) (scheme write) (scheme char))

(define text "the quick fox saw the dog, and the quick dog ran")

(define (read-word port)
  (let loop ((letters '()))
    (let ((char (read-char port)))
      (cond ((and (not (eof-object? char)) (char-alphabetic? char))
             (loop (cons (char-downcase char) letters)))
            ((pair? letters) (string->symbol (list->string (reverse letters))))
            ((eof-object? char) char)
            (else (loop letters))))))

(define (count-words port)
  (let loop ((counts '()))
    (let ((word (read-word port)))
      (if (eof-object? word)
          (reverse counts)
          (let ((entry (assq word counts)))
            (cond (entry (set-cdr! entry (+ 1 (cdr entry))) (loop counts))
                  (else (loop (cons (cons word 1) counts)))))))))

(define counts (count-words (open-input-string text)))

(write (map (lambda (word) (assq word counts)) '(the quick fox)))
(newline)
