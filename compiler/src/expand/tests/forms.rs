//! The Core that each form becomes.

use super::core;

#[test]
fn bodies_with_definitions_are_one_letrec() {
    let program = "(lambda () (define (even? n) (if (eq? n 0) #t (odd? (- n 1)))) (define (odd? n) (if (eq? n 0) #f \
        (even? (- n 1)))) (even? 10))";
    insta::assert_snapshot!(core(program), @r"
    (lambda
      _.2
      ()
      (letrec
        ((even?.0
            (lambda
              even?.0
              (n.2)
              (if (call (immutable eq?) n.2 0) #t (call odd?.1 (call (immutable -) n.2 1)))))
          (odd?.1
            (lambda
              odd?.1
              (n.3)
              (if (call (immutable eq?) n.3 0) #f (call even?.0 (call (immutable -) n.3 1))))))
        (call even?.0 10)))
    ");
}

#[test]
fn definitions_may_follow_expressions() {
    let program =
        "(let () (define a 1) (set-car! a 2) (define b 3) (begin (define c 4)) (list a b c))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((a.0 1)
        (effect.3 (begin (call (immutable set-car!) a.0 2) (word unspecified)))
        (b.1 3)
        (c.2 4))
      (call (immutable list) a.0 b.1 c.2))
    ");
}

#[test]
fn begin_splices_definitions() {
    let program = "(begin (define a 1) (begin (define b 2))) (list a b)";
    insta::assert_snapshot!(core(program), @"(letrec ((a@0 1) (b@1 2)) (call (immutable list) a@0 b@1))");
}

#[test]
fn internal_define_values_binds_all() {
    let program = "(let () (define-values (a . rest) (values 1 2)) (cons a rest))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((values.4
          (receive (value.2 %rest value.3) (call (immutable values) 1 2) (vector value.2 value.3)))
        (a.0 (vector-ref values.4 0))
        (rest.1 (vector-ref values.4 1)))
      (call (immutable cons) a.0 rest.1))
    ");
}

#[test]
fn let_binds_in_parallel_and_let_star_in_sequence() {
    let program = "(let ((x 1)) (list (let ((x 2) (y x)) y) (let* ((x 2) (y x)) y)))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((x.0 1))
      (call (immutable list) (let ((x.1 2) (y.2 x.0)) y.2) (let ((x.3 2)) (let ((y.4 x.3)) y.4))))
    ");
}

#[test]
fn a_named_let_is_a_letrec_around_a_call() {
    let program = "(let loop ((i 0) (loop 5)) (if (eq? i 10) loop (loop i)))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((loop.0
          (lambda loop.0 (i.1 loop.2) (if (call (immutable eq?) i.1 10) loop.2 (call loop.2 i.1)))))
      (call loop.0 0 5))
    ");
}

#[test]
fn the_inits_of_a_named_let_do_not_see_its_name() {
    let program = "(let ((f 1)) (let f ((x f)) x))";
    insta::assert_snapshot!(core(program), @"(let ((f.0 1)) (letrec ((f.1 (lambda f.0 (x.2) x.2))) (call f.1 f.0)))");
}

#[test]
fn do_steps_in_parallel_and_keeps_variables_without_step() {
    let program =
        "(do ((i 0 (+ i 1)) (keep 7) (acc '() (cons i acc))) ((eq? i 5) (car acc) acc) (vector i))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((do.0
          (lambda
            do.0
            (i.1 keep.2 acc.3)
            (if
              (call (immutable eq?) i.1 5)
              (begin (call (immutable car) acc.3) acc.3)
              (begin
                (call (immutable vector) i.1)
                (call do.0 (call (immutable +) i.1 1) keep.2 (call (immutable cons) i.1 acc.3)))))))
      (call do.0 0 7 ()))
    ");
}

#[test]
fn let_values_binds_in_parallel() {
    let program =
        "(let ((a 1)) (let-values (((a b) (values 2 3)) ((c . d) (values a))) (list a b c d)))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((a.0 1))
      (receive
        (a.1 b.2)
        (call (immutable values) 2 3)
        (receive
          (c.3 %rest d.4)
          (call (immutable values) a.0)
          (call (immutable list) a.1 b.2 c.3 d.4))))
    ");
}

