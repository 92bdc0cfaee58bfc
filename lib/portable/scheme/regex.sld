;;; R7RS-large (scheme regex): regular expressions. See (srfi 115).

(define-library (scheme regex)
  (export regexp rx regexp->sre char-set->sre valid-sre? regexp? regexp-match? regexp-matches
          regexp-matches? regexp-search regexp-fold regexp-extract regexp-split regexp-partition
          regexp-replace regexp-replace-all regexp-match-submatch regexp-match-submatch-start
          regexp-match-submatch-end regexp-match-count regexp-match->list)
  (import (srfi 115)))
