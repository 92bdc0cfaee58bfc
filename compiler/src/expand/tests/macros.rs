//! `syntax-rules` in full.

use super::core;

#[test]
fn ellipses_repeat() {
    let program = "(define-syntax my-let (syntax-rules () ((_ ((n v) ...) body ...) ((lambda (n ...) body ...) v \
        ...)))) (my-let ((a 1) (b 2)) (cons a b))";
    insta::assert_snapshot!(core(program), @"(call (lambda _.0 (a.0 b.1) (call (immutable cons) a.0 b.1)) 1 2)");
}

#[test]
fn ellipses_nest() {
    let program = "(define-syntax flat (syntax-rules () ((_ ((a b ...) ...)) '((a ...) (b ... ...) ((a b ...) \
        ...))))) (flat ((1 2 3) (4) (5 6)))";
    insta::assert_snapshot!(core(program), @"(quote ((1 4 5) (2 3 6) ((1 2 3) (4) (5 6))))");
}

#[test]
fn an_operand_is_distributed_over_a_repetition() {
    let program =
        "(define-syntax each (syntax-rules () ((_ f x ...) (list (f x) ...)))) (each car 1 2)";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (call (immutable car) 1) (call (immutable car) \
        2))");
}

#[test]
fn patterns_may_follow_an_ellipsis() {
    let program = "(define-syntax last (syntax-rules () ((_ x ... y) '(y x ...)))) (list (last 1 2 3) (last 1))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote (3 1 2)) (quote (1)))");
}

#[test]
fn patterns_may_have_a_tail() {
    let program = "(define-syntax tail (syntax-rules () ((_ a b ... . r) '(a (b ...) r)))) (list (tail 1 2 . 3) (tail \
        1) (tail 1 2 3 . (4)))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote (1 (2) 3)) (quote (1 () ())) (quote (1 (2 \
        3 4) ())))");
}

#[test]
fn patterns_may_follow_an_ellipsis_before_a_tail() {
    let program =
        "(define-syntax both (syntax-rules () ((_ a ... b . c) '((a ...) b c)))) (both 1 2 3 . 4)";
    insta::assert_snapshot!(core(program), @"(quote ((1 2) 3 4))");
}

#[test]
fn vectors_match() {
    let program =
        "(define-syntax vec (syntax-rules () ((_ #(a b ... c)) '#(c b ... a)))) (vec #(1 2 3 4))";
    insta::assert_snapshot!(core(program), @"(quote #(4 2 3 1))");
}

#[test]
fn vector_templates_repeat() {
    let program = "(define-syntax vec (syntax-rules () ((_ a ...) #(0 a ... 1)))) (vec 2 3)";
    insta::assert_snapshot!(core(program), @"(quote #(0 2 3 1))");
}

#[test]
fn an_escaped_ellipsis_is_itself() {
    let program = "(define-syntax be-like-begin (syntax-rules () ((_ name) (define-syntax name (syntax-rules () ((_ e \
        (... ...)) (begin e (... ...)))))))) (be-like-begin sequence) (sequence 1 2 3)";
    insta::assert_snapshot!(core(program), @"(begin 1 2 3)");
}

#[test]
fn an_escaped_template_keeps_its_ellipses() {
    let program = "(define-syntax q (syntax-rules () ((_ x) '((... (x ...)))))) (q 1)";
    insta::assert_snapshot!(core(program), @"(quote ((1 ...)))");
}

#[test]
fn the_ellipsis_may_be_another_name() {
    let program = "(define-syntax m (syntax-rules ::: (...) ((_ ... x :::) '(dots x :::)) ((_ x :::) '(x ::: ...)))) \
        (list (m ... 1 2) (m 1 2))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote (dots 1 2)) (quote (1 2 ...)))");
}

#[test]
fn a_literal_ellipsis_does_not_repeat() {
    let program = "(define-syntax m (syntax-rules (...) ((_ x ...) 'literal) ((_ x y) 'two))) (list (m 1 ...) (m 1 2))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote literal) (quote two))");
}

#[test]
fn underscores_match_anything_and_bind_nothing() {
    let program = "(define-syntax third (syntax-rules () ((_ _ _ x) x))) (third 1 2 3)";
    insta::assert_snapshot!(core(program), @"3");
}

#[test]
fn a_literal_underscore_matches_itself() {
    let program =
        "(define-syntax m (syntax-rules (_) ((m _) 'under) ((m x) 'other))) (list (m _) (m 1))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote under) (quote other))");
}

#[test]
fn data_in_patterns_match_equal_data() {
    let program = r#"(define-syntax m (syntax-rules () ((_ 1) 'one) ((_ "a") 'string) ((_ #\a) 'character)
        ((_ x) 'other))) (list (m 1) (m "a") (m #\a) (m 2))"#;
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote one) (quote string) (quote character) \
        (quote other))");
}

#[test]
fn recursive_macros_walk_lists() {
    let program = "(define-syntax my-let* (syntax-rules () ((_ () body ...) (let () body ...)) ((_ ((x v) rest ...) \
        body ...) (let ((x v)) (my-let* (rest ...) body ...))))) (my-let* ((a 1) (b a)) (cons a b))";
    insta::assert_snapshot!(core(program), @"(let ((a.0 1)) (let ((b.1 a.0)) (call (immutable cons) a.0 b.1)))");
}

#[test]
fn macros_may_make_definitions() {
    let program = "(define-syntax def (syntax-rules () ((_ n v) (define n v)))) (let () (def a 1) (def b 2) (cons a \
        b))";
    insta::assert_snapshot!(core(program), @"(letrec ((a.0 1) (b.1 2)) (call (immutable cons) a.0 b.1))");
}

#[test]
fn a_transformer_may_come_from_a_macro() {
    let program = "(define-syntax constant (syntax-rules () ((_ v) (syntax-rules () ((_) v))))) (define-syntax five \
        (constant 5)) (five)";
    insta::assert_snapshot!(core(program), @"5");
}
