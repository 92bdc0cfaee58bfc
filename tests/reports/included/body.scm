(define in-body 21)
