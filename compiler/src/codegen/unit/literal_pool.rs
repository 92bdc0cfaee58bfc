//! The data of a unit: symbols, and constants, each constant once.

use std::collections::HashMap;
use std::rc::Rc;

use abi::tag;
use syntax::{Data, DatumId, DatumKind, Integer, Number};

use crate::checkpoint;
use crate::codegen::CodegenError;
use crate::core::constant_word;
use crate::id::IdVec;
use crate::id_map::IdMap;
use crate::link::unit::{Constant, ConstantId, ConstantWord, NameId};
use crate::ssa::ir::ProcedureId;

/// Constants and symbols in the order in which they were first needed.
#[derive(Debug, Default)]
pub(in crate::codegen) struct LiteralPool {
    /// All constants.
    pub(in crate::codegen) constants: IdVec<ConstantId, Constant>,
    /// Names of all symbols.
    pub(in crate::codegen) symbols: IdVec<NameId, Rc<str>>,
    constant_numbers: HashMap<Key, ConstantId>,
    symbol_numbers: HashMap<Rc<str>, NameId>,
    words: IdMap<DatumId, ConstantWord>,
}

/// What makes two constants one.
#[derive(PartialEq, Eq, Hash, Debug)]
enum Key {
    Pair(ConstantWord, ConstantWord),
    String(Rc<str>),
    Vector(Vec<ConstantWord>),
    Bytevector(Vec<u8>),
    Flonum(u64),
    Bignum(bool, Vec<u64>),
    Ratnum(ConstantWord, ConstantWord),
    Compnum(ConstantWord, ConstantWord),
    Closure(ProcedureId),
}

impl Key {
    fn new(constant: &Constant) -> Self {
        match constant {
            Constant::Pair(car, cdr) => Self::Pair(*car, *cdr),
            Constant::String(text) => Self::String(Rc::clone(text)),
            Constant::Vector(items) => Self::Vector(items.clone()),
            Constant::Bytevector(bytes) => Self::Bytevector(bytes.clone()),
            Constant::Flonum(value) => Self::Flonum(value.to_bits()),
            Constant::Bignum { negative, limbs } => Self::Bignum(*negative, limbs.clone()),
            Constant::Ratnum(numerator, denominator) => Self::Ratnum(*numerator, *denominator),
            Constant::Compnum(real, imaginary) => Self::Compnum(*real, *imaginary),
            Constant::Closure(procedure) => Self::Closure(*procedure),
        }
    }
}

impl LiteralPool {
    /// The number of the symbol `name`.
    pub(in crate::codegen) fn symbol(&mut self, name: &str) -> NameId {
        if let Some(&number) = self.symbol_numbers.get(name) {
            return number;
        }
        let name: Rc<str> = name.into();
        let number = self.symbols.push(Rc::clone(&name));
        self.symbol_numbers.insert(name, number);
        number
    }

    /// The number of `constant`: that of an equal one, if there is any.
    pub(in crate::codegen) fn constant(&mut self, constant: Constant) -> ConstantId {
        let constants = &mut self.constants;
        *self
            .constant_numbers
            .entry(Key::new(&constant))
            .or_insert_with(|| constants.push(constant))
    }

    /// The word of a quoted datum. Circular data become circular constants.
    ///
    /// # Errors
    ///
    /// [`CodegenError::ObjectInLiteral`].
    pub(in crate::codegen) fn datum(
        &mut self,
        data: &Data,
        datum: DatumId,
    ) -> Result<ConstantWord, CodegenError> {
        // A datum is entered, then its parts, then it is left. A part that is entered again before it
        // was left is circular: it gets a number at once, and its content when it is left.
        let mut reserved: IdMap<DatumId, Option<ConstantId>> = IdMap::default();
        let mut stack = vec![Step::Enter(datum)];
        while let Some(step) = stack.pop() {
            checkpoint::step();
            let datum = match step {
                Step::Enter(datum) => datum,
                Step::Leave(datum) => {
                    let constant = self.compound(data, datum);
                    let number = match reserved.remove(&datum).flatten() {
                        Some(number) => {
                            self.constants[number] = constant;
                            number
                        }
                        None => self.constant(constant),
                    };
                    self.words.insert(datum, ConstantWord::Constant(number));
                    continue;
                }
            };
            if self.words.contains_key(&datum) {
                continue;
            }
            if let Some(number) = reserved.get_mut(&datum) {
                let number = *number
                    .get_or_insert_with(|| self.constants.push(Constant::Vector(Vec::new())));
                self.words.insert(datum, ConstantWord::Constant(number));
            } else if let Some(word) = self.atom(data, datum)? {
                self.words.insert(datum, word);
            } else {
                reserved.insert(datum, None);
                stack.push(Step::Leave(datum));
                push_parts(data, datum, &mut stack);
            }
        }
        Ok(self.words[&datum])
    }

