;;; SRFI 211: syntax-case.

(define-library (srfi 211 syntax-case)
  (export syntax-case syntax with-syntax quasisyntax unsyntax unsyntax-splicing
          identifier? bound-identifier=? free-identifier=? generate-temporaries
          datum->syntax syntax->datum syntax-violation)
  (import (cozen syntax)))
