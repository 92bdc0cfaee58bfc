//! Reading SSA from text; see [`print`](super::print) for the form.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;
use abi::type_test::TypeTest;
use syntax::{Data, DatumId, DatumKind, Integer, Number};

use super::ir::{
    Block, BlockId, Callee, CellId, Comparison, Condition, Instruction, Operation, Procedure,
    ProcedureId, RawBinary, RawUnary, Repr, Switch, SwitchKey, Target, Terminator, Unit, Value,
    ValueId,
};
use crate::core::LiteralDatum;
use crate::core::ir::{Global, GlobalId, Literal, LiteralId, SourcePlace};
use crate::id::{Id, IdVec};
use crate::parse_error::ParseError;

/// Reads a unit. Whether it is well formed is not checked.
///
/// # Errors
///
/// Where the text is not SSA.
pub fn parse(text: &str) -> Result<Unit, ParseError> {
    let (data, forms) = Data::parse(text)?;
    let mut unit = Unit::default();
    for form in forms {
        let mut items = Items::new(&data, form)?;
        match items.symbol("a form")?.as_str() {
            "cells" => {
                while !items.is_empty() {
                    unit.cells.push(items.string()?);
                }
            }
            "globals" => {
                while !items.is_empty() {
                    unit.tables.globals.push(global(&mut items)?);
                }
            }
            "literals" => {
                while !items.is_empty() {
                    let literal = literal(&mut items)?;
                    unit.tables.literals.push(literal);
                }
            }
            "procedure" => {
                unit.procedures.push(procedure(items)?);
            }
            _ => {
                return Err(ParseError::unexpected(
                    &data,
                    form,
                    "cells, globals, literals or a procedure",
                ));
            }
        }
    }
    unit.tables.data = data;
    Ok(unit)
}

/// What is left of a list.
struct Items<'data> {
    data: &'data Data,
    whole: DatumId,
    rest: std::vec::IntoIter<DatumId>,
}

impl<'data> Items<'data> {
    fn new(data: &'data Data, list: DatumId) -> Result<Self, ParseError> {
        let items = data
            .proper_list(list)
            .ok_or_else(|| ParseError::unexpected(data, list, "a list"))?;
        Ok(Self {
            data,
            whole: list,
            rest: items.into_iter(),
        })
    }

    fn is_empty(&self) -> bool {
        self.rest.as_slice().is_empty()
    }

    fn next(&mut self, expected: &'static str) -> Result<DatumId, ParseError> {
        self.rest
            .next()
            .ok_or_else(|| ParseError::unexpected(self.data, self.whole, expected))
    }

    fn list(&mut self) -> Result<Self, ParseError> {
        let datum = self.next("a list")?;
        Self::new(self.data, datum)
    }

    fn symbol(&mut self, expected: &'static str) -> Result<String, ParseError> {
        let datum = self.next(expected)?;
        let name = self.data.as_symbol(datum);
        name.map(str::to_owned)
            .ok_or_else(|| ParseError::unexpected(self.data, datum, expected))
    }

    fn string(&mut self) -> Result<Rc<str>, ParseError> {
        let datum = self.next("a string")?;
        match self.data.kind(datum) {
            DatumKind::String(text) => Ok(Rc::from(&**text)),
            _ => Err(ParseError::unexpected(self.data, datum, "a string")),
        }
    }

    fn boolean(&mut self) -> Result<bool, ParseError> {
        let datum = self.next("a boolean")?;
        match self.data.kind(datum) {
            DatumKind::Boolean(value) => Ok(*value),
            _ => Err(ParseError::unexpected(self.data, datum, "a boolean")),
        }
    }

    fn integer<T: TryFrom<i64>>(&mut self) -> Result<T, ParseError> {
        let datum = self.next("an integer")?;
        let value = match self.data.kind(datum) {
            DatumKind::Number(Number::Integer(Integer::Small(value))) => T::try_from(*value).ok(),
            _ => None,
        };
        value.ok_or_else(|| ParseError::unexpected(self.data, datum, "an integer in range"))
    }

    fn value(&mut self) -> Result<ValueId, ParseError> {
        let datum = self.next("a value")?;
        let name = self.data.as_symbol(datum);
        let value = name
            .and_then(|name| name.strip_prefix('v')?.parse().ok())
            .map(ValueId::new);
        value.ok_or_else(|| ParseError::unexpected(self.data, datum, "a value"))
    }

