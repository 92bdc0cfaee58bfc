//! Finds the places of a source file that can be made faulty.

use std::collections::BTreeSet;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, Attribute, BinOp, Block, Expr, Pat, Signature, Stmt};

use crate::edit::{Edit, Form, Mutant};
use crate::operators::{neighbours, opposite, other_integers, returns, takes_predicate};

/// What is found in a file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub edits: Vec<Edit>,
    /// Where each function is, to know which one an error is in.
    pub functions: Vec<Range<usize>>,
}

/// The places in `source`. Functions in `kept_const` stay `const`, so that nothing changes in them.
pub(crate) fn find(source: &str, kept_const: &BTreeSet<String>) -> syn::Result<Found> {
    let file = syn::parse_file(source)?;
    let mut finder = Finder {
        source,
        kept_const,
        found: Found::default(),
    };
    finder.visit_file(&file);
    Ok(finder.found)
}

/// Whether something takes the value of a block's last expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockValue {
    Used,
    Unused,
}

/// Whether control may leave a block at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockEnd {
    Reached,
    Unreached,
}

struct Finder<'a> {
    source: &'a str,
    kept_const: &'a BTreeSet<String>,
    found: Found,
}

fn range_of(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}

fn is_test_code(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = attribute.path().is_ident("test");
        let syn::Meta::List(list) = &attribute.meta else {
            return is_test;
        };
        let text = list.tokens.to_string();
        attribute.path().is_ident("cfg") && (text.contains("test") || text.contains("fuzzing"))
    })
}