    /// A datum without parts; `None` for pairs and vectors.
    fn atom(&mut self, data: &Data, datum: DatumId) -> Result<Option<ConstantWord>, CodegenError> {
        Ok(Some(match data.kind(datum) {
            DatumKind::Pair(..) | DatumKind::Vector(_) => return Ok(None),
            DatumKind::Null => ConstantWord::Word(tag::NULL),
            DatumKind::Boolean(value) => ConstantWord::Word(tag::boolean(*value)),
            DatumKind::Constant(constant) => ConstantWord::Word(constant_word(*constant)),
            DatumKind::Character(value) => ConstantWord::Word(tag::character(*value)),
            DatumKind::Number(number) => self.number(number),
            DatumKind::String(text) => {
                ConstantWord::Constant(self.constant(Constant::String(Rc::from(&**text))))
            }
            DatumKind::Symbol(symbol) => {
                ConstantWord::Symbol(self.symbol(data.symbol_name(*symbol)))
            }
            DatumKind::Bytevector(bytes) => {
                ConstantWord::Constant(self.constant(Constant::Bytevector(bytes.to_vec())))
            }
            DatumKind::External(_) => return Err(CodegenError::ObjectInLiteral),
        }))
    }

    fn compound(&mut self, data: &Data, datum: DatumId) -> Constant {
        match data.kind(datum) {
            DatumKind::Pair(car, cdr) => Constant::Pair(self.words[car], self.words[cdr]),
            DatumKind::Vector(items) => {
                Constant::Vector(items.iter().map(|item| self.words[item]).collect())
            }
            _ => unreachable!("only pairs and vectors have parts"),
        }
    }

    fn number(&mut self, number: &Number) -> ConstantWord {
        let constant = match number {
            Number::Integer(integer) => return self.integer(integer),
            Number::Flonum(value) => match tag::flonum(*value) {
                Some(word) => return ConstantWord::Word(word),
                None => Constant::Flonum(*value),
            },
            Number::Ratio(ratio) => {
                let numerator = self.integer(&ratio.numerator);
                Constant::Ratnum(numerator, self.integer(&ratio.denominator))
            }
            Number::Complex(complex) => {
                let real = self.number(&complex.real);
                Constant::Compnum(real, self.number(&complex.imaginary))
            }
        };
        ConstantWord::Constant(self.constant(constant))
    }

    fn integer(&mut self, integer: &Integer) -> ConstantWord {
        let constant = match integer {
            Integer::Small(value) => match tag::fixnum(*value) {
                Some(word) => return ConstantWord::Word(word),
                None => Constant::Bignum {
                    negative: *value < 0,
                    limbs: vec![value.unsigned_abs()],
                },
            },
            Integer::Big {
                negative,
                magnitude,
            } => Constant::Bignum {
                negative: *negative,
                limbs: magnitude.clone(),
            },
        };
        ConstantWord::Constant(self.constant(constant))
    }
}

/// A step of a walk over a datum.
#[derive(Clone, Copy)]
enum Step {
    /// The datum comes next, and then its parts.
    Enter(DatumId),
    /// All parts of the datum are done.
    Leave(DatumId),
}

fn push_parts(data: &Data, datum: DatumId, stack: &mut Vec<Step>) {
    match data.kind(datum) {
        DatumKind::Pair(car, cdr) => stack.extend([Step::Enter(*cdr), Step::Enter(*car)]),
        DatumKind::Vector(items) => stack.extend(items.iter().rev().map(|&item| Step::Enter(item))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn pool(text: &str) -> (LiteralPool, ConstantWord) {
        let (data, forms) = Data::parse(text).unwrap();
        let mut pool = LiteralPool::default();
        let word = pool.datum(&data, forms[0]).unwrap();
        (pool, word)
    }

    #[test]
    fn equal_parts_are_one_constant() {
        let (pool, word) = pool("((a 1) (a 1) #u8(1) \"s\" \"s\")");
        assert_eq!(pool.symbols, ["a".into()]);
        // One string, one bytevector, two pairs of (a 1), five of the list.
        assert_eq!(pool.constants.len(), 9);
        assert!(matches!(word, ConstantWord::Constant(_)));
    }

    #[test]
    fn circular_data_refer_to_themselves() {
        let (pool, word) = pool("#0=(1 . #0#)");
        assert_eq!(word, ConstantWord::Constant(ConstantId::new(0)));
        let one = ConstantWord::Word(tag::fixnum(1).unwrap());
        assert_eq!(pool.constants, [Constant::Pair(one, word)]);
    }
}
