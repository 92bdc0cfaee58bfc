//! Which variables of a straight form are used later, at each of its expressions.
//!
//! A straight form has neither lambdas nor loops nor assigned variables, so one walk against the order of evaluation
//! finds everything.

use abi::primitive::{Primitive, PrimitiveClass};
use abi::type_test::type_test_of;

use abi::isa::{Into, Local};
use abi::tag;
use syntax::DatumKind;

use crate::codegen::bytecode::outgoing::leaf_names_operands;
use crate::codegen::bytecode::primitive_instruction;
use crate::core::LiteralDatum;
use crate::core::ir::{Expr, ExprId, GlobalId, Literal, LiteralId, Program, VariableId};
use crate::id::IdVec;
use crate::ssa::primitive_facts::{comparison_of, is_arithmetic};

/// A set of variables of a form.
pub(super) type VariableSet = u64;

/// How many variables a straight form has at most: those that a set holds.
pub(super) const VARIABLES_MAX: usize = VariableSet::BITS as usize;

/// How deep a straight form is nested at most: it is walked by recursion.
const DEPTH_MAX: usize = 100;

/// How many expressions a straight form has at most: variables are looked up one by one.
const EXPRESSIONS_MAX: usize = 2000;

/// The variables of a form, and where they are used; and what it needs of its surroundings.
#[derive(Debug)]
pub(super) struct Liveness {
    /// The variables that are used after the operation of an expression, be it a call or a primitive.
    pub(super) after: IdVec<ExprId, VariableSet>,
    /// The global variables that occur, each once.
    pub(super) globals: Vec<GlobalId>,
    /// The live objects that occur, each once.
    pub(super) externals: Vec<u32>,
    /// The variables that are bound, in the order of the walk.
    variables: Vec<VariableId>,
}

impl Liveness {
    /// Of the form that `program` is; `None` if that is not straight.
    pub(super) fn of(program: &Program) -> Option<Self> {
        if program.exprs.len() > EXPRESSIONS_MAX {
            return None;
        }
        let mut walk = Walk {
            program,
            liveness: Self {
                after: program.exprs.side_table(0),
                globals: Vec::new(),
                externals: Vec::new(),
                variables: Vec::new(),
            },
            depth: 0,
        };
        walk.expression(program.root(), 0, Use::Value)?;
        Some(walk.liveness)
    }

    /// The set that holds `variable` alone; the empty one if the variable is bound nowhere.
    pub(super) fn bit(&self, variable: VariableId) -> VariableSet {
        let number = self.variables.iter().position(|&each| each == variable);
        number.map_or(0, |number| 1 << number)
    }

    /// The members of a set.
    pub(super) fn members(&self, set: VariableSet) -> impl Iterator<Item = VariableId> {
        let numbered = self.variables.iter().enumerate();
        let members = numbered.filter(move |&(number, _)| set >> number & 1 != 0);
        members.map(|(_, &variable)| variable)
    }
}

/// How a primitive finds its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// Where they are.
    Named,
    /// In consecutive slots.
    InARow,
}

/// How a primitive that straight forms may use finds its operands; `None` for other primitives.
pub(super) fn operands_of(primitive: Primitive, count: usize) -> Option<Operands> {
    match (primitive, primitive.class()) {
        (Primitive::Values, _) => Some(Operands::InARow),
        (Primitive::Not | Primitive::Void, _) => Some(Operands::Named),
        (_, PrimitiveClass::Leaf) if leaf_names_operands(count) => Some(Operands::Named),
        (_, PrimitiveClass::Leaf) => Some(Operands::InARow),
        (_, PrimitiveClass::Host) => None,
        (_, PrimitiveClass::Inline) => {
            let locals = [Local(0); 4];
            let locals = locals.get(..count)?;
            let is_known = type_test_of(primitive).is_some()
                || comparison_of(primitive).is_some()
                || is_arithmetic(primitive)
                || primitive_instruction::value(primitive, locals, Into(0)).is_some()
                || primitive_instruction::effect(primitive, locals).is_some();
            is_known.then_some(Operands::Named)
        }
    }
}

struct Walk<'program> {
    program: &'program Program,
    liveness: Liveness,
    depth: usize,
}

/// What becomes of the value of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Somebody reads it.
    Value,
    /// Nobody reads it.
    Effect,
}

