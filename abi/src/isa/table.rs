//! The instruction table: the only list of instructions.
//!
//! Adding an instruction means adding one row. The opcode enum, mnemonics, codec, disassembler and
//! the interpreter's dispatch all expand from it, so they cannot disagree.

/// Calls `$visit!` once with every instruction, in opcode order: documentation, opcode, the name of
/// the handler (and mnemonic), the name of the variant, operands.
#[macro_export]
macro_rules! for_each_instruction {
    ($visit:ident) => {
        $visit! {
            /// Copy `src` to `dst`.
            0x00 copy = Copy { dst: IntoAny, src: AnyLocal };
            /// Load an immediate, a fixnum or a flonum.
            0x01 load_word = LoadWord { dst: Into, word: Word };
            /// Load a small fixnum.
            0x02 load_small = LoadSmall { dst: Into, value: Small };
            /// Load a raw word.
            0x03 load_raw = LoadRaw { dst: IntoRaw, word: Word };
            /// Load the address of a constant of this image; `constant` includes the tag.
            0x04 load_constant = LoadConstant { dst: Into, constant: DataOffset };
            /// Load a cell of this image.
            0x05 load_cell = LoadCell { dst: Into, cell: DataOffset };
            /// Store to a cell of this image.
            0x06 store_cell = StoreCell { cell: DataOffset, src: Local };
            /// Load the value of the location in `cell`. Raises `unbound-variable`.
            0x07 location_ref = LocationRef { dst: Into, cell: DataOffset };
            /// Assign to the location in `cell`. Raises `unbound-variable`.
            0x08 location_set = LocationSet { cell: DataOffset, src: Local };
            /// Define the location in `cell`.
            0x09 location_define = LocationDefine { cell: DataOffset, src: Local };
            /// Raise `uninitialized-variable` if `src` is `UNBOUND`; `name` is a cell with a
            /// symbol.
            0x0a check_initialized = CheckInitialized { src: Local, name: DataOffset };
            /// Jump.
            0x0b jump = Jump { offset: BranchOffset };
            /// A safepoint: collect, or handle an interrupt, if one was requested.
            0x0c poll = Poll { map: MapOffset };
            /// A safepoint, then jump. `map` describes the frame before the jump.
            0x0d jump_poll = JumpPoll { offset: BranchOffset, map: MapOffset };
            /// Jump unless `src` is `#f`.
            0x0e branch_true = BranchTrue { src: Local, offset: BranchOffset };
            /// Jump if `src` is `#f`.
            0x0f branch_false = BranchFalse { src: Local, offset: BranchOffset };
            /// Jump if `src` is the empty list.
            0x10 branch_null = BranchNull { src: Local, offset: BranchOffset };
            /// Jump unless `src` is the empty list.
            0x11 branch_not_null = BranchNotNull { src: Local, offset: BranchOffset };
            /// Jump if `src` is a pair.
            0x12 branch_pair = BranchPair { src: Local, offset: BranchOffset };
            /// Jump unless `src` is a pair.
            0x13 branch_not_pair = BranchNotPair { src: Local, offset: BranchOffset };
            /// Jump if `src` passes `test`.
            0x14 branch_type = BranchType { src: Local, test: TestOperand, offset: BranchOffset };
            /// Jump unless `src` passes `test`.
            0x15 branch_not_type = BranchNotType { src: Local, test: TestOperand, offset: BranchOffset };
            /// Jump if the words are the same.
            0x16 branch_eq = BranchEq { a: Local, b: Local, offset: BranchOffset };
            /// Jump unless the words are the same.
            0x17 branch_not_eq = BranchNotEq { a: Local, b: Local, offset: BranchOffset };
            /// Jump if `a` is `word`.
            0x18 branch_eq_word = BranchEqWord { a: Local, word: Word32, offset: BranchOffset };
            /// Jump unless `a` is `word`.
            0x19 branch_not_eq_word = BranchNotEqWord { a: Local, word: Word32, offset: BranchOffset };
            /// Jump if `a = b` (numbers). Raises `wrong-type`; may ask for a collection, as may all
            /// comparisons of numbers.
            0x1a branch_equal = BranchEqual { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump if `a < b` (numbers). Raises `wrong-type`.
            0x1b branch_less = BranchLess { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump if `a <= b` (numbers). Raises `wrong-type`.
            0x1c branch_less_equal = BranchLessEqual { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a = b` (numbers). Raises `wrong-type`.
            0x1d branch_not_equal = BranchNotEqual { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a < b` (numbers). Raises `wrong-type`.
            0x1e branch_not_less = BranchNotLess { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a <= b` (numbers). Raises `wrong-type`.
            0x1f branch_not_less_equal = BranchNotLessEqual { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// Jump if `a = value` (numbers). Raises `wrong-type`.
            0x20 branch_equal_small = BranchEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump if `a < value` (numbers). Raises `wrong-type`.
            0x21 branch_less_small = BranchLessSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump if `a <= value` (numbers). Raises `wrong-type`.
            0x22 branch_less_equal_small = BranchLessEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump if `a > value` (numbers). Raises `wrong-type`.
            0x23 branch_greater_small = BranchGreaterSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump if `a >= value` (numbers). Raises `wrong-type`.
            0x24 branch_greater_equal_small = BranchGreaterEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a = value` (numbers). Raises `wrong-type`.
            0x25 branch_not_equal_small = BranchNotEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a < value` (numbers). Raises `wrong-type`.
            0x26 branch_not_less_small = BranchNotLessSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a <= value` (numbers). Raises `wrong-type`.
            0x27 branch_not_less_equal_small = BranchNotLessEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a > value` (numbers). Raises `wrong-type`.
            0x28 branch_not_greater_small = BranchNotGreaterSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump unless `a >= value` (numbers). Raises `wrong-type`.
            0x29 branch_not_greater_equal_small = BranchNotGreaterEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump if `a = b` (doubles).
            0x2a branch_f64_equal = BranchF64Equal { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a < b` (doubles).
            0x2b branch_f64_less = BranchF64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a <= b` (doubles).
            0x2c branch_f64_less_equal = BranchF64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a = b` (doubles).
            0x2d branch_not_f64_equal = BranchNotF64Equal { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a < b` (doubles).
            0x2e branch_not_f64_less = BranchNotF64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a <= b` (doubles).
            0x2f branch_not_f64_less_equal = BranchNotF64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a = b` (signed words).
            0x30 branch_i64_equal = BranchI64Equal { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a < b` (signed words).
            0x31 branch_i64_less = BranchI64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a <= b` (signed words).
            0x32 branch_i64_less_equal = BranchI64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a = b` (signed words).
            0x33 branch_not_i64_equal = BranchNotI64Equal { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a < b` (signed words).
            0x34 branch_not_i64_less = BranchNotI64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a <= b` (signed words).
            0x35 branch_not_i64_less_equal = BranchNotI64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a < b` (unsigned words).
            0x36 branch_u64_less = BranchU64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump if `a <= b` (unsigned words).
            0x37 branch_u64_less_equal = BranchU64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a < b` (unsigned words).
            0x38 branch_not_u64_less = BranchNotU64Less { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Jump unless `a <= b` (unsigned words).
            0x39 branch_not_u64_less_equal = BranchNotU64LessEqual { a: RawLocal, b: RawLocal, offset: BranchOffset };
            /// Call the closure in slot `words` with the arguments in the slots after it.
            /// Raises `not-a-procedure`, `wrong-argument-count`.
            0x3a call = Call { arguments: Count, dst: IntoReturned, words: Count, map: MapOffset };
            /// Call a procedure of this image whose arity is known to fit. Arguments and result are raw
            /// where that procedure takes and gives raw words.
            0x3b call_known = CallKnown { target: CodeOffset, dst: IntoReturned, words: Count, map: MapOffset };
            /// Tail call of the closure in slot 0 with the arguments in slots 1 and on.
            0x3c tail_call = TailCall { arguments: Count };
            /// Tail call of a procedure of this image whose arity is known to fit; arguments in
            /// slots 1 and on.
            0x3d tail_call_known = TailCallKnown { target: CodeOffset };
            /// Tail call of the closure in slot 0; the last of the arguments is a list, which
            /// is spread.
            0x3e tail_apply = TailApply { arguments: Count };
            /// Call a host procedure, which may run Scheme, on `count` slots from `first`.
            0x3f call_host = CallHost { primitive: PrimitiveOperand, first: Local, count: Count, dst: IntoReturned, words: Count, map: MapOffset };
            /// Return one value: raw where all callers expect a raw word.
            0x40 return_value = ReturnValue { src: Local };
            /// Return `count` values from slot `first` and on.
            0x41 return_values = ReturnValues { first: Local, count: Count };
            /// Stands right after a call (its `dst` is `first`) that takes any number of
            /// values: `required` go to slots from `first`, with `rest` a list of those left to
            /// the slot after. Raises `wrong-value-count`.
            0x42 receive = Receive { first: Into, required: Count, rest: Flag };
            /// Capture the continuation of this frame's procedure (of the return word, not of
            /// this instruction). May ask for a collection.
            0x43 capture = Capture { dst: Into, map: MapOffset };
            /// Abandon the stack of this base and return the values of a list to
            /// `continuation`, whose handlers and parameters come back too.
            0x44 reinstate = Reinstate { continuation: Local, values: Local };
            /// The same with one value.
            0xa8 reinstate_value = ReinstateValue { continuation: Local, value: Local };
            /// Only in stubs: leave the interpreter.
            0x45 exit_base = ExitBase {};
            /// Only in stubs: copy the next older captured frame back and return into it.
            0x46 underflow = Underflow {};
            /// Only in stubs: the return barrier.
            0x47 return_barrier = ReturnBarrier {};
            /// Call a leaf primitive. May ask for a collection, as may the next three.
            0x48 leaf = Leaf { dst: Into, primitive: PrimitiveOperand, first: Local, count: Count, map: MapOffset };
            /// Call a leaf primitive with one argument.
            0x49 leaf1 = Leaf1 { dst: Into, primitive: PrimitiveOperand, a: Local, map: MapOffset };
            /// Call a leaf primitive with two arguments.
            0x4a leaf2 = Leaf2 { dst: Into, primitive: PrimitiveOperand, a: Local, b: Local, map: MapOffset };
            /// Call a leaf primitive with three arguments.
            0x4b leaf3 = Leaf3 { dst: Into, primitive: PrimitiveOperand, a: Local, b: Local, c: Local, map: MapOffset };
            /// `a + b` of any numbers. Raises; may ask for a collection.
            0x4c add = Add { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `a - b` of any numbers. Raises; may ask for a collection.
            0x4d subtract = Subtract { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `a * b` of any numbers. Raises; may ask for a collection.
            0x4e multiply = Multiply { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `a / b` of any numbers. Raises; may ask for a collection.
            0x4f divide = Divide { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(truncate-quotient a b)` of any numbers. Raises; may ask for a collection.
            0x50 quotient = Quotient { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(truncate-remainder a b)` of any numbers. Raises; may ask for a collection.
            0x51 remainder = Remainder { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(floor-remainder a b)` of any numbers. Raises; may ask for a collection.
            0x52 modulo = Modulo { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(bitwise-and a b)` of any numbers. Raises; may ask for a collection.
            0x53 bit_and = BitAnd { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(bitwise-ior a b)` of any numbers. Raises; may ask for a collection.
            0x54 bit_or = BitOr { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(bitwise-xor a b)` of any numbers. Raises; may ask for a collection.
            0x55 bit_xor = BitXor { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `(arithmetic-shift a b)` of any numbers. Raises; may ask for a collection.
            0x56 shift = Shift { dst: Into, a: Local, b: Local, map: MapOffset };
            /// `a + value` of any number. Raises; may ask for a collection.
            0x57 add_small = AddSmall { dst: Into, a: Local, value: Small, map: MapOffset };
            /// Allocate a pair.
            0x58 cons = Cons { dst: Into, car: Local, cdr: Local };
            /// The car. Raises `wrong-type`, as do the accessors below.
            0x59 car = Car { dst: Into, pair: Local };
            /// The cdr.
            0x5a cdr = Cdr { dst: Into, pair: Local };
            /// Replace the car. Raises `immutable` for literals too.
            0x5b set_car = SetCar { pair: Local, src: Local };
            /// Replace the cdr. Raises `immutable` for literals too.
            0x5c set_cdr = SetCdr { pair: Local, src: Local };
            /// Vector element. Raises `out-of-range` too.
            0x5d vector_ref = VectorRef { dst: Into, vector: Local, index: Local };
            /// Replace a vector element. Raises `out-of-range`, `immutable` too.
            0x5e vector_set = VectorSet { vector: Local, index: Local, src: Local };
            /// Length of a vector.
            0x5f vector_length = VectorLength { dst: Into, vector: Local };
            /// Character of a string. Raises `out-of-range` too.
            0x60 string_ref = StringRef { dst: Into, string: Local, index: Local };
            /// Length of a string in characters.
            0x61 string_length = StringLength { dst: Into, string: Local };
            /// Byte of a bytevector. Raises `out-of-range` too.
            0x62 bytevector_ref = BytevectorRef { dst: Into, bytevector: Local, index: Local };
            /// Replace a byte of a bytevector. Raises `out-of-range`, `immutable` too.
            0x63 bytevector_set = BytevectorSet { bytevector: Local, index: Local, src: Local };
            /// Length of a bytevector.
            0x64 bytevector_length = BytevectorLength { dst: Into, bytevector: Local };
            /// Code point of a character.
            0x65 char_to_integer = CharToInteger { dst: Into, src: Local };
            /// Character of a code point. Raises `out-of-range` too.
            0x66 integer_to_char = IntegerToChar { dst: Into, src: Local };
            /// Allocate a box.
            0x67 make_box = MakeBox { dst: Into, src: Local };
            /// Value of a box.
            0x68 box_ref = BoxRef { dst: Into, boxed: Local };
            /// Replace the value of a box.
            0x69 box_set = BoxSet { boxed: Local, src: Local };
            /// Allocate a closure with `free` free variables, `#f` until initialised.
            0x6a make_closure = MakeClosure { dst: Into, code: CodeOffset, free: Count };
            /// Initialise a free variable of a closure allocated since the last safepoint.
            0x6b closure_init = ClosureInit { closure: Local, index: Index, src: Local };
            /// A free variable.
            0x6c closure_ref = ClosureRef { dst: Into, closure: Local, index: Index };
            /// Allocate a record with `fields` fields, `#f` until initialised.
            0x6d make_record = MakeRecord { dst: Into, record_type: Local, fields: Count };
            /// Initialise a field of a record allocated since the last safepoint.
            0x6e record_init = RecordInit { record: Local, index: Index, src: Local };
            /// Field of a record of `record_type` or a type derived from it.
            0x6f record_ref = RecordRef { dst: Into, record: Local, record_type: Local, index: Index };
            /// Replace a field of a record of `record_type` or a type derived from it.
            0x70 record_set = RecordSet { record: Local, record_type: Local, index: Index, src: Local };
            /// `#t` if `src` passes `test`, else `#f`.
            0x71 type_test = TypeTest { dst: Into, src: Local, test: TestOperand };
            /// `#t` if the words are the same, else `#f`.
            0x72 eq = Eq { dst: Into, a: Local, b: Local };
            /// `a + b` of doubles.
            0x73 f64_add = F64Add { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a - b` of doubles.
            0x74 f64_subtract = F64Subtract { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a * b` of doubles.
            0x75 f64_multiply = F64Multiply { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a / b` of doubles.
            0x76 f64_divide = F64Divide { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// Negated double.
            0x77 f64_negate = F64Negate { dst: IntoRaw, src: RawLocal };
            /// Square root of a double.
            0x78 f64_sqrt = F64Sqrt { dst: IntoRaw, src: RawLocal };
            /// Absolute value of a double.
            0x79 f64_abs = F64Abs { dst: IntoRaw, src: RawLocal };
            /// The double of a flonum. Raises `wrong-type`.
            0x7a unbox_f64 = UnboxF64 { dst: IntoRaw, src: Local };
            /// The double nearest to any real number. Raises `wrong-type`.
            0x7b real_to_f64 = RealToF64 { dst: IntoRaw, src: Local };
            /// The flonum of a double; allocates if it cannot be self-tagged.
            0x7c box_f64 = BoxF64 { dst: Into, src: RawLocal };
            /// The double nearest to a signed word.
            0x7d i64_to_f64 = I64ToF64 { dst: IntoRaw, src: RawLocal };
            /// `a + b` modulo 2^64.
            0x7e word_add = WordAdd { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a - b` modulo 2^64.
            0x7f word_subtract = WordSubtract { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a * b` modulo 2^64.
            0x80 word_multiply = WordMultiply { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// Bitwise and.
            0x81 word_and = WordAnd { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// Bitwise or.
            0x82 word_or = WordOr { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// Bitwise exclusive or.
            0x83 word_xor = WordXor { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a` shifted left by `b` modulo 64.
            0x84 word_shift_left = WordShiftLeft { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a` shifted right, zeros coming in, by `b` modulo 64.
            0x85 word_shift_right = WordShiftRight { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// `a` shifted right, signs coming in, by `b` modulo 64.
            0x86 word_shift_right_signed = WordShiftRightSigned { dst: IntoRaw, a: RawLocal, b: RawLocal };
            /// The signed word of an exact integer. Raises `wrong-type`, `out-of-range`.
            0x87 unbox_i64 = UnboxI64 { dst: IntoRaw, src: Local };
            /// The exact integer of a signed word; may allocate a bignum of one limb.
            0x88 box_i64 = BoxI64 { dst: Into, src: RawLocal };
            /// The unsigned word of an exact integer. Raises `wrong-type`, `out-of-range`.
            0x89 unbox_u64 = UnboxU64 { dst: IntoRaw, src: Local };
            /// The exact integer of an unsigned word; may allocate a bignum of one limb.
            0x8a box_u64 = BoxU64 { dst: Into, src: RawLocal };
            /// Allocate a closure with one free variable, as do the next three with more.
            0x8b make_closure1 = MakeClosure1 { dst: Into, code: CodeOffset, a: Local };
            /// Allocate a closure with two free variables.
            0x8c make_closure2 = MakeClosure2 { dst: Into, code: CodeOffset, a: Local, b: Local };
            /// Allocate a closure with three free variables.
            0x8d make_closure3 = MakeClosure3 { dst: Into, code: CodeOffset, a: Local, b: Local, c: Local };
            /// Allocate a closure with four free variables.
            0x8e make_closure4 = MakeClosure4 { dst: Into, code: CodeOffset, a: Local, b: Local, c: Local, d: Local };
            /// Allocate a closure with five free variables.
            0x8f make_closure5 = MakeClosure5 { dst: Into, code: CodeOffset, a: Local, b: Local, c: Local, d: Local, e: Local };
            // What follows does what two or three of the instructions above do, one after the other,
            // because programs run them so often in this order.
            /// Two copies.
            0x90 copy2 = Copy2 { dst: IntoAny, src: AnyLocal, dst2: IntoAny, src2: AnyLocal };
            /// Three copies.
            0x91 copy3 = Copy3 { dst: IntoAny, src: AnyLocal, dst2: IntoAny, src2: AnyLocal, dst3: IntoAny, src3: AnyLocal };
            /// `car`, `car`.
            0x92 car_car = CarCar { dst: Into, pair: Local, dst2: Into, pair2: Local };
            /// `car`, `cdr`.
            0x93 car_cdr = CarCdr { dst: Into, pair: Local, dst2: Into, pair2: Local };
            /// `cdr`, `car`.
            0x94 cdr_car = CdrCar { dst: Into, pair: Local, dst2: Into, pair2: Local };
            /// `cdr`, `cdr`.
            0x95 cdr_cdr = CdrCdr { dst: Into, pair: Local, dst2: Into, pair2: Local };
            /// Two `vector_ref`s.
            0x96 vector_ref2 = VectorRef2 { dst: Into, vector: Local, index: Local, dst2: Into, vector2: Local, index2: Local };
            /// Two `closure_ref`s.
            0x97 closure_ref2 = ClosureRef2 { dst: Into, closure: Local, index: Index, dst2: Into, closure2: Local, index2: Index };
            /// Return an immediate or a fixnum.
            0x98 return_word = ReturnWord { word: Word32 };
            /// `poll`, `cons`; `map` describes the frame before both.
            0x99 poll_cons = PollCons { dst: Into, car: Local, cdr: Local, map: MapOffset };
            /// `load_cell`, `branch_eq` with what was loaded.
            0x9a branch_eq_cell = BranchEqCell { dst: Into, cell: DataOffset, a: Local, offset: BranchOffset };
            /// `load_cell`, `branch_not_eq` with what was loaded.
            0x9b branch_not_eq_cell = BranchNotEqCell { dst: Into, cell: DataOffset, a: Local, offset: BranchOffset };
            /// `poll`, `branch_null`, as loops end; so are those that follow.
            0x9c poll_branch_null = PollBranchNull { src: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_not_null`.
            0x9d poll_branch_not_null = PollBranchNotNull { src: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_pair`.
            0x9e poll_branch_pair = PollBranchPair { src: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_not_pair`.
            0x9f poll_branch_not_pair = PollBranchNotPair { src: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_less`.
            0xa0 poll_branch_less = PollBranchLess { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_not_less`.
            0xa1 poll_branch_not_less = PollBranchNotLess { a: Local, b: Local, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_equal_small`.
            0xa2 poll_branch_equal_small = PollBranchEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// `poll`, `branch_not_equal_small`.
            0xa3 poll_branch_not_equal_small = PollBranchNotEqualSmall { a: Local, value: Small, offset: BranchOffset, map: MapOffset };
            /// Jump by a table: `count + 1` instructions `jump` follow, of which the one at
            /// `(src - base)` rotated right by `shift` is taken, and the last where there is none.
            0xa4 switch_word = SwitchWord { src: Local, base: Word32, shift: Small, count: Count };
            /// Jump by a table as above, at the `bits` bits above the lowest `shift` of the hash
            /// of a symbol; the last jump, after `2^bits` others, is taken for anything else.
            0xa5 switch_symbol = SwitchSymbol { src: Local, shift: Small, bits: Small };
            /// Jump by a table as above, at the length of a string less `base`; the last jump,
            /// after `count` others, is taken for other lengths and for anything else.
            0xa6 switch_string_length = SwitchStringLength { src: Local, base: Word32, count: Count };
            /// `count` instructions `branch_eq_word` on `src` follow, their words in ascending
            /// order: go on with the one that jumps, or behind them.
            0xa7 switch_search = SwitchSearch { src: Local, count: Count };
            /// What a loader writes over `enter_native` where a procedure is to run as bytecode.
            0xc9 no_operation = NoOperation {};
            /// Only in loaded code: what a loader writes over a poll at the end of a turn of a loop that has a native
            /// entry; its operands stay. Goes on there. Leaves the interpreter.
            0xc8 enter_loop = EnterLoop {};
            /// Only in the machine's own code: a bytecode procedure returned to the native code that
            /// called it. Leaves the interpreter.
            0xca return_to_native = ReturnToNative {};
            /// The first instruction of a procedure that has native code: goes on at its native
            /// entry. Leaves the interpreter.
            0xcb enter_native = EnterNative {};
            /// Reserved: what a debugger writes over an instruction. Raises `trap`.
            0xcc trap = Trap {};
        }
    };
}
