;;; SRFI 42 by its name of SRFI 97.

(define-library (srfi 42 eager-comprehensions)
  (export do-ec list-ec append-ec string-ec string-append-ec vector-ec vector-of-length-ec sum-ec
          product-ec min-ec max-ec any?-ec every?-ec first-ec last-ec fold-ec fold3-ec :
          :list :string :vector :integers :range :real-range :char-range :port
          :dispatched :do :let :parallel :while :until :generator-proc
          make-initial-:-dispatch :-dispatch-ref :-dispatch-set! dispatch-union nested)
  (import (srfi 42)))