impl Walk<'_> {
    /// What is used from the start of `id` on, if `after` is used behind it; `None` if the form is not straight.
    fn expression(&mut self, id: ExprId, after: VariableSet, used: Use) -> Option<VariableSet> {
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let before = self.parts(id, after, used);
        self.depth -= 1;
        before
    }

    fn parts(&mut self, id: ExprId, after: VariableSet, used: Use) -> Option<VariableSet> {
        let program = self.program;
        self.liveness.after[id] = after;
        match program.expr(id) {
            &Expr::Quote(literal) => {
                self.note_literal(literal);
                Some(after)
            }
            &Expr::GlobalRef(global) => {
                self.note_global(global);
                Some(after)
            }
            &Expr::Local(variable) if used == Use::Value => Some(after | self.variable(variable)?),
            Expr::Local(_) => Some(after),
            &Expr::GlobalSet(global, part) | &Expr::GlobalDefine(global, part) => {
                self.note_global(global);
                self.named(&[part], after)
            }
            Expr::Primitive(Primitive::Not, parts) => self.test(parts[0], after, after),
            Expr::Primitive(primitive, parts) => match operands_of(*primitive, parts.len())? {
                Operands::Named => self.named(parts, after),
                Operands::InARow => self.in_a_row(parts, after),
            },
            Expr::Call(operator, operands) => {
                let before = self.in_a_row(operands, after)?;
                self.expression(*operator, before, Use::Value)
            }
            Expr::Sequence(parts) => {
                let (&last, before) = parts.split_last()?;
                let after = self.expression(last, after, used)?;
                self.effects(before, after)
            }
            &Expr::If(test, consequent, alternative) => {
                self.conditional([test, consequent, alternative], after, used)
            }
            Expr::Let(bindings, body) => {
                self.declare(bindings)?;
                let live = self.expression(*body, after, used)?;
                self.inits(bindings, live)
            }
            _ => None,
        }
    }

    fn conditional(
        &mut self,
        [test, consequent, alternative]: [ExprId; 3],
        after: VariableSet,
        used: Use,
    ) -> Option<VariableSet> {
        if let Some(is_true) = constant_test(self.program, test) {
            let arm = if is_true { consequent } else { alternative };
            return self.expression(arm, after, used);
        }
        let consequent = self.expression(consequent, after, used)?;
        let alternative = self.expression(alternative, after, used)?;
        self.branch(test, consequent, alternative)
    }

    /// Before a test behind which `yes` is used if it comes out true, and `no` else. Code goes on in both ways.
    fn branch(&mut self, id: ExprId, yes: VariableSet, no: VariableSet) -> Option<VariableSet> {
        if outcomes(self.program, id, DEPTH_MAX) != Outcomes::BOTH {
            return None;
        }
        self.test(id, yes, no)
    }

    /// As [`Self::branch`], but code may go on in one way only.
    fn test(&mut self, id: ExprId, yes: VariableSet, no: VariableSet) -> Option<VariableSet> {
        if let Some(is_true) = constant_test(self.program, id) {
            return Some(if is_true { yes } else { no });
        }
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let before = match self.program.expr(id) {
            Expr::Primitive(Primitive::Not, parts) => self.test(parts[0], no, yes),
            &Expr::If(test, consequent, alternative) => match constant_test(self.program, test) {
                Some(true) => self.test(consequent, yes, no),
                Some(false) => self.test(alternative, yes, no),
                None => {
                    let consequent = self.test(consequent, yes, no)?;
                    let alternative = self.test(alternative, yes, no)?;
                    self.branch(test, consequent, alternative)
                }
            },
            Expr::Sequence(parts) => {
                let (&last, before) = parts.split_last()?;
                let after = self.test(last, yes, no)?;
                self.effects(before, after)
            }
            Expr::Let(bindings, body) => {
                self.declare(bindings)?;
                let live = self.test(*body, yes, no)?;
                self.inits(bindings, live)
            }
            _ => self.expression(id, yes | no, Use::Value),
        };
        self.depth -= 1;
        before
    }

    /// Before parts whose values nobody reads.
    fn effects(&mut self, parts: &[ExprId], after: VariableSet) -> Option<VariableSet> {
        let mut parts = parts.iter().rev();
        parts.try_fold(after, |after, &part| {
            self.expression(part, after, Use::Effect)
        })
    }

    /// Gives the variables of a `Let` numbers.
    fn declare(&mut self, bindings: &[(VariableId, ExprId)]) -> Option<()> {
        let variables = bindings.iter().map(|&(variable, _)| variable);
        self.liveness.variables.extend(variables);
        (self.liveness.variables.len() <= VARIABLES_MAX).then_some(())
    }

    /// Before the inits of a `Let`, if `live` is used from the body on.
    fn inits(
        &mut self,
        bindings: &[(VariableId, ExprId)],
        mut live: VariableSet,
    ) -> Option<VariableSet> {
        for &(variable, init) in bindings.iter().rev() {
            live &= !self.variable(variable)?;
            live = self.expression(init, live, Use::Value)?;
        }
        Some(live)
    }

    fn note_global(&mut self, global: GlobalId) {
        if !self.liveness.globals.contains(&global) {
            self.liveness.globals.push(global);
        }
    }

    fn note_literal(&mut self, literal: LiteralId) {
        if let &Literal::Datum(LiteralDatum(datum)) = &self.program.literals[literal]
            && let &DatumKind::External(object) = self.program.data.kind(datum)
            && !self.liveness.externals.contains(&object)
        {
            self.liveness.externals.push(object);
        }
    }

    /// The set of a variable, if that is bound in the form and never changes.
    fn variable(&self, variable: VariableId) -> Option<VariableSet> {
        let is_assigned = self.program.variable(variable).assigned;
        Some(self.liveness.bit(variable)).filter(|&set| set != 0 && !is_assigned)
    }

    /// Before parts that are moved to where they are used as soon as they have a value.
    fn in_a_row(&mut self, parts: &[ExprId], after: VariableSet) -> Option<VariableSet> {
        let mut parts = parts.iter().rev();
        parts.try_fold(after, |after, &part| {
            self.expression(part, after, Use::Value)
        })
    }

    /// Before parts that are used together: a variable among them is read where it is.
    fn named(&mut self, parts: &[ExprId], after: VariableSet) -> Option<VariableSet> {
        let mut live = after;
        let mut computed = Vec::with_capacity(parts.len());
        for &part in parts {
            match self.program.expr(part) {
                &Expr::Local(variable) => live |= self.variable(variable)?,
                _ => computed.push(part),
            }
        }
        self.in_a_row(&computed, live)
    }
}

