(define from-two 2)
