;;; Calls with more arguments, and returns of more values, than registers and one area hold. Small enough
;;; to be run with a collection at every poll.

(import (scheme base) (scheme case-lambda) (scheme write) (scheme process-context))
(include "../prelude.scm")

(define (up-to n)
  (let loop ((n n) (list '())) (if (= n 0) list (loop (- n 1) (cons n list)))))

;; Each element times its place: tells arguments that changed places.
(define (weigh list)
  (let loop ((list list) (place 1) (sum 0))
    (if (null? list) sum (loop (cdr list) (+ place 1) (+ sum (* place (car list)))))))
(define (unbox-all boxes) (map car boxes))

(define (take-63
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63)
  (weigh (list
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63)))
(define (take-64
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64)
  (weigh (list
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64)))
(define (take-65
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65)
  (weigh (list
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65)))
(define (take-100
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70 x71
    x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90 x91 x92 x93 x94
    x95 x96 x97 x98 x99 x100)
  (weigh (list
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70 x71
    x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90 x91 x92 x93 x94
    x95 x96 x97 x98 x99 x100)))

;; Arguments are made one after the other, and everything moves in between.
(define (boxes-100
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70 x71
    x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90 x91 x92 x93 x94
    x95 x96 x97 x98 x99 x100)
  (let ((again (list 'fresh)))
    (weigh (unbox-all (list
      x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24
      x25 x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46
      x47 x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68
      x69 x70 x71 x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90
      x91 x92 x93 x94 x95 x96 x97 x98 x99 x100)))))
(define (call-boxes n)
  (boxes-100
    (list (+ n 1)) (list (+ n 2)) (list (+ n 3)) (list (+ n 4)) (list (+ n 5)) (list (+ n 6))
    (list (+ n 7)) (list (+ n 8)) (list (+ n 9)) (list (+ n 10)) (list (+ n 11))
    (list (+ n 12)) (list (+ n 13)) (list (+ n 14)) (list (+ n 15)) (list (+ n 16))
    (list (+ n 17)) (list (+ n 18)) (list (+ n 19)) (list (+ n 20)) (list (+ n 21))
    (list (+ n 22)) (list (+ n 23)) (list (+ n 24)) (list (+ n 25)) (list (+ n 26))
    (list (+ n 27)) (list (+ n 28)) (list (+ n 29)) (list (+ n 30)) (list (+ n 31))
    (list (+ n 32)) (list (+ n 33)) (list (+ n 34)) (list (+ n 35)) (list (+ n 36))
    (list (+ n 37)) (list (+ n 38)) (list (+ n 39)) (list (+ n 40)) (list (+ n 41))
    (list (+ n 42)) (list (+ n 43)) (list (+ n 44)) (list (+ n 45)) (list (+ n 46))
    (list (+ n 47)) (list (+ n 48)) (list (+ n 49)) (list (+ n 50)) (list (+ n 51))
    (list (+ n 52)) (list (+ n 53)) (list (+ n 54)) (list (+ n 55)) (list (+ n 56))
    (list (+ n 57)) (list (+ n 58)) (list (+ n 59)) (list (+ n 60)) (list (+ n 61))
    (list (+ n 62)) (list (+ n 63)) (list (+ n 64)) (list (+ n 65)) (list (+ n 66))
    (list (+ n 67)) (list (+ n 68)) (list (+ n 69)) (list (+ n 70)) (list (+ n 71))
    (list (+ n 72)) (list (+ n 73)) (list (+ n 74)) (list (+ n 75)) (list (+ n 76))
    (list (+ n 77)) (list (+ n 78)) (list (+ n 79)) (list (+ n 80)) (list (+ n 81))
    (list (+ n 82)) (list (+ n 83)) (list (+ n 84)) (list (+ n 85)) (list (+ n 86))
    (list (+ n 87)) (list (+ n 88)) (list (+ n 89)) (list (+ n 90)) (list (+ n 91))
    (list (+ n 92)) (list (+ n 93)) (list (+ n 94)) (list (+ n 95)) (list (+ n 96))
    (list (+ n 97)) (list (+ n 98)) (list (+ n 99)) (list (+ n 100))))
(test '(348450 338350) (list (call-boxes 2) (call-boxes 0)))
(define (call-known n)
  (list
   (take-63
    n 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
   (take-64
    n 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64)
   (take-65
    n 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64 65)
   (take-100
    n 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93
    94 95 96 97 98 99 100)))
(test '(85344 89440 93665 338350) (call-known 1))
;; What is called is not known.
(define (call-any procedure n)
  (procedure
    n 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33
    34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93
    94 95 96 97 98 99 100))
(test '(338350 100 (99 . 1) wrong wrong)
      (list (call-any take-100 1)
            (call-any (lambda all (length all)) 1)
            (call-any (lambda (first second . rest) (cons (+ 1 (length rest)) first)) 1)
            (guard (e (#t 'wrong)) (call-any take-65 1))
            (guard (e (#t 'wrong)) (call-any 'none 1))))
;; Tail calls, from and to each other, take no stack.
(define (ping n other
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70)
  (if (= n 0)
      (weigh (unbox-all (list
       x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24
       x25 x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46
       x47 x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68
       x69 x70)))
      (other (- n 1) ping
       x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
       x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47
       x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69
       x70 x1)))
(define (pong n other
    x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70)
  (if (= n 0)
      'pong
      (other (- n 1) pong
       x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
       x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47
       x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69
       x70 (list (car x1)))))
(define (start n)
  (ping n pong
    (list 1) (list 2) (list 3) (list 4) (list 5) (list 6) (list 7) (list 8) (list 9) (list 10)
    (list 11) (list 12) (list 13) (list 14) (list 15) (list 16) (list 17) (list 18) (list 19)
    (list 20) (list 21) (list 22) (list 23) (list 24) (list 25) (list 26) (list 27) (list 28)
    (list 29) (list 30) (list 31) (list 32) (list 33) (list 34) (list 35) (list 36) (list 37)
    (list 38) (list 39) (list 40) (list 41) (list 42) (list 43) (list 44) (list 45) (list 46)
    (list 47) (list 48) (list 49) (list 50) (list 51) (list 52) (list 53) (list 54) (list 55)
    (list 56) (list 57) (list 58) (list 59) (list 60) (list 61) (list 62) (list 63) (list 64)
    (list 65) (list 66) (list 67) (list 68) (list 69) (list 70)))
(test '(116795 95795 81795) (list (start 0) (start 10) (start 1000)))
;; Lists as arguments.
(test '(338350 300 wrong)
      (list (apply take-100 (up-to 100))
            (apply (lambda all (length all)) (up-to 300))
            (guard (e (#t 'wrong)) (apply take-100 (up-to 300)))))
(test '(300 100 1)
      (apply (lambda (first . rest) (list (+ 1 (length rest)) (list-ref rest 98) first)) (up-to 300)))
;; Optional arguments behind many.
(define count-them
  (case-lambda
    ((
      x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24
      x25 x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46
      x47 x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68
      x69 x70 x71 x72 x73 x74 x75 x76 x77 x78 x79 x80)
     (list 80 x1 x80))
    ((
      x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24
      x25 x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46
      x47 x48 x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68
      x69 x70 x71 x72 x73 x74 x75 x76 x77 x78 x79 x80 x81)
     (list 81 x1 x81))
    (others (list 'other (length others)))))
(test '((80 1 80) (81 1 81) (other 82) (other 3))
      (map (lambda (n) (apply count-them (up-to n))) '(80 81 82 3)))
;; Values.
(define (many n)
  (values
    (list (+ n 0)) (list (+ n 1)) (list (+ n 2)) (list (+ n 3)) (list (+ n 4)) (list (+ n 5))
    (list (+ n 6)) (list (+ n 7)) (list (+ n 8)) (list (+ n 9)) (list (+ n 10)) (list (+ n 11))
    (list (+ n 12)) (list (+ n 13)) (list (+ n 14)) (list (+ n 15)) (list (+ n 16))
    (list (+ n 17)) (list (+ n 18)) (list (+ n 19)) (list (+ n 20)) (list (+ n 21))
    (list (+ n 22)) (list (+ n 23)) (list (+ n 24)) (list (+ n 25)) (list (+ n 26))
    (list (+ n 27)) (list (+ n 28)) (list (+ n 29)) (list (+ n 30)) (list (+ n 31))
    (list (+ n 32)) (list (+ n 33)) (list (+ n 34)) (list (+ n 35)) (list (+ n 36))
    (list (+ n 37)) (list (+ n 38)) (list (+ n 39)) (list (+ n 40)) (list (+ n 41))
    (list (+ n 42)) (list (+ n 43)) (list (+ n 44)) (list (+ n 45)) (list (+ n 46))
    (list (+ n 47)) (list (+ n 48)) (list (+ n 49)) (list (+ n 50)) (list (+ n 51))
    (list (+ n 52)) (list (+ n 53)) (list (+ n 54)) (list (+ n 55)) (list (+ n 56))
    (list (+ n 57)) (list (+ n 58)) (list (+ n 59)) (list (+ n 60)) (list (+ n 61))
    (list (+ n 62)) (list (+ n 63)) (list (+ n 64)) (list (+ n 65)) (list (+ n 66))
    (list (+ n 67)) (list (+ n 68)) (list (+ n 69)) (list (+ n 70)) (list (+ n 71))
    (list (+ n 72)) (list (+ n 73)) (list (+ n 74)) (list (+ n 75)) (list (+ n 76))
    (list (+ n 77)) (list (+ n 78)) (list (+ n 79)) (list (+ n 80)) (list (+ n 81))
    (list (+ n 82)) (list (+ n 83)) (list (+ n 84)) (list (+ n 85)) (list (+ n 86))
    (list (+ n 87)) (list (+ n 88)) (list (+ n 89)) (list (+ n 90)) (list (+ n 91))
    (list (+ n 92)) (list (+ n 93)) (list (+ n 94)) (list (+ n 95)) (list (+ n 96))
    (list (+ n 97)) (list (+ n 98)) (list (+ n 99))))
(test '(338350 338350 338350 wrong)
      (list (call-with-values (lambda () (many 1)) boxes-100)
            (call-with-values (lambda () (many 1)) (lambda all (weigh (unbox-all all))))
            (let-values (((first . rest) (many 1))) (weigh (unbox-all (cons first rest))))
            (guard (e (#t 'wrong)) (call-with-values (lambda () (many 1)) take-65))))
(test 98021
  (let-values (((
      v1 v2 v3 v4 v5 v6 v7 v8 v9 v10 v11 v12 v13 v14 v15 v16 v17 v18 v19 v20 v21 v22 v23 v24
      v25 v26 v27 v28 v29 v30 v31 v32 v33 v34 v35 v36 v37 v38 v39 v40 v41 v42 v43 v44 v45 v46
      v47 v48 v49 v50 v51 v52 v53 v54 v55 v56 v57 v58 v59 v60 v61 v62 v63 v64 v65 v66)
      (values
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
        31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57
        58 59 60 61 62 63 64 65 66)))
    (weigh (list
      v1 v2 v3 v4 v5 v6 v7 v8 v9 v10 v11 v12 v13 v14 v15 v16 v17 v18 v19 v20 v21 v22 v23 v24
      v25 v26 v27 v28 v29 v30 v31 v32 v33 v34 v35 v36 v37 v38 v39 v40 v41 v42 v43 v44 v45 v46
      v47 v48 v49 v50 v51 v52 v53 v54 v55 v56 v57 v58 v59 v60 v61 v62 v63 v64 v65 v66))))
;; Primitives.
(define (primitives x)
  (list (vector-ref (vector
      (list x 0) (list x 1) (list x 2) (list x 3) (list x 4) (list x 5) (list x 6) (list x 7)
      (list x 8) (list x 9) (list x 10) (list x 11) (list x 12) (list x 13) (list x 14)
      (list x 15) (list x 16) (list x 17) (list x 18) (list x 19) (list x 20) (list x 21)
      (list x 22) (list x 23) (list x 24) (list x 25) (list x 26) (list x 27) (list x 28)
      (list x 29) (list x 30) (list x 31) (list x 32) (list x 33) (list x 34) (list x 35)
      (list x 36) (list x 37) (list x 38) (list x 39) (list x 40) (list x 41) (list x 42)
      (list x 43) (list x 44) (list x 45) (list x 46) (list x 47) (list x 48) (list x 49)
      (list x 50) (list x 51) (list x 52) (list x 53) (list x 54) (list x 55) (list x 56)
      (list x 57) (list x 58) (list x 59) (list x 60) (list x 61) (list x 62) (list x 63)
      (list x 64) (list x 65) (list x 66) (list x 67) (list x 68) (list x 69) (list x 70)
      (list x 71) (list x 72) (list x 73) (list x 74) (list x 75) (list x 76) (list x 77)
      (list x 78) (list x 79) (list x 80) (list x 81) (list x 82) (list x 83) (list x 84)
      (list x 85) (list x 86) (list x 87) (list x 88) (list x 89) (list x 90) (list x 91)
      (list x 92) (list x 93) (list x 94) (list x 95) (list x 96) (list x 97) (list x 98)
      (list x 99)) 99)
        (string-length (string-append
      "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab"
      "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab"
      "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab"
      "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "ab"))
        (max
      x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
      33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62
      63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89)))
(test '((7 99) 140 89) (primitives 7))
;; Numbers that are passed unboxed.
(define (add-all n
    f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24 f25
    f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46 f47 f48
    f49 f50 f51 f52 f53 f54 f55 f56 f57 f58 f59 f60 f61 f62 f63 f64 f65 f66 f67 f68 f69 f70)
  (if (= n 0)
      (+
       f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
       f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46
       f47 f48 f49 f50 f51 f52 f53 f54 f55 f56 f57 f58 f59 f60 f61 f62 f63 f64 f65 f66 f67 f68
       f69 f70)
      (add-all (- n 1)
       (+ f1 1.0) (+ f2 1.0) (+ f3 1.0) (+ f4 1.0) (+ f5 1.0) (+ f6 1.0) (+ f7 1.0) (+ f8 1.0)
       (+ f9 1.0) (+ f10 1.0) (+ f11 1.0) (+ f12 1.0) (+ f13 1.0) (+ f14 1.0) (+ f15 1.0)
       (+ f16 1.0) (+ f17 1.0) (+ f18 1.0) (+ f19 1.0) (+ f20 1.0) (+ f21 1.0) (+ f22 1.0)
       (+ f23 1.0) (+ f24 1.0) (+ f25 1.0) (+ f26 1.0) (+ f27 1.0) (+ f28 1.0) (+ f29 1.0)
       (+ f30 1.0) (+ f31 1.0) (+ f32 1.0) (+ f33 1.0) (+ f34 1.0) (+ f35 1.0) (+ f36 1.0)
       (+ f37 1.0) (+ f38 1.0) (+ f39 1.0) (+ f40 1.0) (+ f41 1.0) (+ f42 1.0) (+ f43 1.0)
       (+ f44 1.0) (+ f45 1.0) (+ f46 1.0) (+ f47 1.0) (+ f48 1.0) (+ f49 1.0) (+ f50 1.0)
       (+ f51 1.0) (+ f52 1.0) (+ f53 1.0) (+ f54 1.0) (+ f55 1.0) (+ f56 1.0) (+ f57 1.0)
       (+ f58 1.0) (+ f59 1.0) (+ f60 1.0) (+ f61 1.0) (+ f62 1.0) (+ f63 1.0) (+ f64 1.0)
       (+ f65 1.0) (+ f66 1.0) (+ f67 1.0) (+ f68 1.0) (+ f69 1.0) (+ f70 1.0))))
(test 3185.0
  (add-all 10
    1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0 9.0 10.0 11.0 12.0 13.0 14.0 15.0 16.0 17.0 18.0 19.0 20.0
    21.0 22.0 23.0 24.0 25.0 26.0 27.0 28.0 29.0 30.0 31.0 32.0 33.0 34.0 35.0 36.0 37.0 38.0
    39.0 40.0 41.0 42.0 43.0 44.0 45.0 46.0 47.0 48.0 49.0 50.0 51.0 52.0 53.0 54.0 55.0 56.0
    57.0 58.0 59.0 60.0 61.0 62.0 63.0 64.0 65.0 66.0 67.0 68.0 69.0 70.0))
;; A continuation captured between arguments is entered again.
(define again #f)
(define turns 0)
(define (reenter)
  (boxes-100
    (list 1) (list 2) (list 3) (list 4) (list 5) (list 6) (list 7) (list 8) (list 9) (list 10)
    (list 11) (list 12) (list 13) (list 14) (list 15) (list 16) (list 17) (list 18) (list 19)
    (list 20) (list 21) (list 22) (list 23) (list 24) (list 25) (list 26) (list 27) (list 28)
    (list 29) (list 30) (list 31) (list 32) (list 33) (list 34) (list 35) (list 36) (list 37)
    (list 38) (list 39) (list 40) (list 41) (list 42) (list 43) (list 44) (list 45) (list 46)
    (list 47) (list 48) (list 49) (list 50) (list 51) (list 52) (list 53) (list 54) (list 55)
    (list 56) (list 57) (list 58) (list 59) (list 60) (list 61) (list 62) (list 63) (list 64)
    (list 65) (list 66) (list 67) (list 68) (list 69) (list 70) (list 71) (list 72) (list 73)
    (list 74) (list 75) (list 76) (list 77) (list 78) (list 79) (list 80) (list 81) (list 82)
    (list 83) (list 84) (list 85) (list 86) (list 87) (list 88) (list 89) (list 90) (list 91)
    (list 92) (list 93) (list 94) (list 95) (list 96) (list 97) (list 98) (list 99)
    (call/cc (lambda (k) (set! again k) (list 100)))))
(test '(338350 338450 338550)
      (let ((results '()))
        (let ((result (reenter)))
          (set! results (cons result results))
          (set! turns (+ turns 1))
          (if (< turns 3) (again (list (+ 100 turns))))
          (reverse results))))

;; Whatever passes values on passes many.
(test '(338350 338350 338350)
      (list (apply (lambda all (weigh all)) (up-to 100))
            (call-with-values
             (lambda () (dynamic-wind (lambda () #f)
                                      (lambda () (apply values (up-to 100)))
                                      (lambda () #f)))
             take-100)
            (call-with-values
             (lambda () (call/cc (lambda (k) (+ 1 (apply k (up-to 100))))))
             (lambda all (weigh all)))))

(finish "wide calls")
