//! Primitives as procedures: the definitions that the boot library's unit begins with.

use std::rc::Rc;

use abi::primitive::{Effect, MANY, Primitive};
use syntax::Span;

use super::denotation::{Mutability, TopVariable};
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::forms::Parameters;
use super::syntax::{FileSpan, Node, SyntaxId};
use crate::core::ir::{Expr, ExprId, VariableId};

/// How many values the procedure `values` takes without a list.
const VALUES_MAX: usize = 12;

impl Expander<'_> {
    /// Puts a definition of each primitive's procedure in front of the unit, except of those that a
    /// library defines and those that need their operands in place.
    pub(super) fn define_primitives(&mut self) {
        // No text holds them: a file that is none.
        let nowhere = FileSpan {
            file: u16::MAX,
            span: Span::default(),
        };
        let at = self.syntax.push(Node::Null, nowhere);
        let mut items = Vec::new();
        for &primitive in Primitive::ALL {
            if self.registry.defines_key(primitive.name()) {
                continue;
            }
            let Some(value) = self.primitive_procedure(primitive, at) else {
                continue;
            };
            let variable = TopVariable::global(primitive.name().into(), Mutability::Immutable);
            let target = Some(Target::Global(Rc::new(variable)));
            items.push(ExpandedItem { target, value, at });
        }
        items.append(&mut self.items);
        self.items = items;
    }

    fn primitive_procedure(&mut self, primitive: Primitive, at: SyntaxId) -> Option<ExprId> {
        match primitive {
            Primitive::Values => return Some(self.values_procedure(at)),
            Primitive::List => return Some(self.list_procedure(primitive, None, at)),
            Primitive::Vector => {
                return Some(self.list_procedure(primitive, Some(Primitive::ListToVector), at));
            }
            Primitive::String => {
                return Some(self.list_procedure(primitive, Some(Primitive::ListToString), at));
            }
            Primitive::MakeRecord | Primitive::RecordRef | Primitive::RecordSet => return None,
            _ if primitive.effect() == Effect::Control => return None,
            _ if primitive.arguments_max() == MANY => return None,
            _ => {}
        }
        let argument = |_| self.program.add_variable("argument".into());
        let required: Vec<_> = (0..primitive.arguments_max()).map(argument).collect();
        let operands = self.locals(&required, at);
        let body = self.add(Expr::Primitive(primitive, operands), at);
        Some(self.simple_closure(primitive.name().into(), required, body, at))
    }

    pub(crate) fn locals(&mut self, variables: &[VariableId], at: SyntaxId) -> Vec<ExprId> {
        let local = |&variable: &VariableId| self.add(Expr::Local(variable), at);
        variables.iter().map(local).collect()
    }

    /// `(lambda arguments (convert arguments))`.
    fn list_procedure(
        &mut self,
        primitive: Primitive,
        convert: Option<Primitive>,
        at: SyntaxId,
    ) -> ExprId {
        let arguments = self.program.add_variable("arguments".into());
        let mut body = self.add(Expr::Local(arguments), at);
        if let Some(convert) = convert {
            body = self.add(Expr::Primitive(convert, vec![body]), at);
        }
        let parameters = Parameters {
            required: Vec::new(),
            optional: Vec::new(),
            rest: Some(arguments),
        };
        self.closure(primitive.name().into(), parameters, body, at)
    }

    /// The procedure `values`. More than [`VALUES_MAX`] values go to its own continuation as a list.
    fn values_procedure(&mut self, at: SyntaxId) -> ExprId {
        let argument = |_| self.program.add_variable("value".into());
        let optional: Vec<_> = (0..VALUES_MAX).map(argument).collect();
        let rest = self.program.add_variable("values".into());
        let operands = self.locals(&optional, at);
        let all = self.add(Expr::Primitive(Primitive::Values, operands), at);
        let more = self.reinstate_values(&optional, rest, at);
        let rest_list = self.add(Expr::Local(rest), at);
        let test = self.add(Expr::Primitive(Primitive::IsNull, vec![rest_list]), at);
        let mut body = self.add(Expr::If(test, all, more), at);
        for count in (0..VALUES_MAX).rev() {
            let next = self.add(Expr::Local(optional[count]), at);
            let test = self.add(Expr::Primitive(Primitive::IsDefault, vec![next]), at);
            let operands = self.locals(&optional[..count], at);
            let values = self.add(Expr::Primitive(Primitive::Values, operands), at);
            body = self.add(Expr::If(test, values, body), at);
        }
        let parameters = Parameters {
            required: Vec::new(),
            optional,
            rest: Some(rest),
        };
        self.closure(Primitive::Values.name().into(), parameters, body, at)
    }

    /// `(%reinstate (%capture) (cons first (cons ... rest)))`
    fn reinstate_values(&mut self, first: &[VariableId], rest: VariableId, at: SyntaxId) -> ExprId {
        let mut list = self.add(Expr::Local(rest), at);
        for operand in self.locals(first, at).into_iter().rev() {
            list = self.add(Expr::Primitive(Primitive::Cons, vec![operand, list]), at);
        }
        let continuation = self.add(Expr::Primitive(Primitive::Capture, Vec::new()), at);
        self.add(
            Expr::Primitive(Primitive::Reinstate, vec![continuation, list]),
            at,
        )
    }
}
