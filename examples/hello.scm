;; A first program. Run it with: cozen examples/hello.scm
;; expect: hello, world
(import (scheme base) (scheme write))

(display "hello, world")
(newline)
