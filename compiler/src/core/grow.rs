//! Adding to a program's arenas.

use std::rc::Rc;

use super::ir::{
    Expr, ExprId, Global, GlobalId, Lambda, LambdaId, Program, SourcePlace, Variable, VariableId,
};
use crate::memory;

impl Program {
    /// Adds an expression that was written at `place`.
    pub fn add(&mut self, expr: Expr, place: SourcePlace) -> ExprId {
        memory::take(memory::EXPRESSION_BYTES);
        self.spans.push(place);
        self.exprs.push(expr)
    }

    /// Adds the quotation of an immediate.
    pub fn add_quote(&mut self, word: u64, place: SourcePlace) -> ExprId {
        let literal = self.add_word(word);
        self.add(Expr::Quote(literal), place)
    }

    /// Adds a variable that is neither assigned nor at top level.
    pub fn add_variable(&mut self, name: Rc<str>) -> VariableId {
        self.variables.push(Variable {
            name,
            assigned: false,
            top_level: false,
        })
    }

    /// Adds a lambda.
    pub fn add_lambda(&mut self, lambda: Lambda) -> LambdaId {
        self.lambdas.push(lambda)
    }

    /// An expression.
    #[inline]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id]
    }

    /// Puts another expression in the place of one; the old one is returned.
    pub fn replace(&mut self, id: ExprId, expr: Expr) -> Expr {
        std::mem::replace(&mut self.exprs[id], expr)
    }

    /// Moves the expression of `id` to a new place in the arena, so that `id` can hold one around it.
    pub fn relocate(&mut self, id: ExprId) -> ExprId {
        let expr = self.expr(id).clone();
        self.add(expr, self.place(id))
    }

    /// Where an expression was written.
    #[inline]
    pub fn place(&self, id: ExprId) -> SourcePlace {
        self.spans[id]
    }

    /// A variable.
    #[inline]
    pub fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id]
    }

    /// A global variable.
    #[inline]
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id]
    }

    /// A lambda or label.
    #[inline]
    pub fn lambda(&self, id: LambdaId) -> &Lambda {
        &self.lambdas[id]
    }

    /// The word of an expression that quotes an immediate.
    pub fn quoted_word(&self, id: ExprId) -> Option<u64> {
        match self.expr(id) {
            Expr::Quote(literal) => match self.literals[*literal] {
                super::ir::Literal::Word(word) => Some(word),
                super::ir::Literal::Datum(_) => None,
            },
            _ => None,
        }
    }

    /// The expression that the unit evaluates.
    ///
    /// # Panics
    ///
    /// When the program was never given one.
    pub fn root(&self) -> ExprId {
        self.body.expect("a finished program has a body")
    }
}

impl Global {
    /// Whether calls of the variable never return: what it names raises, and the handler may not return.
    pub fn never_returns(&self) -> bool {
        self.immutable && matches!(&*self.key, "error" | "raise")
    }

    /// Whether calls of the variable in tail position leave the caller's frame on the stack, for backtraces. No loop
    /// needs more stack for it: see [`super::returning`].
    pub fn keeps_caller(&self) -> bool {
        self.returns_itself || self.never_returns()
    }
}

impl Lambda {
    /// All parameters in order.
    pub fn parameters(&self) -> impl Iterator<Item = VariableId> + '_ {
        self.required
            .iter()
            .chain(&self.optional)
            .chain(&self.rest)
            .copied()
    }

    /// Whether a closure holds a variable, itself or through another closure.
    pub fn reaches(&self, variable: VariableId) -> bool {
        let through = || self.through.binary_search_by_key(&variable, |each| each.0);
        self.free.binary_search(&variable).is_ok() || through().is_ok()
    }

    /// Whether a call with `count` operands fits.
    pub fn accepts(&self, count: usize) -> bool {
        count >= self.required.len()
            && (self.rest.is_some() || count <= self.required.len() + self.optional.len())
    }
}
