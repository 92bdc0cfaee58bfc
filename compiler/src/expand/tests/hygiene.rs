//! Hygiene: inserted names and names of the use never capture each other.

use super::core;

#[test]
fn an_inserted_binding_does_not_capture_the_operands() {
    let program = "(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp))))) (let \
        ((tmp 1) (other 2)) (swap! tmp other) (list tmp other))";
    insta::assert_snapshot!(core(program), @r"
    (let
      ((tmp.0 1) (other.1 2))
      (begin
        (let ((tmp.2 tmp.0)) (begin (set! tmp.0 other.1) (set! other.1 tmp.2)))
        (call (immutable list) tmp.0 other.1)))
    ");
}

#[test]
fn an_inserted_reference_is_not_captured_at_the_use() {
    let program = "(define-syntax my-or (syntax-rules () ((_) #f) ((_ e) e) ((_ e r ...) (let ((t e)) (if t t (my-or \
        r ...)))))) (let ((t 5) (if list)) (my-or #f t))";
    insta::assert_snapshot!(core(program), @"(let ((t.0 5) (if.1 (immutable list))) (let ((t.2 #f)) (if t.2 t.2 \
        t.0)))");
}

#[test]
fn a_name_given_to_a_macro_is_bound_for_the_body() {
    let program = "(define-syntax loop-until (syntax-rules () ((_ k body ...) (let repeat () (let ((k (lambda () \
        #t))) body ... (repeat)))))) (loop-until break (break))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((repeat.0
          (lambda
            repeat.1
            ()
            (let ((break.1 (lambda break.0 () #t))) (begin (call break.1) (call repeat.0))))))
      (call repeat.0))
    ");
}

#[test]
fn an_inserted_name_does_not_bind_the_same_symbol_of_the_use() {
    let program = "(define-syntax with-it (syntax-rules () ((_ body) (let ((it 1)) body)))) (let ((it 2)) (with-it \
        it))";
    insta::assert_snapshot!(core(program), @"(let ((it.0 2)) (let ((it.1 1)) it.0))");
}

#[test]
fn keywords_can_be_shadowed() {
    let program = "(let ((if list) (quote car)) (if '1 2 3))";
    insta::assert_snapshot!(core(program), @"(let ((if.0 (immutable list)) (quote.1 (immutable car))) (call if.0 \
        (call quote.1 1) 2 3))");
}

#[test]
fn a_shadowed_else_is_an_ordinary_test() {
    let program = "(let ((else #f)) (cond (else 1) (#t 2)))";
    insta::assert_snapshot!(core(program), @"(let ((else.0 #f)) (if else.0 1 (if #t 2 (word unspecified))))");
}

#[test]
fn a_shadowed_arrow_is_an_ordinary_expression() {
    let program = "(let ((=> #f)) (cond (#t => 'ok)))";
    insta::assert_snapshot!(core(program), @"(let ((=>.0 #f)) (if #t (begin =>.0 (quote ok)) (word unspecified)))");
}

#[test]
fn literals_match_by_binding() {
    let program = "(define-syntax is-else (syntax-rules (else) ((_ else) #t) ((_ x) #f))) (list (is-else else) (let \
        ((else 1)) (is-else else)))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) #t (let ((else.0 1)) #f))");
}

#[test]
fn macros_define_what_their_users_name_and_hide_the_rest() {
    let program = "(define-syntax define-getter (syntax-rules () ((_ name value) (begin (define hidden value) (define \
        (name) hidden))))) (define hidden 1) (define-getter one 2) (define-getter two 3) (list hidden (one) (two))";
    insta::assert_snapshot!(core(program), @r"
    (letrec
      ((hidden@0 1)
        (hidden@1 2)
        (one@2 (lambda one.0 () hidden@1))
        (hidden@3 3)
        (two@4 (lambda two.1 () hidden@3)))
      (call (immutable list) hidden@0 (call one@2) (call two@4)))
    ");
}

#[test]
fn macros_that_define_macros_nest() {
    let program = "(define-syntax jabberwocky (syntax-rules () ((_ hatter) (begin (define march-hare 42) \
        (define-syntax hatter (syntax-rules () ((_) march-hare))))))) (jabberwocky mad-hatter) (mad-hatter)";
    insta::assert_snapshot!(core(program), @"(letrec ((march-hare@0 42)) march-hare@0)");
}

#[test]
fn inner_macros_see_inner_bindings_of_operands() {
    let program = "(let ((x 1)) (let-syntax ((foo (syntax-rules () ((_ y) (let-syntax ((bar (syntax-rules () ((_) \
        (let ((x 2)) y))))) (bar)))))) (foo x)))";
    insta::assert_snapshot!(core(program), @"(let ((x.0 1)) (let ((x.1 2)) x.0))");
}

#[test]
fn let_syntax_makes_a_scope_for_definitions() {
    let program = "(let () (define x 1) (let-syntax () (define x 2) #f) x)";
    insta::assert_snapshot!(core(program), @"(letrec ((x.0 1) (effect.2 (begin (letrec ((x.1 2)) #f) (word \
        unspecified)))) x.0)");
}

#[test]
fn let_syntax_refers_outwards_and_letrec_syntax_inwards() {
    let program = "(define-syntax m (syntax-rules () ((_) 'outer))) (list (let-syntax ((m (syntax-rules () ((_) \
        'inner))) (n (syntax-rules () ((_) (m))))) (n)) (letrec-syntax ((m (syntax-rules () ((_) 'inner))) (n \
        (syntax-rules () ((_) (m))))) (n)))";
    insta::assert_snapshot!(core(program), @"(call (immutable list) (quote outer) (quote inner))");
}

#[test]
fn internal_macros_see_definitions_of_their_body() {
    let program = "(define x 'top) (let () (define-syntax get (syntax-rules () ((_) x))) (define x 'inner) (get))";
    insta::assert_snapshot!(core(program), @"(letrec ((x@0 (quote top))) (letrec ((x.1 (quote inner))) x.1))");
}

#[test]
fn a_definition_in_a_body_shadows_a_macro() {
    let program =
        "(define-syntax f (syntax-rules () ((_ x) 'macro))) (let () (define (f x) x) (f 1))";
    insta::assert_snapshot!(core(program), @"(letrec ((f.0 (lambda f.0 (x.1) x.1))) (call f.0 1))");
}

#[test]
fn quoted_aliases_become_symbols_again() {
    let program = "(define-syntax q (syntax-rules () ((_ x) '(a x #(b x))))) (q c)";
    insta::assert_snapshot!(core(program), @"(quote (a c #(b c)))");
}

#[test]
fn keywords_can_be_renamed() {
    let program = "(define-syntax my-if if) (define-syntax wenn (syntax-rules () ((_ a b) (my-if a b #f)))) (let ((if \
        list)) (wenn 1 2))";
    insta::assert_snapshot!(core(program), @"(let ((if.0 (immutable list))) (if 1 2 #f))");
}