    fn optional_value(&mut self) -> Result<Option<ValueId>, ParseError> {
        let next = self.rest.as_slice().first();
        if next.is_some_and(|&next| *self.data.kind(next) == DatumKind::Boolean(false)) {
            self.rest.next();
            return Ok(None);
        }
        self.value().map(Some)
    }

    fn values(&mut self) -> Result<Vec<ValueId>, ParseError> {
        let mut values = Vec::new();
        while !self.is_empty() {
            values.push(self.value()?);
        }
        Ok(values)
    }

    fn block(&mut self) -> Result<BlockId, ParseError> {
        let datum = self.next("a block")?;
        let name = self.data.as_symbol(datum);
        let block = name
            .and_then(|name| name.strip_prefix('b')?.parse().ok())
            .map(BlockId::new);
        block.ok_or_else(|| ParseError::unexpected(self.data, datum, "a block"))
    }

    fn target(&mut self) -> Result<Target, ParseError> {
        let mut items = self.list()?;
        Ok(Target {
            block: items.block()?,
            arguments: items.values()?,
        })
    }

    fn named<T>(
        &mut self,
        expected: &'static str,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let name = self.symbol(expected)?;
        find(&name).ok_or(ParseError::Unexpected {
            expected,
            found: name,
        })
    }

    fn primitive(&mut self) -> Result<Primitive, ParseError> {
        self.named("a primitive", Primitive::from_name)
    }
}

fn global(items: &mut Items<'_>) -> Result<Global, ParseError> {
    let next = items.rest.as_slice().first().copied();
    if next.is_some_and(|next| items.data.as_pair(next).is_some()) {
        let mut inner = items.list()?;
        inner.symbol("immutable")?;
        return Ok(Global {
            key: inner.string()?,
            immutable: true,
            returns_itself: false,
        });
    }
    Ok(Global {
        key: items.string()?,
        immutable: false,
        returns_itself: false,
    })
}

fn literal(items: &mut Items<'_>) -> Result<Literal, ParseError> {
    let mut inner = items.list()?;
    if inner.symbol("word or datum")? == "word" {
        return Ok(Literal::Word(inner.integer::<i64>()? as u64));
    }
    Ok(Literal::Datum(LiteralDatum(inner.next("a datum")?)))
}

fn procedure(mut items: Items<'_>) -> Result<Procedure, ParseError> {
    let mut procedure = Procedure {
        name: items.string()?,
        required: items.integer()?,
        optional: items.integer()?,
        rest: items.boolean()?,
        free: items.integer()?,
        parameter_names: Vec::new(),
        properties: None,
        result: Repr::Tagged,
        blocks: IdVec::new(),
        values: IdVec::new(),
        place: SourcePlace::default(),
    };
    let mut names = items.list()?;
    while !names.is_empty() {
        procedure.parameter_names.push(names.string()?);
    }
    while !items.is_empty() {
        let mut inner = items.list()?;
        if inner.symbol("a result or a block")? == "result" {
            procedure.result = inner.named("a representation", Repr::from_name)?;
            continue;
        }
        let block = block(inner, &mut procedure.values)?;
        procedure.blocks.push(block);
    }
    Ok(procedure)
}

fn block(mut items: Items<'_>, values: &mut IdVec<ValueId, Value>) -> Result<Block, ParseError> {
    items.block()?;
    let mut block = Block {
        parameters: Vec::new(),
        instructions: Vec::new(),
        terminator: Terminator::None,
        place: SourcePlace::default(),
    };
    let mut parameters = items.list()?;
    while !parameters.is_empty() {
        block.parameters.push(definition(&mut parameters, values)?);
    }
    while !items.is_empty() {
        let mut inner = items.list()?;
        let head = inner.symbol("let, do or a terminator")?;
        let result = match head.as_str() {
            "let" => Some(definition(&mut inner, values)?),
            "do" => None,
            _ => {
                block.terminator = terminator(&head, inner)?;
                break;
            }
        };
        let operation = operation(inner.list()?)?;
        block.instructions.push(Instruction {
            operation,
            result,
            place: SourcePlace::default(),
        });
    }
    Ok(block)
}

fn definition(
    items: &mut Items<'_>,
    values: &mut IdVec<ValueId, Value>,
) -> Result<ValueId, ParseError> {
    let (value, repr) = items.named("a value", |name| {
        let (name, repr) = match name.split_once(':') {
            Some((name, repr)) => (name, Repr::from_name(repr)?),
            None => (name, Repr::Tagged),
        };
        Some((ValueId::new(name.strip_prefix('v')?.parse().ok()?), repr))
    })?;
    let count = values.len().max(value.index() + 1);
    values.resize(
        count,
        Value {
            repr: Repr::Tagged,
            name: None,
        },
    );
    values[value].repr = repr;
    Ok(value)
}

