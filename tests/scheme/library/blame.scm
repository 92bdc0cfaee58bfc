;;; Who is named when an argument is wrong, and which errors are file errors.

(import (scheme base) (scheme char) (scheme file) (scheme load) (scheme write) (scheme process-context)
        (only (cozen condition) condition-who %condition-report) (only (cozen sort) sort)
        (only (srfi 1) drop fold reduce)
        (only (srfi 69) hash-table-size))
(include "../prelude.scm")

(define-syntax blamed
  (syntax-rules ()
    ((_ expression)
     (guard (problem (#t (condition-who problem))) expression))))

(test 'vector-map (blamed (vector-map car 5)))
(test 'vector-map (blamed (vector-map + #(1) '(2))))
(test 'vector-for-each (blamed (vector-for-each car "x")))
(test 'string-map (blamed (string-map char-upcase 5)))
(test 'string-for-each (blamed (string-for-each car "x" 5)))
(test '(vector->list vector-copy vector-fill! vector-append)
      (list (blamed (vector->list 5)) (blamed (vector-copy 5 1)) (blamed (vector-fill! 5 0))
            (blamed (vector-append #(1) 5))))
(test '(vector-copy! bytevector-copy bytevector-append)
      (list (blamed (vector-copy! (vector 1) 0 5)) (blamed (bytevector-copy 5))
            (blamed (bytevector-append 5))))
(test '(string->list string-copy! string->utf8 utf8->string string-append)
      (list (blamed (string->list 5)) (blamed (string-copy! (make-string 1) 0 5))
            (blamed (string->utf8 5)) (blamed (utf8->string 5)) (blamed (string-append "a" 5))))
(test '(write-string write-bytevector read-bytevector! make-list)
      (list (blamed (write-string 5)) (blamed (write-bytevector 5)) (blamed (read-bytevector! 5))
            (blamed (make-list 'a 5))))
(test 'load (blamed (load "/no/such/file.scm")))
(test 'load (blamed (load 5)))
(test '(#t #t) (list (guard (problem (#t (file-error? problem))) (load "/no/such/file.scm"))
                     (guard (problem (#t (file-error? problem))) (open-input-file "/no/such/file"))))


;; A procedure of the library that fails in another one is named behind that one.
(test '(sort drop member) (list (blamed (sort 5 <)) (blamed (drop 5 1)) (blamed (member 1 '() 2 3))))
(test "sort: length: expected list as argument 1, found 5"
      (guard (problem (#t (%condition-report problem))) (sort 5 <)))

;; What the program gives to a procedure fails by itself.
(test '(car < + hash-table-size)
      (list (blamed (map car '(1))) (blamed (sort '(1 a) <)) (blamed (fold + 0 '(a)))
            (blamed (map hash-table-size '(1)))))
(test "car: expected pair as argument 1, found 1"
      (guard (problem (#t (%condition-report problem))) (map car '(1))))
(test 'car (blamed (reduce (lambda (a b) (car a)) 0 '(1 2))))

(finish "blame")
