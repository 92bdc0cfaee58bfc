;;; SRFI 166: colours and styles of terminals, by ANSI control sequences.

(define-library (srfi 166 color)
  (export as-red as-blue as-green as-cyan as-yellow as-magenta as-white as-black as-bold
          as-italic as-underline as-color as-true-color
          on-red on-blue on-green on-cyan on-yellow on-magenta on-white on-black on-color
          on-true-color)
  (import (scheme base) (srfi 166 base))
  (begin

    (define (sequence code) (string-append "\x1B;[" code "m"))

    ;; What is in force outside is in force again behind the formatters.
    (define foreground (make-state-variable "foreground" "39"))
    (define background (make-state-variable "background" "49"))

    (define (in-style variable code formatters)
      (fn ((before variable))
        (each (sequence code)
              (with ((variable code)) (each-in-list formatters))
              (sequence before))))

    (define-syntax define-styles
      (syntax-rules ()
        ((_ variable (name code) ...)
         (begin
           (define (name . formatters) (in-style variable code formatters)) ...))))

    (define-styles foreground
      (as-black "30") (as-red "31") (as-green "32") (as-yellow "33") (as-blue "34")
      (as-magenta "35") (as-cyan "36") (as-white "37"))

    (define-styles background
      (on-black "40") (on-red "41") (on-green "42") (on-yellow "43") (on-blue "44")
      (on-magenta "45") (on-cyan "46") (on-white "47"))

    (define-syntax define-switches
      (syntax-rules ()
        ((_ (name on variable off) ...)
         (begin
           (define variable (make-state-variable "style" off)) ...
           (define (name . formatters) (in-style variable on formatters)) ...))))

    (define-switches
      (as-bold "1" bold "22") (as-italic "3" italic "23") (as-underline "4" underline "24"))

    (define (check name limit . components)
      (for-each (lambda (component)
                  (if (not (and (exact-integer? component) (<= 0 component limit)))
                      (error (string-append name ": a component is out of range:")
                             component limit)))
                components))

    ;; The colours of the 6 by 6 by 6 cube begin at 16.
    (define (cube-code prefix red green blue)
      (check prefix 5 red green blue)
      (string-append prefix ";5;" (number->string (+ 16 (* 36 red) (* 6 green) blue))))

    (define (true-code prefix red green blue)
      (check prefix 255 red green blue)
      (string-append prefix ";2;" (number->string red) ";" (number->string green) ";"
                     (number->string blue)))

    (define (as-color red green blue . formatters)
      (in-style foreground (cube-code "38" red green blue) formatters))

    (define (as-true-color red green blue . formatters)
      (in-style foreground (true-code "38" red green blue) formatters))

    (define (on-color red green blue . formatters)
      (in-style background (cube-code "48" red green blue) formatters))

    (define (on-true-color red green blue . formatters)
      (in-style background (true-code "48" red green blue) formatters))))
