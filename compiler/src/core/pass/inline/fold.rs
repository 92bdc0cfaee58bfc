//! Primitives on constants.

use abi::primitive::{Primitive, ResultType};
use abi::tag;

use super::{InlineStep, Inliner, Use};
use crate::core::ir::{Expr, ExprId};

impl Inliner<'_> {
    /// Folds a primitive whose operands are immediates; calls what is applied to a known list.
    pub(super) fn leave_primitive(&mut self, id: ExprId, usage: Use) {
        let Expr::Primitive(primitive, operands) = self.program.expr(id) else {
            unreachable!("scheduled for a `Primitive` only");
        };
        let primitive = *primitive;
        if primitive == Primitive::Apply {
            self.apply_known_list(id, usage);
            return;
        }
        let words: Option<Vec<u64>> = operands
            .iter()
            .map(|&operand| self.program.quoted_word(operand))
            .collect();
        if let Some(word) = words.and_then(|words| fold(primitive, &words))
            && self.may_rewrite()
        {
            let literal = self.program.add_word(word);
            self.program.replace(id, Expr::Quote(literal));
        }
    }

    fn apply_known_list(&mut self, id: ExprId, usage: Use) {
        let Expr::Primitive(_, operands) = self.program.expr(id) else {
            return;
        };
        let (procedure, list) = (operands[0], operands[1]);
        let items = match self.program.expr(list) {
            Expr::Primitive(Primitive::List, items) => items.clone(),
            _ if self.program.quoted_word(list) == Some(tag::NULL) => Vec::new(),
            _ => return,
        };
        if !self.may_rewrite() {
            return;
        }
        self.program.replace(id, Expr::Call(procedure, items));
        self.steps.push(InlineStep::Leave(id, usage));
    }
}

/// The result of a primitive on immediates, if it is an immediate and the primitive does not raise.
fn fold(primitive: Primitive, words: &[u64]) -> Option<u64> {
    match *words {
        [word] => fold_one(primitive, word),
        [left, right] if primitive == Primitive::IsEq => Some(tag::boolean(left == right)),
        [left, right] if tag::is_fixnum(left) && tag::is_fixnum(right) => {
            fold_integers(primitive, tag::fixnum_value(left), tag::fixnum_value(right))
        }
        _ => None,
    }
}

fn fold_one(primitive: Primitive, word: u64) -> Option<u64> {
    let is_fixnum = tag::is_fixnum(word);
    let is_flonum = tag::is_self_tagged_flonum(word);
    let truth = match primitive {
        Primitive::Not => word == tag::FALSE,
        Primitive::IsNull => word == tag::NULL,
        Primitive::IsBoolean => word == tag::TRUE || word == tag::FALSE,
        Primitive::IsChar => tag::is_character(word),
        Primitive::IsDefault => word == tag::DEFAULT,
        Primitive::IsEofObject => word == tag::EOF,
        Primitive::IsUnbound => word == tag::UNBOUND,
        Primitive::IsFixnum | Primitive::IsExactInteger | Primitive::IsExactRational => is_fixnum,
        Primitive::IsFlonum => is_flonum,
        Primitive::IsNumber | Primitive::IsReal | Primitive::IsComplex => is_fixnum || is_flonum,
        Primitive::IsPair
        | Primitive::IsSymbol
        | Primitive::IsString
        | Primitive::IsVector
        | Primitive::IsBytevector
        | Primitive::IsProcedure
        | Primitive::IsRecord
        | Primitive::IsPort => false,
        Primitive::CharToInteger => {
            return tag::fixnum(i64::from(u32::from(tag::character_value(word)?)));
        }
        _ => return None,
    };
    debug_assert_eq!(primitive.result(), ResultType::Boolean);
    Some(tag::boolean(truth))
}

fn fold_integers(primitive: Primitive, left: i64, right: i64) -> Option<u64> {
    let integer = match primitive {
        Primitive::Add => left.checked_add(right),
        Primitive::Subtract => left.checked_sub(right),
        Primitive::Multiply => left.checked_mul(right),
        Primitive::Quotient => left.checked_div(right),
        Primitive::Remainder => left.checked_rem(right),
        Primitive::BitwiseAnd => Some(left & right),
        Primitive::BitwiseIor => Some(left | right),
        Primitive::BitwiseXor => Some(left ^ right),
        _ => {
            let truth = match primitive {
                Primitive::NumberEqual => left == right,
                Primitive::Less => left < right,
                Primitive::LessEqual => left <= right,
                Primitive::Greater => left > right,
                Primitive::GreaterEqual => left >= right,
                _ => return None,
            };
            return Some(tag::boolean(truth));
        }
    };
    tag::fixnum(integer?)
}
