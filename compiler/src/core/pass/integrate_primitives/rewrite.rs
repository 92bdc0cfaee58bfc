//! Applying a rule to a call.

use abi::primitive::{Effect, Primitive};
use abi::tag;
use syntax::DatumKind;

use super::rule::Rule;
use crate::core::LiteralDatum;
use crate::core::ir::{CallPosition, Expr, ExprId, Literal, Program, SourcePlace, VariableId};

/// How many operands are compared in place. The code grows with the square of their number.
const CHAIN_MAX: usize = 8;

/// What the call `id` with these operands becomes; `None` if it stays a call. `call` says what the caller's frame was
/// to become.
pub(super) fn apply(
    program: &mut Program,
    rule: Rule,
    operands: Vec<ExprId>,
    id: ExprId,
    call: CallPosition,
) -> Option<Expr> {
    let mut rewriter = Rewriter {
        place: program.place(id),
        program,
    };
    match (rule, operands.as_slice()) {
        (Rule::Direct(primitive), _) => primitive
            .accepts(operands.len())
            .then_some(Expr::Primitive(primitive, operands)),
        (Rule::FoldNumbers { empty, .. }, []) => rewriter.integer(empty),
        (Rule::FoldNumbers { .. }, [single]) => {
            rewriter.with_integer(Primitive::Multiply, *single, 1)
        }
        (
            Rule::FoldNumbers { primitive, .. }
            | Rule::Inverse { primitive, .. }
            | Rule::Fold(primitive),
            [_, _, ..],
        ) => rewriter.fold(primitive, &operands, id),
        (Rule::Inverse { single, .. }, [operand]) => match single {
            (Primitive::Divide, unit) => {
                let unit = rewriter.add_integer(unit)?;
                rewriter.blame(id, 1);
                Some(Expr::Primitive(Primitive::Divide, vec![unit, *operand]))
            }
            (primitive, factor) => rewriter.with_integer(primitive, *operand, factor),
        },
        (Rule::Chain { primitive, convert }, [_, _, ..]) if operands.len() <= CHAIN_MAX => {
            rewriter.chain(primitive, convert, &operands)
        }
        (Rule::WithZero(primitive), [operand]) => rewriter.with_integer(primitive, *operand, 0),
        (Rule::Path(path), [operand]) => rewriter.path(&path, *operand),
        (Rule::Equivalence(primitive), [left, right]) => {
            let primitive = if rewriter.has_identity(*left) || rewriter.has_identity(*right) {
                Primitive::IsEq
            } else {
                primitive
            };
            Some(Expr::Primitive(primitive, operands))
        }
        (Rule::Search { quick, general }, [key, _]) => {
            let primitive = if rewriter.has_identity(*key) {
                quick
            } else {
                general
            };
            Some(Expr::Primitive(primitive, operands))
        }
        (Rule::Append, _) => Some(rewriter.append(&operands)),
        (Rule::Apply, [procedure, first, more @ ..]) => {
            rewriter.blame(id, 2 + more.len());
            Some(rewriter.spread(*procedure, *first, more))
        }
        (Rule::CallWithValues, [producer, consumer]) => {
            rewriter.receive(*producer, *consumer, call)
        }
        _ => None,
    }
}

/// How many expressions are looked at; more count as doing something.
const LOOKED_AT_MAX: usize = 64;

fn is_quiet(primitive: Primitive) -> bool {
    match primitive.effect() {
        Effect::Total | Effect::Partial | Effect::Allocate | Effect::Read => true,
        Effect::Write | Effect::Control => false,
    }
}

struct Rewriter<'program> {
    program: &'program mut Program,
    place: SourcePlace,
}