impl Finder<'_> {
    fn text(&self, range: &Range<usize>) -> &str {
        &self.source[range.clone()]
    }

    fn add(&mut self, range: Range<usize>, form: Form, operator: &str, replacements: &[String]) {
        let mutants = replacements.iter().map(|replacement| Mutant {
            number: 0,
            replacement: replacement.clone(),
            operator: operator.to_owned(),
        });
        let mutants: Vec<Mutant> = mutants.collect();
        if !mutants.is_empty() {
            self.found.edits.push(Edit {
                range,
                form,
                mutants,
            });
        }
    }

    /// `expression` decides something: it may be always or never so.
    fn decides(&mut self, expression: &Expr, values: &[&str]) {
        if let Some(first) = first_let(expression) {
            if values.contains(&"false") {
                let start = range_of(first).start;
                self.add(
                    start..start,
                    Form::BeforeLet,
                    "condition",
                    &["false && ".to_owned()],
                );
            }
            return;
        }
        if matches!(expression, Expr::Lit(_)) {
            return;
        }
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        self.add(range_of(expression), Form::Choose, "condition", &values);
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, block: &Block) {
        let name = signature.ident.to_string();
        if is_test_code(attributes) || name == "fmt" {
            return;
        }
        if let Some(constness) = &signature.constness {
            if self.kept_const.contains(&name) {
                return;
            }
            let range = range_of(constness);
            self.found.edits.push(Edit {
                range,
                form: Form::Remove,
                mutants: Vec::new(),
            });
        }
        let range = range_of(block);
        self.found
            .functions
            .push(range_of(signature).start..range.end);
        let values: Vec<String> = returns(&signature.output)
            .iter()
            .map(|&value| value.to_owned())
            .collect();
        if !block.stmts.is_empty() {
            let start = range.start + 1;
            self.add(start..start, Form::Body, "body", &values);
        }
        let value = match signature.output {
            syn::ReturnType::Default => BlockValue::Unused,
            syn::ReturnType::Type(..) => BlockValue::Used,
        };
        self.block(block, value, BlockEnd::Reached);
    }

    fn block(&mut self, block: &Block, value: BlockValue, end: BlockEnd) {
        let is_unit = value == BlockValue::Unused;
        for (index, statement) in block.stmts.iter().enumerate() {
            let is_last = index + 1 == block.stmts.len();
            if let Stmt::Expr(expression, semicolon) = statement {
                let jumps = matches!(
                    expression,
                    Expr::Return(_) | Expr::Break(_) | Expr::Continue(_)
                );
                let acts = matches!(
                    expression,
                    Expr::Call(_) | Expr::MethodCall(_) | Expr::Assign(_) | Expr::Binary(_)
                );
                let ends = semicolon.is_some() || is_unit && is_last;
                if ends && (acts || jumps && !(end == BlockEnd::Unreached && is_last)) {
                    let operator = if jumps {
                        "jump dropped"
                    } else {
                        "statement dropped"
                    };
                    self.add(range_of(statement), Form::Drop, operator, &[String::new()]);
                }
                if let (Expr::If(branch), true) = (expression, !is_last || is_unit) {
                    self.branch(branch, BlockValue::Unused);
                    continue;
                }
            }
            self.visit_stmt(statement);
        }
    }

    fn branch(&mut self, branch: &syn::ExprIf, value: BlockValue) {
        self.decides(&branch.cond, &["true", "false"]);
        self.visit_expr(&branch.cond);
        self.block(&branch.then_branch, value, BlockEnd::Reached);
        match branch.else_branch.as_ref().map(|(_, other)| &**other) {
            Some(Expr::If(next)) => self.branch(next, value),
            Some(Expr::Block(block)) => self.block(&block.block, value, BlockEnd::Reached),
            Some(other) => self.visit_expr(other),
            None => {}
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) {
        let whole = range_of(binary);
        let is_and = matches!(binary.op, BinOp::And(_));
        if is_and || matches!(binary.op, BinOp::Or(_)) {
            let neutral = if is_and { "true" } else { "false" };
            for side in [&binary.left, &binary.right] {
                if first_let(side).is_none() {
                    self.decides(side, &[neutral]);
                }
            }
        }
        let chain = Expr::Binary(binary.clone());
        if first_let(&chain).is_some() {
            return;
        }
        let operator = range_of(&binary.op);
        let replacements: Vec<String> = neighbours(&binary.op)
            .iter()
            .map(|other| {
                let before = self.text(&(whole.start..operator.start));
                let after = self.text(&(operator.end..whole.end));
                format!("{before}{other}{after}")
            })
            .collect();
        self.add(whole, Form::Choose, "operator", &replacements);
    }

    fn arms(&mut self, scrutinee: &Expr, arms: &[Arm]) {
        let has_rest = arms.last().is_some_and(|arm| match &arm.pat {
            Pat::Wild(_) => true,
            Pat::Ident(name) => name.ident.to_string().starts_with(char::is_lowercase),
            _ => false,
        });
        for (index, arm) in arms.iter().enumerate() {
            if let Pat::Guard(guarded) = &arm.pat {
                self.decides(&guarded.guard, &["true", "false"]);
            } else if has_rest && index + 1 < arms.len() {
                let end = range_of(&arm.pat).end;
                let mut guards = vec![" if false".to_owned()];
                if let (Pat::Or(or), true) = (&arm.pat, is_place(scrutinee)) {
                    let scrutinee = self.text(&range_of(scrutinee));
                    guards.extend(or.cases.iter().map(|case| {
                        let case = self.text(&range_of(case));
                        format!(" if !matches!({scrutinee}, {case})")
                    }));
                }
                self.add(end..end, Form::Guard, "arm", &guards);
            }
        }
    }

    /// `matches!(place, A | B)` without one of its patterns.
    fn matches(&mut self, whole: Range<usize>, call: &syn::Macro) {
        let parser = |input: syn::parse::ParseStream<'_>| {
            let scrutinee: Expr = input.parse()?;
            input.parse::<syn::Token![,]>()?;
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<proc_macro2::TokenStream>()?;
            Ok((scrutinee, pattern))
        };
        let Ok((scrutinee, pattern)) = call.parse_body_with(parser) else {
            return;
        };
        let Pat::Or(or) = pattern else { return };
        if !is_place(&scrutinee) {
            return;
        }
        let text = self.text(&whole);
        let scrutinee = self.text(&range_of(&scrutinee));
        let replacements: Vec<String> = or
            .cases
            .iter()
            .map(|case| {
                let case = self.text(&range_of(case));
                format!("{text} && !matches!({scrutinee}, {case})")
            })
            .collect();
        self.add(whole, Form::Choose, "pattern", &replacements);
    }

    fn method(&mut self, call: &syn::ExprMethodCall) {
        let whole = range_of(call);
        let method = call.method.to_string();
        if let Some(other) = opposite(&method) {
            let name = range_of(&call.method);
            let before = self.text(&(whole.start..name.start));
            let after = self.text(&(name.end..whole.end));
            let replacement = format!("{before}{other}{after}");
            self.add(whole, Form::Choose, "method", &[replacement]);
        }
        if method == "then_some" {
            self.decides(&call.receiver, &["true", "false"]);
        }
        if takes_predicate(&method) {
            for argument in &call.args {
                if let Expr::Closure(closure) = argument
                    && !matches!(*closure.body, Expr::Block(_))
                {
                    self.decides(&closure.body, &["true", "false"]);
                }
            }
        }
    }

    /// Changes of `expression` itself, not of what is in it.
    fn expression(&mut self, expression: &Expr) {
        let whole = range_of(expression);
        match expression {
            Expr::Binary(binary) => self.binary(binary),
            Expr::MethodCall(call) => self.method(call),
            Expr::Match(choice) => self.arms(&choice.expr, &choice.arms),
            Expr::While(repeat) => self.decides(&repeat.cond, &["false"]),
            Expr::Macro(call) if call.mac.path.is_ident("matches") => {
                self.matches(whole, &call.mac);
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Not(_)) => {
                let inner = self.text(&range_of(&unary.expr)).to_owned();
                self.add(whole, Form::Choose, "operator", &[inner]);
            }
            Expr::Lit(literal) => match &literal.lit {
                syn::Lit::Int(integer) => {
                    self.add(whole, Form::Choose, "literal", &other_integers(integer));
                }
                syn::Lit::Bool(truth) => {
                    self.add(
                        whole,
                        Form::Choose,
                        "literal",
                        &[(!truth.value).to_string()],
                    );
                }
                _ => {}
            },
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func
                    && path.path.is_ident("Some")
                {
                    self.add(whole, Form::Choose, "none", &["None".to_owned()]);
                }
            }
            _ => {}
        }
    }
}