fn operation(mut items: Items<'_>) -> Result<Operation, ParseError> {
    let head = items.symbol("an operation")?;
    let items = &mut items;
    Ok(match head.as_str() {
        "literal" => Operation::Literal(LiteralId::new(items.integer()?)),
        "fixnum" => {
            let word = tag::fixnum(items.integer()?);
            let found = head.clone();
            Operation::Word(word.ok_or(ParseError::Unexpected {
                expected: "a fixnum",
                found,
            })?)
        }
        "word" => Operation::Word(items.integer::<i64>()? as u64),
        "raw" => Operation::Raw(items.integer::<i64>()? as u64),
        "global-ref" => Operation::GlobalRef(GlobalId::new(items.integer()?)),
        "global-set!" => Operation::GlobalSet(GlobalId::new(items.integer()?), items.value()?),
        "global-define" => Operation::GlobalDefine(GlobalId::new(items.integer()?), items.value()?),
        "cell-ref" => Operation::CellRef(CellId::new(items.integer()?)),
        "cell-set!" => Operation::CellSet(CellId::new(items.integer()?), items.value()?),
        "check-initialized" => Operation::CheckInitialized(items.value()?, items.string()?),
        "primitive" => Operation::Primitive(items.primitive()?, items.values()?),
        "add-small" => Operation::AddSmall(items.value()?, items.integer()?),
        "static-closure" => Operation::StaticClosure(ProcedureId::new(items.integer()?)),
        "make-closure" => {
            Operation::MakeClosure(ProcedureId::new(items.integer()?), items.integer()?)
        }
        "closure-init" => Operation::ClosureInit(items.value()?, items.integer()?, items.value()?),
        "closure-ref" => Operation::ClosureRef(items.value()?, items.integer()?),
        "call" => Operation::Call(items.value()?, items.values()?),
        "call-known" => {
            let procedure = ProcedureId::new(items.integer()?);
            Operation::CallKnown(procedure, items.optional_value()?, items.values()?)
        }
        "call-host" => Operation::CallHost(items.primitive()?, items.values()?),
        "poll" => Operation::Poll,
        name => {
            if let Some(raw) = RawUnary::from_name(name) {
                Operation::Raw1(raw, items.value()?)
            } else if let Some(raw) = RawBinary::from_name(name) {
                Operation::Raw2(raw, items.value()?, items.value()?)
            } else {
                return Err(ParseError::Unexpected {
                    expected: "an operation",
                    found: head,
                });
            }
        }
    })
}

fn condition(mut items: Items<'_>) -> Result<Condition, ParseError> {
    let head = items.symbol("a condition")?;
    let relation = |items: &mut Items<'_>| items.named("a relation", Comparison::from_name);
    let items = &mut items;
    Ok(match head.as_str() {
        "true" => Condition::True(items.value()?),
        "type" => {
            let find = |name: &str| {
                TypeTest::ALL
                    .iter()
                    .copied()
                    .find(|test| test.name() == name)
            };
            Condition::Type(items.named("a type test", find)?, items.value()?)
        }
        "eq" => Condition::Eq(items.value()?, items.value()?),
        "eq-word" => Condition::EqWord(items.value()?, items.integer()?),
        "compare" => Condition::Compare(relation(items)?, items.value()?, items.value()?),
        "compare-small" => {
            Condition::CompareSmall(relation(items)?, items.value()?, items.integer()?)
        }
        "compare-f64" => Condition::CompareF64(relation(items)?, items.value()?, items.value()?),
        "compare-i64" => Condition::CompareI64(relation(items)?, items.value()?, items.value()?),
        "compare-u64" => Condition::CompareU64(relation(items)?, items.value()?, items.value()?),
        _ => {
            return Err(ParseError::Unexpected {
                expected: "a condition",
                found: head,
            });
        }
    })
}

