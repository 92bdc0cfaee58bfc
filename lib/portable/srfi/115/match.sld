;;; SRFI 115: from patterns to matchers. See (srfi 115 parse) for patterns.
;;;
;;; A matcher gets a state and a position; it answers the end of the whole match, or #f. What
;;; follows a pattern is built into the pattern's matcher.

(define-library (srfi 115 match)
  (export compile-pattern run-match first-characters)
  (import (scheme base) (srfi 14))
  (begin

    ;; `slots` has the start and the end of each group, then registers of the matchers. `visited`
    ;; is #f until `budget` is used up; then it has a byte for each branch and position.
    (define-record-type state-type
      (new-state string start end whole? slots visited budget branch-count)
      state?
      (string state-string)
      (start state-start)
      (end state-end)
      (whole? state-whole?)
      (slots state-slots)
      (visited state-visited set-state-visited!)
      (budget state-budget set-state-budget!)
      (branch-count state-branch-count))

    (define-record-type compiled-type
      (new-compiled matcher slot-count branch-count)
      compiled?
      (matcher compiled-matcher)
      (slot-count compiled-slot-count)
      (branch-count compiled-branch-count))

    ;; Work that every search may do, and for each character, before it notes what it tried.
    (define free-work 2000)
    (define work-per-character 8)

    (define (spend! state amount)
      (let ((left (- (state-budget state) amount)))
        (set-state-budget! state left)
        (if (and (< left 0) (> (state-branch-count state) 0))
            (set-state-visited! state
                                (make-bytevector (* (state-branch-count state) (width state))
                                                 0)))))

    (define (width state) (+ 1 (- (state-end state) (state-start state))))

    ;; Whether a branch was tried before at a position, and so failed. #f is a branch that may be
    ;; tried again.
    (define (tried? state branch at)
      (cond ((not branch) #f)
            ((state-visited state)
             (let ((index (+ (* branch (width state)) (- at (state-start state)))))
               (or (= 1 (bytevector-u8-ref (state-visited state) index))
                   (begin
                     (bytevector-u8-set! (state-visited state) index 1)
                     #f))))
            (else
             (spend! state 1)
             #f)))

    ;; properties of patterns

    (define (has-back-reference? pattern)
      (case (car pattern)
        ((back-reference) #t)
        ((sequence choice)
         (let loop ((rest (cdr pattern)))
           (and (pair? rest)
                (or (has-back-reference? (car rest)) (loop (cdr rest))))))
        ((star optional group) (has-back-reference? (list-ref pattern 2)))
        ((look) (has-back-reference? (list-ref pattern 3)))
        (else #f)))

    (define (may-be-empty? pattern)
      (case (car pattern)
        ((set) #f)
        ((literal) (= 0 (string-length (cadr pattern))))
        ((sequence)
         (let loop ((rest (cdr pattern)))
           (or (null? rest)
               (and (may-be-empty? (car rest)) (loop (cdr rest))))))
        ((choice)
         (let loop ((rest (cdr pattern)))
           (and (pair? rest)
                (or (may-be-empty? (car rest)) (loop (cdr rest))))))
        ((group) (may-be-empty? (list-ref pattern 2)))
        (else #t)))

    ;; How many characters a pattern matches, or #f if that is not always the same.
    (define (fixed-width pattern)
      (case (car pattern)
        ((set) 1)
        ((literal) (string-length (cadr pattern)))
        ((assertion look) 0)
        ((sequence)
         (let loop ((rest (cdr pattern)) (sum 0))
           (if (null? rest)
               sum
               (let ((width (fixed-width (car rest))))
                 (and width (loop (cdr rest) (+ sum width)))))))
        ((choice)
         (and (pair? (cdr pattern))
              (let ((width (fixed-width (cadr pattern))))
                (let loop ((rest (cddr pattern)))
                  (if (null? rest)
                      width
                      (and width (eqv? width (fixed-width (car rest))) (loop (cdr rest))))))))
        ((group) (fixed-width (list-ref pattern 2)))
        (else #f)))

    ;; Answers the set of characters that a match can begin with, and whether a match can be empty.
    (define (first-set pattern)
      (case (car pattern)
        ((set) (values (cadr pattern) #f))
        ((literal)
         (if (= 0 (string-length (cadr pattern)))
             (values char-set:empty #t)
             (values (char-set (string-ref (cadr pattern) 0)) #f)))
        ((sequence)
         (let loop ((rest (cdr pattern)) (set char-set:empty))
           (if (null? rest)
               (values set #t)
               (let-values (((first empty?) (first-set (car rest))))
                 (let ((set (char-set-union set first)))
                   (if empty?
                       (loop (cdr rest) set)
                       (values set #f)))))))
        ((choice)
         (let loop ((rest (cdr pattern)) (set char-set:empty) (empty? #f))
           (if (null? rest)
               (values set empty?)
               (let-values (((first first-empty?) (first-set (car rest))))
                 (loop (cdr rest) (char-set-union set first) (or empty? first-empty?))))))
        ((star optional)
         (let-values (((first empty?) (first-set (list-ref pattern 2))))
           (values first #t)))
        ((group) (first-set (list-ref pattern 2)))
        ((back-reference) (values char-set:full #t))
        (else (values char-set:empty #t))))

    ;; A test of a match's first character, or #f where any will do.
    (define (first-characters pattern)
      (let-values (((set empty?) (first-set pattern)))
        (and (not empty?)
             (not (= (char-set-size set) (char-set-size char-set:full)))
             (set->test set))))

    ;; A test of characters that looks ASCII up in a table.
    (define (set->test set)
      (if (= (char-set-size set) 1)
          (let ((only (char-set-ref set (char-set-cursor set))))
            (lambda (character) (char=? character only)))
          (let ((table (make-bytevector 128 0)))
            (let loop ((code 0))
              (if (< code 128)
                  (begin
                    (if (char-set-contains? set (integer->char code))
                        (bytevector-u8-set! table code 1))
                    (loop (+ code 1)))))
            (lambda (character)
              (let ((code (char->integer character)))
                (if (< code 128)
                    (= 1 (bytevector-u8-ref table code))
                    (char-set-contains? set character)))))))

    ;; compilation

    (define (compile-pattern pattern group-count)
      (define slot-count (* 2 (+ 1 group-count)))
      (define branch-count 0)

      (define (new-register!)
        (set! slot-count (+ slot-count 1))
        (- slot-count 1))

      (define (new-branch! noted?)
        (and noted?
             (begin
               (set! branch-count (+ branch-count 1))
               (- branch-count 1))))

      ;; `noted?` says whether branches may note what they tried.
      (define (compile pattern next noted?)
        (case (car pattern)
          ((set) (compile-set (set->test (cadr pattern)) next))
          ((literal) (compile-literal (cadr pattern) next))
          ((sequence)
           (let loop ((rest (cdr pattern)))
             (if (null? rest)
                 next
                 (compile (car rest) (loop (cdr rest)) noted?))))
          ((choice)
           (choose (new-branch! noted?)
                   (map (lambda (pattern) (compile pattern next noted?)) (cdr pattern))))
          ((star) (compile-star (cadr pattern) (list-ref pattern 2) next noted?))
          ((optional)
           (let ((body (compile (list-ref pattern 2) next noted?)))
             (choose (new-branch! noted?)
                     (if (cadr pattern) (list body next) (list next body)))))
          ((group) (compile-group (cadr pattern) (list-ref pattern 2) next noted?))
          ((assertion)
           (let ((holds? (cadr pattern)))
             (lambda (state at)
               (and (holds? (state-string state) at (state-start state) (state-end state))
                    (next state at)))))
          ((look)
           (compile-look (cadr pattern) (list-ref pattern 2) (list-ref pattern 3) next))
          (else (compile-back-reference (cadr pattern) (list-ref pattern 2) next))))

      (define (compile-star greedy? pattern next noted?)
        (let ((branch (new-branch! noted?)))
          (if (eq? (car pattern) 'set)
              (let ((test (set->test (cadr pattern))))
                (if greedy?
                    (greedy-set-star branch test next)
                    (lazy-set-star branch test next)))
              (general-star greedy? branch pattern next noted?))))

      ;; A register has where an iteration began: one that matched nothing is the last one.
      (define (general-star greedy? branch pattern next noted?)
        (define register (new-register!))
        (define body
          (compile pattern
                   (if (may-be-empty? pattern)
                       (lambda (state at)
                         (if (eqv? at (vector-ref (state-slots state) register))
                             (next state at)
                             (loop state at)))
                       (lambda (state at) (loop state at)))
                   noted?))
        (define (iterate state at)
          (let* ((slots (state-slots state)) (old (vector-ref slots register)))
            (vector-set! slots register at)
            (or (body state at)
                (begin
                  (vector-set! slots register old)
                  #f))))
        (define loop
          (if greedy?
              (lambda (state at)
                (and (not (tried? state branch at))
                     (or (iterate state at) (next state at))))
              (lambda (state at)
                (and (not (tried? state branch at))
                     (or (next state at) (iterate state at))))))
        loop)

      (define (compile-group number pattern next noted?)
        (let* ((register (new-register!))
               (start-slot (* 2 number))
               (end-slot (+ 1 start-slot))
               (body
                (compile pattern
                         (lambda (state at)
                           (let* ((slots (state-slots state))
                                  (old-start (vector-ref slots start-slot))
                                  (old-end (vector-ref slots end-slot)))
                             (vector-set! slots start-slot (vector-ref slots register))
                             (vector-set! slots end-slot at)
                             (or (next state at)
                                 (begin
                                   (vector-set! slots start-slot old-start)
                                   (vector-set! slots end-slot old-end)
                                   #f))))
                         noted?)))
          (lambda (state at)
            (let* ((slots (state-slots state)) (old (vector-ref slots register)))
              (vector-set! slots register at)
              (or (body state at)
                  (begin
                    (vector-set! slots register old)
                    #f))))))

      ;; Inside, success is no end: branches there note nothing.
      (define (compile-look ahead? negative? pattern next)
        (let* ((body (compile pattern (lambda (state at) at) #f))
               (width (if ahead? 0 (fixed-width pattern))))
          (if (not width)
              (error "regexp: the length of what look-behind matches is not fixed"))
          (lambda (state at)
            (let* ((slots (state-slots state))
                   (saved (vector-copy slots))
                   (from (- at width))
                   (found (and (>= from (state-start state)) (body state from))))
              (if negative?
                  (if found
                      (begin
                        (vector-copy! slots 0 saved)
                        #f)
                      (next state at))
                  (and found
                       (or (next state at)
                           (begin
                             (vector-copy! slots 0 saved)
                             #f))))))))

      (let ((matcher (compile pattern accept (not (has-back-reference? pattern)))))
        (new-compiled matcher slot-count branch-count)))

    (define (accept state at)
      (and (or (not (state-whole? state)) (= at (state-end state)))
           at))

    (define (compile-set test next)
      (lambda (state at)
        (and (< at (state-end state))
             (test (string-ref (state-string state) at))
             (next state (+ at 1)))))

    (define (compile-literal literal next)
      (let ((length (string-length literal)))
        (lambda (state at)
          (let ((end (+ at length)) (string (state-string state)))
            (and (<= end (state-end state))
                 (let loop ((index 0))
                   (if (= index length)
                       (next state end)
                       (and (char=? (string-ref literal index) (string-ref string (+ at index)))
                            (loop (+ index 1))))))))))

    ;; Tries matchers in turn.
    (define (choose branch matchers)
      (let ((first
             (let loop ((rest matchers))
               (cond ((null? rest) (lambda (state at) #f))
                     ((null? (cdr rest)) (car rest))
                     (else
                      (let ((a (car rest)) (b (loop (cdr rest))))
                        (lambda (state at) (or (a state at) (b state at)))))))))
        (lambda (state at)
          (and (not (tried? state branch at))
               (first state at)))))

    ;; As far as possible, then back.
    (define (greedy-set-star branch test next)
      (lambda (state at)
        (let ((string (state-string state)) (end (state-end state)))
          (define (back from)
            (and (>= from at)
                 (or (next state from) (back (- from 1)))))
          (if (and branch (state-visited state))
              (let scan ((index at))
                (cond ((tried? state branch index) (back (- index 1)))
                      ((and (< index end) (test (string-ref string index))) (scan (+ index 1)))
                      (else (back index))))
              (let scan ((index at))
                (if (and (< index end) (test (string-ref string index)))
                    (scan (+ index 1))
                    (begin
                      (if branch (spend! state (+ 1 (- index at))))
                      (back index))))))))

    (define (lazy-set-star branch test next)
      (lambda (state at)
        (let ((string (state-string state)) (end (state-end state)))
          (let loop ((index at))
            (and (not (tried? state branch index))
                 (or (next state index)
                     (and (< index end)
                          (test (string-ref string index))
                          (loop (+ index 1)))))))))

    (define (compile-back-reference numbers same? next)
      (lambda (state at)
        (let* ((slots (state-slots state))
               (number (let loop ((rest numbers))
                         (cond ((null? rest) #f)
                               ((vector-ref slots (+ 1 (* 2 (car rest)))) (car rest))
                               (else (loop (cdr rest)))))))
          (and number
               (let* ((string (state-string state))
                      (start (vector-ref slots (* 2 number)))
                      (length (- (vector-ref slots (+ 1 (* 2 number))) start)))
                 (and (<= (+ at length) (state-end state))
                      (let loop ((index 0))
                        (if (= index length)
                            (next state (+ at length))
                            (and (same? (string-ref string (+ start index))
                                        (string-ref string (+ at index)))
                                 (loop (+ index 1)))))))))))

    ;; Runs a compiled pattern at `from`, or, if `first` is not #f, at the first position from there
    ;; that gives a match. `first` is a test of the first character, or `any`. Answers the slots of
    ;; the groups, or #f.
    (define (run-match compiled group-count string from start end whole? first)
      (let* ((slots (make-vector (compiled-slot-count compiled) #f))
             (matcher (compiled-matcher compiled))
             (state (new-state string start end whole? slots #f
                               (+ free-work (* work-per-character (- end start)))
                               (compiled-branch-count compiled))))
        (define (result at found)
          (vector-set! slots 0 at)
          (vector-set! slots 1 found)
          (vector-copy slots 0 (* 2 (+ 1 group-count))))
        (if (procedure? first)
            (let search ((at from))
              (and (< at end)
                   (if (first (string-ref string at))
                       (let ((found (matcher state at)))
                         (if found (result at found) (search (+ at 1))))
                       (search (+ at 1)))))
            (let search ((at from))
              (let ((found (matcher state at)))
                (cond (found (result at found))
                      ((and first (< at end)) (search (+ at 1)))
                      (else #f)))))))))
