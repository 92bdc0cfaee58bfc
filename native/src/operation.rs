//! Operations, one by one.

use abi::native::RuntimeOperation;
use abi::object_layout::location;
use abi::primitive::{Primitive, PrimitiveClass};
use abi::tag::{self, Kind, TAG_OBJECT};
use abi::type_test::type_test_of;
use compiler::core::LiteralDatum;
use compiler::core::ir::{GlobalId, Literal, LiteralId};
use compiler::link::unit::{Constant, ConstantWord, FixupTarget};
use compiler::ssa::analysis::allocated_bytes;
use compiler::ssa::ir::{Callee, Condition, Operation, ValueId};
use compiler::ssa::primitive_facts::{comparison_of, is_arithmetic};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use syntax::DatumKind;

use super::emitter::Emitter;
use super::leaf::has_short_path;
use super::loaded::{Field, Loaded};

impl Emitter<'_, '_> {
    /// Writes an operation whose result is not made anew at each use; its result.
    pub(super) fn operation(
        &mut self,
        operation: &Operation,
        result: Option<ValueId>,
    ) -> Option<Value> {
        Some(match *operation {
            Operation::Literal(_) | Operation::Word(_) | Operation::StaticClosure(_) => {
                self.remake(operation)
            }
            Operation::Raw(word) => self.raw_constant(word, result?),
            Operation::GlobalRef(global) => self.global_ref(global),
            Operation::CellRef(cell) => {
                let address = self.address(FixupTarget::Cell(cell));
                self.load(address, 0)
            }
            Operation::GlobalSet(..) | Operation::GlobalDefine(..) | Operation::CellSet(..) => {
                self.assign(operation);
                self.word(tag::UNSPECIFIED)
            }
            Operation::CheckInitialized(value, ref name) => self.check_initialized(value, name),
            Operation::Primitive(
                primitive @ (Primitive::List | Primitive::ConsStar | Primitive::Vector),
                ref operands,
            ) if allocated_bytes(operation).is_some() => {
                let words: Vec<Value> = operands.iter().map(|&each| self.get(each)).collect();
                if primitive == Primitive::Vector {
                    self.make_vector(&words)
                } else {
                    self.make_list(primitive, &words)
                }
            }
            Operation::Primitive(primitive, ref operands) => {
                self.primitive(primitive, operands, result)
            }
            Operation::AddSmall(value, small) => self.add_small(value, small, result),
            Operation::MakeClosure(procedure, free) => self.make_closure(procedure, free),
            Operation::ClosureInit(closure, index, value) => {
                let (closure, value) = (self.get(closure), self.get(value));
                self.store(value, closure, Self::free_offset(index));
                return None;
            }
            Operation::ClosureRef(closure, index) => {
                let closure = self.get(closure);
                self.load(closure, Self::free_offset(index))
            }
            Operation::Call(callee, ref arguments) => self.call(&Callee::Value(callee), arguments),
            Operation::CallKnown(procedure, closure, ref arguments) => {
                self.call(&Callee::Known(procedure, closure), arguments)
            }
            Operation::CallHost(primitive, ref operands) => self.call_host(primitive, operands),
            Operation::Raw1(operation, value) => self.raw_unary(operation, value),
            Operation::Raw2(operation, a, b) => self.raw_binary(operation, a, b),
            Operation::Poll => {
                self.poll();
                return None;
            }
        })
    }

    /// A value that is made anew at each use.
    pub(super) fn remake(&mut self, operation: &Operation) -> Value {
        match *operation {
            Operation::Word(word) => self.word(word),
            Operation::StaticClosure(procedure) => {
                let constant = self.shared.constant(Constant::Closure(procedure));
                self.address(FixupTarget::Constant(constant))
            }
            Operation::Literal(literal) => self.literal(literal),
            _ => unreachable!("only constants are made anew"),
        }
    }