#[test]
fn let_star_values_binds_in_sequence() {
    let program = "(let*-values (((a b) (values 2 3)) (c (values a b))) (list a b c))";
    insta::assert_snapshot!(core(program), @r"
    (receive
      (a.0 b.1)
      (call (immutable values) 2 3)
      (receive (%rest c.2) (call (immutable values) a.0 b.1) (call (immutable list) a.0 b.1 c.2)))
    ");
}

#[test]
fn receive_binds_all_values() {
    let program = "(receive (a . b) (values 1 2) (cons a b))";
    insta::assert_snapshot!(core(program), @"(receive (a.0 %rest b.1) (call (immutable values) 1 2) (call (immutable \
        cons) a.0 b.1))");
}

#[test]
fn cond_tests_in_order() {
    let program = "(cond ((car 1)) ((cdr 2) => list) ((cons 3 4) 5 6) (else 7))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((test.1 (call (immutable car) 1)))
      (if
        test.1
        test.1
        (let
          ((test.0 (call (immutable cdr) 2)))
          (if test.0 (call (immutable list) test.0) (if (call (immutable cons) 3 4) (begin 5 6) 7)))))
    ");
}

#[test]
fn case_compares_by_identity_where_it_may() {
    let program = r#"(case (car 1) ((a 1 #\x) 'small)
        ((1.5 "s" 100000000000000000000) 'large) ((z) => list) (else 'none))"#;
    insta::assert_snapshot!(core(program), @r#"
    (let
      ((key.0 (call (immutable car) 1)))
      (if
        (if (eq? key.0 (quote a)) #t (if (eq? key.0 1) #t (eq? key.0 #\x)))
        (quote small)
        (if
          (if
            (eqv? key.0 1.5)
            #t
            (if (eqv? key.0 (quote "s")) #t (eqv? key.0 (quote 100000000000000000000))))
          (quote large)
          (if (eq? key.0 (quote z)) (call (immutable list) key.0) (quote none)))))
    "#);
}

#[test]
fn case_searches_long_lists() {
    let program = "(case 1 ((a b c d e f g h) 1))";
    insta::assert_snapshot!(core(program), @"(let ((key.0 1)) (if (memv key.0 (quote (a b c d e f g h))) 1 (word \
        unspecified)))");
}

#[test]
fn and_or_keep_the_values() {
    let program = "(list (and) (and 1) (and 1 2) (or) (or 1) (or 1 2 3))";
    insta::assert_snapshot!(core(program), @r"
    (call
      (immutable list)
      #t
      1
      (if 1 2 #f)
      #f
      1
      (let ((test.1 1)) (if test.1 test.1 (let ((test.0 2)) (if test.0 test.0 3)))))
    ");
}

#[test]
fn when_and_unless_are_one_armed() {
    let program = "(list (when 1 2 3) (unless 1 2 3))";
    insta::assert_snapshot!(core(program), @r"
    (call
      (immutable list)
      (if 1 (begin 2 3) (word unspecified))
      (if 1 (word unspecified) (begin 2 3)))
    ");
}

#[test]
fn quasiquote_copies_only_what_changes() {
    let program = "(let ((x 1) (y '(2))) `(a (b ,x) ,@y c (d e)))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((x.0 1) (y.1 (quote (2))))
      (cons (quote a) (cons (cons (quote b) (cons x.0 ())) (%append y.1 (quote (c (d e)))))))
    ");
}

#[test]
fn quasiquote_splices_a_tail_without_copying() {
    let program = "(let ((y '(2))) (list `(1 ,@y) `(1 . ,y) `#(1 ,@y)))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((y.0 (quote (2))))
      (call (immutable list) (cons 1 y.0) (cons 1 y.0) (list->vector (cons 1 y.0))))
    ");
}

#[test]
fn quasiquote_counts_its_levels() {
    let program = "(let ((x 1)) `(a `(b ,(c ,x) ,@(d))))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((x.0 1))
      (cons
        (quote a)
        (cons
          (cons
            (quote quasiquote)
            (cons
              (cons
                (quote b)
                (cons
                  (cons (quote unquote) (cons (cons (quote c) (cons x.0 ())) ()))
                  (quote (,@(d)))))
              ()))
          ())))
    ");
}

#[test]
fn case_lambda_looks_at_missing_arguments() {
    let program = "(define f (case-lambda ((a) a) ((a b) b) ((a b c . d) d)))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((f@0
          (letrec
            ((clause.1 (lambda f.0 (a.4) a.4))
              (clause.2 (lambda f.1 (a.5 b.6) b.6))
              (clause.3 (lambda f.2 (a.7 b.8 c.9 d.10) d.10)))
            (lambda
              f.3
              (argument.11 %optional argument.12 argument.13 %rest argument.14)
              (if
                (%default? argument.12)
                (call clause.1 argument.11)
                (if
                  (%default? argument.13)
                  (call clause.2 argument.11 argument.12)
                  (call clause.3 argument.11 argument.12 argument.13 argument.14)))))))
      (word unspecified))
    ");
}