/// What a test of an expression says before anything runs, if it says anything.
pub(super) fn constant_test(program: &Program, mut id: ExprId) -> Option<bool> {
    let mut is_negated = false;
    loop {
        match program.expr(id) {
            &Expr::Quote(literal) => {
                let is_true = program.literals[literal] != Literal::Word(tag::FALSE);
                return Some(is_true != is_negated);
            }
            Expr::Primitive(Primitive::Not, parts) => {
                is_negated = !is_negated;
                id = parts[0];
            }
            _ => return None,
        }
    }
}

/// The ways that the code of a test may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcomes {
    is_true: bool,
    is_false: bool,
}

impl Outcomes {
    const BOTH: Self = Self {
        is_true: true,
        is_false: true,
    };
}

/// The ways that the code of the test `id` may leave, looking at expressions that are nested so deep.
fn outcomes(program: &Program, id: ExprId, depth_max: usize) -> Outcomes {
    if let Some(is_true) = constant_test(program, id) {
        return Outcomes {
            is_true,
            is_false: !is_true,
        };
    }
    // What is nested deeper is not straight.
    let Some(depth_max) = depth_max.checked_sub(1) else {
        return Outcomes::BOTH;
    };
    match program.expr(id) {
        Expr::Primitive(Primitive::Not, parts) => {
            let negated = outcomes(program, parts[0], depth_max);
            Outcomes {
                is_true: negated.is_false,
                is_false: negated.is_true,
            }
        }
        &Expr::If(test, consequent, alternative) => {
            if let Some(is_true) = constant_test(program, test) {
                let arm = if is_true { consequent } else { alternative };
                return outcomes(program, arm, depth_max);
            }
            let arms = [consequent, alternative].map(|arm| outcomes(program, arm, depth_max));
            Outcomes {
                is_true: arms.iter().any(|arm| arm.is_true),
                is_false: arms.iter().any(|arm| arm.is_false),
            }
        }
        Expr::Sequence(parts) => {
            let last = *parts.last().expect("a sequence is not empty");
            outcomes(program, last, depth_max)
        }
        Expr::Let(_, body) => outcomes(program, *body, depth_max),
        _ => Outcomes::BOTH,
    }
}