impl Rewriter<'_> {
    /// Lets errors of an expression name argument `number` of what was written.
    fn blame(&mut self, id: ExprId, number: usize) {
        let written = &mut self.program.spans[id].written;
        *written = written.with_argument(u8::try_from(number).unwrap_or(0));
    }

    fn integer(&mut self, value: i64) -> Option<Expr> {
        let word = tag::fixnum(value)?;
        Some(Expr::Quote(self.program.add_word(word)))
    }

    fn add_integer(&mut self, value: i64) -> Option<ExprId> {
        let expr = self.integer(value)?;
        Some(self.program.add(expr, self.place))
    }

    fn with_integer(&mut self, primitive: Primitive, operand: ExprId, value: i64) -> Option<Expr> {
        let constant = self.add_integer(value)?;
        Some(Expr::Primitive(primitive, vec![operand, constant]))
    }

    fn add_primitive(&mut self, primitive: Primitive, operands: Vec<ExprId>) -> ExprId {
        self.program
            .add(Expr::Primitive(primitive, operands), self.place)
    }

    /// From the left; at least two operands. They are bound first where one has effects behind the first
    /// primitive.
    fn fold(&mut self, primitive: Primitive, operands: &[ExprId], id: ExprId) -> Option<Expr> {
        if operands.len() == 2 || self.are_quiet(&operands[2..]) {
            return self.fold_quiet(primitive, operands, id);
        }
        let (bindings, operands) = self.bind(operands);
        let result = self.fold_quiet(primitive, &operands, id)?;
        let place = self.program.place(id);
        Some(Expr::Let(bindings, self.program.add(result, place)))
    }

    fn fold_quiet(
        &mut self,
        primitive: Primitive,
        operands: &[ExprId],
        id: ExprId,
    ) -> Option<Expr> {
        let (&last, before) = operands.split_last()?;
        let (&first, middle) = before.split_first()?;
        let mut result = first;
        for (number, &operand) in (2..).zip(middle) {
            result = self.add_primitive(primitive, vec![result, operand]);
            // The result of another is no wrong operand.
            if number > 2 {
                self.blame(result, number);
            }
        }
        if !middle.is_empty() {
            self.blame(id, operands.len());
        }
        Some(Expr::Primitive(primitive, vec![result, last]))
    }

    /// Each operand with the next; at least two. With more, all are bound first, and compared even
    /// behind a comparison that decides the answer: what is not comparable raises, as in the library.
    fn chain(
        &mut self,
        primitive: Primitive,
        convert: Option<Primitive>,
        operands: &[ExprId],
    ) -> Option<Expr> {
        if convert.is_none() || self.are_quiet(&operands[1..]) {
            return self.chain_quiet(primitive, convert, operands);
        }
        let (bindings, operands) = self.bind(operands);
        let result = self.chain_quiet(primitive, convert, &operands)?;
        Some(Expr::Let(bindings, self.program.add(result, self.place)))
    }

    fn chain_quiet(
        &mut self,
        primitive: Primitive,
        convert: Option<Primitive>,
        operands: &[ExprId],
    ) -> Option<Expr> {
        let mut operands = operands.to_vec();
        if let Some(convert) = convert {
            for (number, operand) in (1..).zip(&mut operands) {
                *operand = self.add_primitive(convert, vec![*operand]);
                self.blame(*operand, number);
            }
        }
        if operands.len() == 2 {
            return Some(Expr::Primitive(primitive, operands));
        }
        let mut bindings = Vec::with_capacity(operands.len());
        for &operand in &operands {
            bindings.push((self.program.add_variable("operand".into()), operand));
        }
        let variables: Vec<VariableId> = bindings.iter().map(|&(variable, _)| variable).collect();
        let may_raise = convert.is_none();
        let mut result: Option<ExprId> = None;
        for index in (0..variables.len() - 1).rev() {
            let test = self.link(primitive, &variables, index);
            result = Some(match result {
                None => test,
                Some(then) => {
                    let mut otherwise = Vec::new();
                    if may_raise {
                        let later = index + 1..variables.len() - 1;
                        otherwise.extend(later.map(|at| self.link(primitive, &variables, at)));
                    }
                    otherwise.push(self.program.add_quote(tag::FALSE, self.place));
                    let otherwise = match otherwise[..] {
                        [only] => only,
                        _ => self.program.add(Expr::Sequence(otherwise), self.place),
                    };
                    self.program
                        .add(Expr::If(test, then, otherwise), self.place)
                }
            });
        }
        Some(Expr::Let(bindings, result?))
    }

    /// The comparison of variable `index` with the next.
    fn link(&mut self, primitive: Primitive, variables: &[VariableId], index: usize) -> ExprId {
        let left = self.program.add(Expr::Local(variables[index]), self.place);
        let right = self
            .program
            .add(Expr::Local(variables[index + 1]), self.place);
        let test = self.add_primitive(primitive, vec![left, right]);
        // The left one was compared before.
        if index > 0 {
            self.blame(test, index + 2);
        }
        test
    }

    /// Binds operands to variables, which stand for them afterwards: so all have been evaluated.
    fn bind(&mut self, operands: &[ExprId]) -> (Vec<(VariableId, ExprId)>, Vec<ExprId>) {
        let mut bindings = Vec::with_capacity(operands.len());
        let mut bound = Vec::with_capacity(operands.len());
        for &operand in operands {
            let variable = self.program.add_variable("operand".into());
            bindings.push((variable, operand));
            let place = self.program.place(operand);
            bound.push(self.program.add(Expr::Local(variable), place));
        }
        (bindings, bound)
    }

    /// Whether evaluating these does nothing but compute values or raise: then a primitive that may raise
    /// can stand in front of them.
    fn are_quiet(&self, operands: &[ExprId]) -> bool {
        let mut pending = operands.to_vec();
        for _ in 0..LOOKED_AT_MAX + operands.len() {
            let Some(id) = pending.pop() else {
                return true;
            };
            match self.program.expr(id) {
                Expr::Quote(_) | Expr::Local(_) | Expr::GlobalRef(_) | Expr::Lambda(_) => {}
                Expr::Primitive(primitive, operands) if is_quiet(*primitive) => {
                    pending.extend(operands);
                }
                Expr::If(..) | Expr::Let(..) | Expr::Sequence(_) => {
                    self.program.each_part(id, |part| pending.push(part));
                }
                _ => return false,
            }
        }
        pending.is_empty()
    }

    fn path(&mut self, path: &[Primitive], operand: ExprId) -> Option<Expr> {
        let (&last, before) = path.split_last()?;
        let mut result = operand;
        for &step in before {
            result = self.add_primitive(step, vec![result]);
        }
        Some(Expr::Primitive(last, vec![result]))
    }

    /// Whether the expression is a constant that is `eqv?` only to what it is `eq?` to.
    fn has_identity(&self, id: ExprId) -> bool {
        let Expr::Quote(literal) = self.program.expr(id) else {
            return false;
        };
        match self.program.literals[*literal] {
            Literal::Word(_) => true,
            Literal::Datum(LiteralDatum(datum)) => {
                matches!(self.program.data.kind(datum), DatumKind::Symbol(_))
            }
        }
    }

    fn append(&mut self, operands: &[ExprId]) -> Expr {
        let Some((&last, before)) = operands.split_last() else {
            return Expr::Quote(self.program.add_word(tag::NULL));
        };
        let Some((&first, middle)) = before.split_first() else {
            return self.program.expr(last).clone();
        };
        let mut result = last;
        for &operand in middle.iter().rev() {
            result = self.add_primitive(Primitive::Append2, vec![operand, result]);
        }
        Expr::Primitive(Primitive::Append2, vec![first, result])
    }

    fn spread(&mut self, procedure: ExprId, first: ExprId, more: &[ExprId]) -> Expr {
        let list = if more.is_empty() {
            first
        } else {
            let mut items = vec![first];
            items.extend(more);
            self.add_primitive(Primitive::ConsStar, items)
        };
        Expr::Primitive(Primitive::Apply, vec![procedure, list])
    }

    /// `call-with-values` with a lambda expression as consumer.
    fn receive(&mut self, producer: ExprId, consumer: ExprId, call: CallPosition) -> Option<Expr> {
        let &Expr::Lambda(consumer) = self.program.expr(consumer) else {
            return None;
        };
        let lambda = self.program.lambda(consumer);
        if !lambda.optional.is_empty() {
            return None;
        }
        let (required, rest, body) = (lambda.required.clone(), lambda.rest, lambda.body);
        let called_at = SourcePlace { call, ..self.place };
        let activation = lambda.place.activation;
        self.program.activations.inline(activation, called_at);
        let call = Expr::Call(producer, Vec::new());
        Some(Expr::Receive {
            required,
            rest,
            producer: self.program.add(call, self.place),
            body,
        })
    }
}