#[test]
fn case_lambda_refuses_counts_between_its_clauses() {
    let program = "(define c (case-lambda (() 0) ((a b) 2)))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((c@0
          (letrec
            ((clause.1 (lambda c.0 () 0)) (clause.2 (lambda c.1 (a.3 b.4) 2)))
            (lambda
              c.2
              (%optional argument.5 argument.6 %rest argument.7)
              (if
                (%default? argument.5)
                (call clause.1)
                (if
                  (%default? argument.6)
                  (%wrong-argument-count (quote ((0 . 0) (2 . 2))) 1 (quote c))
                  (if
                    (null? argument.7)
                    (call clause.2 argument.5 argument.6)
                    (%wrong-argument-count
                      (quote ((0 . 0) (2 . 2)))
                      (+ 2 (length argument.7))
                      (quote c)))))))))
      (word unspecified))
    ");
}

#[test]
fn case_lambda_with_an_exact_clause_before_a_longer_one() {
    let program = "(case-lambda ((a) 1) (all all))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((clause.0 (lambda _.0 (a.2) 1)) (clause.1 (lambda _.1 (all.3) all.3)))
      (lambda
        _.2
        (%optional argument.4 %rest argument.5)
        (if
          (%default? argument.4)
          (call clause.1 ())
          (if
            (null? argument.5)
            (call clause.0 argument.4)
            (call clause.1 (cons argument.4 argument.5))))))
    ");
}

#[test]
fn named_lambda_names_only() {
    let program = "(named-lambda (f x . y) y)";
    insta::assert_snapshot!(core(program), @"(lambda f.0 (x.0 %rest y.1) y.1)");
}

#[test]
fn optional_parameters_come_between() {
    let program = "(%lambda-optional (a) (b c) d (list a b c d))";
    insta::assert_snapshot!(core(program), @"(lambda _.0 (a.0 %optional b.1 c.2 %rest d.3) (call (immutable list) a.0 \
        b.1 c.2 d.3))");
}

#[test]
fn records_are_made_of_primitives() {
    let program =
        "(define-record-type <point> (make-point y) point? (x point-x set-point-x!) (y point-y))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((<point>@6 (%make-record-type (quote <point>) (quote #(x y)) #f))
        (<point>@0 <point>@6)
        (make-point@1 (lambda make-point.0 (y.8) (%make-record <point>@6 #f y.8)))
        (point?@2 (lambda point?.1 (record.9) (%record-of? record.9 <point>@6)))
        (point-x@3 (lambda point-x.2 (record.10) (%record-ref record.10 <point>@6 0)))
        (set-point-x!@4
          (lambda set-point-x!.3 (record.11 value.12) (%record-set! record.11 <point>@6 0 value.12)))
        (point-y@5 (lambda point-y.4 (record.13) (%record-ref record.13 <point>@6 1))))
      (word unspecified))
    ");
}

#[test]
fn a_string_before_a_body_documents() {
    let program = r#"(lambda (x) "Answers x." x)"#;
    insta::assert_snapshot!(core(program), @r#"(lambda _.0 (x.0) (begin (quote "Answers x.") x.0))"#);
}

#[test]
fn assignment_marks_the_variable() {
    let program = "(let ((x 1)) (set! x 2) x)";
    insta::assert_snapshot!(core(program), @"(let ((x.0 1)) (begin (set! x.0 2) x.0))");
}

#[test]
fn programs_may_define_again() {
    let program = "(define x 1) (define x 2) x";
    insta::assert_snapshot!(core(program), @"(letrec ((x@0 1) (effect.1 (begin (set! x@0 2) (word unspecified)))) \
        x@0)");
}

#[test]
fn cond_expand_chooses() {
    let program = "(cond-expand ((and r7rs (not no-such)) 1) (else 2)) (cond-expand ((library (no such)) 3) ((or \
        (library (cozen core)) x) 4))";
    insta::assert_snapshot!(core(program), @"(begin 1 4)");
}

#[test]
fn vectors_evaluate_to_themselves() {
    let program = r#"#(a #(b) "c" 1/2)"#;
    insta::assert_snapshot!(core(program), @r#"(quote #(a #(b) "c" 1/2))"#);
}