    fn literal(&mut self, literal: LiteralId) -> Value {
        let unit = self.shared.unit();
        let LiteralDatum(datum) = match &unit.tables.literals[literal] {
            Literal::Word(word) => return self.word(*word),
            Literal::Datum(datum) => *datum,
        };
        let data = &unit.tables.data;
        if let DatumKind::External(object) = data.kind(datum) {
            let cell = self.shared.cell_of_external(*object);
            let cell = cell.expect("objects that occur were collected");
            let address = self.address(FixupTarget::Cell(cell));
            return self.load(address, 0);
        }
        let word = self.shared.datum(data, datum);
        match word.expect("literals were looked at first") {
            ConstantWord::Word(word) => self.word(word),
            ConstantWord::Constant(number) => self.address(FixupTarget::Constant(number)),
            ConstantWord::Symbol(symbol) => {
                let address = self.address(FixupTarget::SymbolCell(symbol));
                // Symbols of an image never change or move.
                let flags = MemFlagsData::trusted().with_readonly();
                self.code.ins().load(types::I64, flags, address, 0)
            }
        }
    }

    pub(super) fn raw_constant(&mut self, word: u64, result: ValueId) -> Value {
        if self.machine_type(result) == types::F64 {
            self.code.ins().f64const(f64::from_bits(word))
        } else {
            self.word(word)
        }
    }

    fn global_cell(&mut self, global: GlobalId) -> Value {
        let cell = self.shared.cell_of_global(global);
        let cell = cell.expect("globals that occur were collected");
        let address = self.address(FixupTarget::Cell(cell));
        self.load(address, 0)
    }

    fn global_ref(&mut self, global: GlobalId) -> Value {
        // The entry filled the cell with the location before this code could run.
        let variable = self.global_cell(global);
        let offset = location::VALUE as i32 - TAG_OBJECT as i32;
        let value = self.load(variable, offset);
        let (unbound, done) = (self.cold_block(), self.next_block());
        let is_unbound = self.is_word(value, tag::UNBOUND);
        self.code.ins().brif(is_unbound, unbound, &[], done, &[]);
        self.start(unbound);
        self.raise_by_runtime(RuntimeOperation::UnboundVariable, &[variable]);
        self.start(done);
        value
    }

    fn check_initialized(&mut self, value: ValueId, name: &str) -> Value {
        let word = self.get(value);
        let (wrong, done) = (self.cold_block(), self.next_block());
        let is_unbound = self.is_word(word, tag::UNBOUND);
        self.code.ins().brif(is_unbound, wrong, &[], done, &[]);
        self.start(wrong);
        let symbol = self.shared.symbol(name);
        let cell = self.address(FixupTarget::SymbolCell(symbol));
        let symbol = self.load(cell, 0);
        self.raise_by_runtime(RuntimeOperation::UninitializedVariable, &[symbol]);
        self.start(done);
        word
    }

    /// Assignments of global variables and cells.
    fn assign(&mut self, operation: &Operation) {
        match *operation {
            Operation::CellSet(cell, value) => {
                let address = self.address(FixupTarget::Cell(cell));
                let word = self.get(value);
                let (slow, done) = (self.cold_block(), self.next_block());
                self.store_past_barrier(
                    Field {
                        base: address,
                        offset: 0,
                    },
                    Loaded { value, word },
                    slow,
                );
                self.code.ins().jump(done, &[]);
                self.start(slow);
                self.call_runtime(RuntimeOperation::StoreCell, &[address, word]);
                self.code.ins().jump(done, &[]);
                self.start(done);
            }
            Operation::GlobalSet(global, value) => {
                let (variable, word) = (self.global_cell(global), self.get(value));
                self.call_runtime(RuntimeOperation::LocationSet, &[variable, word]);
            }
            Operation::GlobalDefine(global, _) if self.shared.is_laid_out(global) => {}
            Operation::GlobalDefine(global, value) => {
                let (variable, word) = (self.global_cell(global), self.get(value));
                self.call_runtime(RuntimeOperation::LocationDefine, &[variable, word]);
            }
            _ => unreachable!("only assignments are written here"),
        }
    }