/// The first `let` of a chain of conditions.
fn first_let(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::Let(_) => Some(expression),
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            first_let(&binary.left).or_else(|| first_let(&binary.right))
        }
        _ => None,
    }
}

/// Whether an expression can be evaluated again.
fn is_place(expression: &Expr) -> bool {
    match expression {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Reference(reference) => reference.mutability.is_none() && is_place(&reference.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_place(&unary.expr),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_place),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.attrs, &function.sig, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.attrs, &function.sig, &function.block);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.attrs, &function.sig, block);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test_code(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        if !is_test_code(&block.attrs) {
            visit::visit_item_impl(self, block);
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        self.expression(expression);
        match expression {
            Expr::If(branch) => self.branch(branch, BlockValue::Used),
            Expr::ForLoop(repeat) => {
                self.visit_expr(&repeat.expr);
                self.block(&repeat.body, BlockValue::Unused, BlockEnd::Reached);
            }
            Expr::While(repeat) => {
                self.visit_expr(&repeat.cond);
                self.block(&repeat.body, BlockValue::Unused, BlockEnd::Reached);
            }
            Expr::Loop(repeat) => self.block(&repeat.body, BlockValue::Unused, BlockEnd::Reached),
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            _ => visit::visit_expr(self, expression),
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.block(block, BlockValue::Used, BlockEnd::Reached);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(initial) = &local.init else { return };
        self.visit_expr(&initial.expr);
        if let Some((_, other)) = &initial.diverge {
            match &**other {
                Expr::Block(block) => self.block(&block.block, BlockValue::Used, BlockEnd::Unreached),
                other => self.visit_expr(other),
            }
        }
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Guard(guarded) = pattern {
            self.visit_expr(&guarded.guard);
        }
    }

    // What must be constant, and what makes no difference.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_generics(&mut self, _: &'ast syn::Generics) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
    fn visit_trait_item_const(&mut self, _: &'ast syn::TraitItemConst) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_variant(&mut self, _: &'ast syn::Variant) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::find;
    use crate::edit::{arrange, render};

    fn replacements(source: &str) -> Vec<String> {
        let found = find(source, &BTreeSet::new()).unwrap();
        let edits = arrange(found.edits);
        assert!(syn::parse_file(&render(source, &edits).text).is_ok());
        edits
            .into_iter()
            .flat_map(|edit| edit.mutants)
            .map(|mutant| mutant.replacement)
            .collect()
    }

    #[test]
    fn comparisons_become_their_neighbours() {
        assert_eq!(replacements("fn f() -> T { a < b }"), ["a <= b", "a != b"]);
    }

    #[test]
    fn conditions_hold_always_or_never() {
        assert_eq!(
            replacements("fn f() -> T { if a { b } else { c } }"),
            ["true", "false"]
        );
        assert_eq!(
            replacements("fn f() -> T { if let A = a { b } else { c } }"),
            ["false && "]
        );
    }

    #[test]
    fn statements_are_left_out() {
        let found = replacements("fn f() -> T { for a in b { c.push(d); } e }");
        assert_eq!(found, [""]);
    }

    #[test]
    fn arms_lose_their_patterns_where_others_match_the_rest() {
        assert_eq!(
            replacements("fn f() -> T { match a { A | B => c, _ => d } }"),
            [" if false", " if !matches!(a, A)", " if !matches!(a, B)"]
        );
        assert!(replacements("fn f() -> T { match a { A => c, B => d } }").is_empty());
    }

    #[test]
    fn constants_patterns_and_tests_stay() {
        assert!(
            replacements("const A: usize = 1; #[cfg(test)] mod t { fn f() { g(1); } }").is_empty()
        );
        assert!(replacements("fn f() -> T { let [a, ..] = b else { return }; [c; 2] }").is_empty());
    }
}
