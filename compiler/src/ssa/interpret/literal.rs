//! Values of quoted data.

use std::cell::RefCell;
use std::rc::Rc;

use dashu_int::IBig;
use syntax::{Data, DatumId, DatumKind, Integer};

use super::number::Number;
use super::value::{Object, Raise, Value};

/// What a datum stands for.
pub(super) fn of_datum(data: &Data, datum: DatumId) -> Result<Value, Raise> {
    Ok(match data.kind(datum) {
        DatumKind::Symbol(symbol) => Value::Symbol(Rc::from(data.symbol_name(*symbol))),
        DatumKind::String(text) => {
            Value::object(Object::String(RefCell::new(text.chars().collect())))
        }
        DatumKind::Pair(car, cdr) => Value::pair(of_datum(data, *car)?, of_datum(data, *cdr)?),
        DatumKind::Vector(items) => {
            let items: Result<Vec<Value>, Raise> =
                items.iter().map(|&item| of_datum(data, item)).collect();
            Value::object(Object::Vector(RefCell::new(items?)))
        }
        DatumKind::Number(syntax::Number::Flonum(value)) => Value::Number(Number::Flonum(*value)),
        DatumKind::Number(syntax::Number::Integer(integer)) => {
            Value::Number(Number::Integer(match integer {
                Integer::Small(value) => IBig::from(*value),
                Integer::Big {
                    negative,
                    magnitude,
                } => {
                    let limbs = magnitude.iter().rev();
                    let value = limbs.fold(IBig::ZERO, |sum, &limb| (sum << 64) + IBig::from(limb));
                    if *negative { -value } else { value }
                }
            }))
        }
        kind => match crate::core::immediate_word(kind) {
            Some(word) => Value::of_word(word),
            None => return Err(Raise::Broken(format!("not modelled: {kind:?}"))),
        },
    })
}
