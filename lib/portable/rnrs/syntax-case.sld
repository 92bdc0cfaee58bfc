;;; R6RS libraries 12: syntax-case.

(define-library (rnrs syntax-case)
  (export syntax-case syntax with-syntax quasisyntax unsyntax unsyntax-splicing
          identifier? bound-identifier=? free-identifier=? generate-temporaries
          datum->syntax syntax->datum make-variable-transformer syntax-violation)
  (import (cozen syntax)))