fn terminator(head: &str, mut items: Items<'_>) -> Result<Terminator, ParseError> {
    let items = &mut items;
    Ok(match head {
        "none" => Terminator::None,
        "jump" => Terminator::Jump(items.target()?),
        "branch" => Terminator::Branch(condition(items.list()?)?, items.target()?, items.target()?),
        "switch" => Terminator::Switch(switch(items)?),
        "return" => Terminator::Return(items.value()?),
        "return-values" => Terminator::ReturnValues(items.values()?),
        "tail-call" => Terminator::TailCall(items.value()?, items.values()?),
        "tail-call-known" => {
            let procedure = ProcedureId::new(items.integer()?);
            Terminator::TailCallKnown(procedure, items.optional_value()?, items.values()?)
        }
        "tail-apply" => Terminator::TailApply(items.value()?, items.value()?),
        "reinstate" => Terminator::Reinstate(items.value()?, items.value()?),
        "reinstate-value" => Terminator::ReinstateValue(items.value()?, items.value()?),
        "call-receive" => Terminator::CallReceive {
            callee: callee(items)?,
            required: items.integer()?,
            rest: items.boolean()?,
            block: items.block()?,
            arguments: items.values()?,
            received_at: SourcePlace::default(),
        },
        _ => {
            let found = head.to_owned();
            return Err(ParseError::Unexpected {
                expected: "a terminator",
                found,
            });
        }
    })
}

fn switch(items: &mut Items<'_>) -> Result<Switch, ParseError> {
    let mut inner = items.list()?;
    let head = inner.symbol("what a switch looks at")?;
    let key = match head.as_str() {
        "word" => SwitchKey::Word,
        "symbol-hash" => SwitchKey::SymbolHash {
            shift: inner.integer()?,
            bits: inner.integer()?,
        },
        "string-length" => SwitchKey::StringLength,
        _ => {
            return Err(ParseError::Unexpected {
                expected: "word, symbol-hash or string-length",
                found: head,
            });
        }
    };
    let value = inner.value()?;
    let mut cases = Vec::new();
    loop {
        let mut case = items.list()?;
        let first = case.rest.as_slice().first();
        if first.is_some_and(|&first| case.data.as_symbol(first) == Some("else")) {
            case.rest.next();
            let default = case.target()?;
            return Ok(Switch {
                key,
                value,
                cases,
                default,
            });
        }
        cases.push((case.integer()?, case.target()?));
    }
}

fn callee(items: &mut Items<'_>) -> Result<Callee, ParseError> {
    let next = items.rest.as_slice().first().copied();
    if next.is_some_and(|next| items.data.as_pair(next).is_some()) {
        let mut inner = items.list()?;
        inner.symbol("known")?;
        return Ok(Callee::Known(
            ProcedureId::new(inner.integer()?),
            inner.optional_value()?,
        ));
    }
    Ok(Callee::Value(items.value()?))
}

#[cfg(test)]
mod tests {
    use super::super::print::print;
    use super::*;

    const EXAMPLE: &str = r#"(cells "counter")
(globals "x" (immutable "car"))
(literals (word 16) (datum (a "b")))
(procedure "example" 1 0 #f 1 ("n")
  (block b0 (v0 v1)
    (let v2:f64 (unbox-f64 v1))
    (let v3 (literal 1))
    (let v4 (closure-ref v0 0))
    (do (cell-set! 0 v3))
    (branch (compare-small < v1 2) (b1 v2) (b2)))
  (block b1 (v5:f64)
    (let v6 (box-f64 v5))
    (let v7 (primitive cons v6 v3))
    (do (poll))
    (tail-call-known 0 v4 v7))
  (block b2 ()
    (call-receive (known 0 #f) 1 #t b3 v1))
  (block b3 (v8 v9)
    (switch (word v8) (-8 (b4)) (16 (b5 v8)) (else (b4))))
  (block b4 ()
    (switch (symbol-hash 7 2 v1) (3 (b5 v1)) (else (b6))))
  (block b5 (v10)
    (switch (string-length v10) (0 (b6)) (else (b6))))
  (block b6 ()
    (return-values v8 v9)))
(procedure "half" 1 0 #f 0 ("x")
  (result f64)
  (block b0 (v0:f64)
    (return v0)))
"#;

    #[test]
    fn printed_text_reads_back_as_the_same_text() {
        let unit = parse(EXAMPLE).unwrap();
        assert_eq!(print(&unit), EXAMPLE);
    }

    #[test]
    fn every_truncation_is_refused_or_reads_as_less() {
        for end in (0..EXAMPLE.len()).filter(|&end| EXAMPLE.is_char_boundary(end)) {
            if let Ok(unit) = parse(&EXAMPLE[..end]) {
                assert!(print(&unit).len() <= EXAMPLE.len());
            }
        }
    }

    #[test]
    fn unknown_operations_are_named() {
        let error =
            parse("(procedure \"f\" 0 0 #f 0 () (block b0 () (let v0 (fly))))").unwrap_err();
        assert_eq!(error.to_string(), "expected an operation, found fly");
    }
}
