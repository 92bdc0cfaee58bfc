(define from-one 1) (include "two.scm")