    fn add_small(&mut self, value: ValueId, small: i16, result: Option<ValueId>) -> Value {
        let small = i64::from(small);
        let a = self.operand(value);
        // A negative addend is what `(- a value)` is compiled to: errors say so.
        if small < 0 {
            let b = self.small_operand(-small);
            self.arithmetic(Primitive::Subtract, [a, b], result)
        } else {
            let b = self.small_operand(small);
            self.arithmetic(Primitive::Add, [a, b], result)
        }
    }

    fn primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        result: Option<ValueId>,
    ) -> Value {
        if primitive == Primitive::Void {
            return self.word(tag::UNSPECIFIED);
        }
        if let Some(result) = self.control_primitive(primitive, operands) {
            return result;
        }
        if has_short_path(primitive) {
            return self.short_leaf(primitive, operands);
        }
        if primitive.class() == PrimitiveClass::Leaf {
            return self.leaf(primitive, operands);
        }
        if let Some(test) = type_test_of(primitive) {
            return self.boolean_of(&Condition::Type(test, operands[0]));
        }
        if let Some(comparison) = comparison_of(primitive) {
            let condition = Condition::Compare(comparison, operands[0], operands[1]);
            return self.boolean_of(&condition);
        }
        match primitive {
            Primitive::IsEq => {
                return self.boolean_of(&Condition::Eq(operands[0], operands[1]));
            }
            Primitive::Not => return self.not(operands[0]),
            _ if is_arithmetic(primitive) => {
                let operands = [self.operand(operands[0]), self.operand(operands[1])];
                return self.arithmetic(primitive, operands, result);
            }
            _ => {}
        }
        let words: Vec<Value> = operands.iter().map(|&operand| self.get(operand)).collect();
        self.object_primitive(primitive, operands, &words)
    }

    /// Primitives on objects.
    fn object_primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
        words: &[Value],
    ) -> Value {
        match primitive {
            Primitive::Cons => self.cons(words[0], words[1]),
            Primitive::Car | Primitive::Cdr => self.pair_word(primitive, operands[0], words[0]),
            Primitive::MakeBox => self.make_box(words[0]),
            Primitive::BoxRef => self.box_ref(operands[0], words[0]),
            Primitive::MakeRecord => self.make_record(operands, words),
            Primitive::RecordRef => self.record_ref(operands, words),
            Primitive::VectorRef => self.vector_ref(operands[0], words),
            Primitive::VectorLength => self.size_of(
                primitive,
                Kind::Vector,
                Loaded {
                    value: operands[0],
                    word: words[0],
                },
            ),
            Primitive::BytevectorRef => self.bytevector_ref(operands[0], words),
            Primitive::BytevectorLength => self.size_of(
                primitive,
                Kind::Bytevector,
                Loaded {
                    value: operands[0],
                    word: words[0],
                },
            ),
            Primitive::StringRef => self.string_ref(operands[0], words),
            Primitive::StringLength => self.string_length(operands[0], words[0]),
            Primitive::CharToInteger => self.char_to_integer(operands[0], words[0]),
            Primitive::IntegerToChar => self.integer_to_char(words[0]),
            _ => {
                self.effect(primitive, operands, words);
                self.word(tag::UNSPECIFIED)
            }
        }
    }

    fn effect(&mut self, primitive: Primitive, operands: &[ValueId], words: &[Value]) {
        match primitive {
            Primitive::SetCar | Primitive::SetCdr => self.set_pair_word(primitive, operands, words),
            Primitive::VectorSet => self.vector_set(operands, words),
            Primitive::BytevectorSet => self.bytevector_set(words),
            Primitive::BoxSet => self.box_set(operands, words),
            Primitive::RecordSet => self.record_set(operands, words),
            _ => unreachable!("{} is no operation of one value", primitive.name()),
        }
    }

    /// A call of a leaf primitive.
    fn leaf(&mut self, primitive: Primitive, operands: &[ValueId]) -> Value {
        let words: Vec<Value> = operands.iter().map(|&operand| self.get(operand)).collect();
        let (stub, arguments) = self.primitive_arguments(primitive, &words);
        self.store_live();
        let target = self.stub(stub);
        let call = self.call_words(target, &arguments);
        let result = self.code.inst_results(call)[0];
        self.finish_call(call);
        result
    }
}
