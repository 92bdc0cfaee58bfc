//! The primitives that an image may name: operations that the virtual machine provides.
//!
//! A primitive has one of three classes. [`PrimitiveClass::Inline`] is compiled to instructions.
//! [`PrimitiveClass::Leaf`] is called as a Rust procedure that never runs Scheme and never blocks
//! the collector. [`PrimitiveClass::Host`] is called as a Rust procedure that may do both. Names
//! that start with `%` are for the library only.

/// How many arguments a primitive takes when there is no upper bound.
pub const MANY: u16 = u16::MAX;

/// How a primitive is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrimitiveClass {
    /// By instructions of its own.
    Inline,
    /// By `leaf`, `leaf1`, `leaf2` or `leaf3`.
    Leaf,
    /// By `call_host`.
    Host,
}

/// What a primitive does besides computing its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing, and it never raises. May be dropped, repeated and moved.
    Total,
    /// Nothing, but it raises for some arguments.
    Partial,
    /// Makes a fresh mutable object; may raise.
    Allocate,
    /// Depends on state that changes; may raise.
    Read,
    /// Changes state; may raise.
    Write,
    /// Transfers control.
    Control,
}

/// What is known of a primitive's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the type names of the report")]
pub enum ResultType {
    Any,
    Boolean,
    /// From 0 to 255.
    Byte,
    /// The code of a character, from 0 on.
    CodePoint,
    /// The length of an object in memory.
    Length,
    /// A fixnum that is not negative.
    Natural,
    Fixnum,
    ExactInteger,
    Flonum,
    /// A number; a flonum if all operands are flonums.
    FlonumOfFlonums,
    Number,
    Character,
    String,
    Symbol,
    Pair,
    Vector,
    Bytevector,
    Record,
    Unspecified,
}

/// What the operands of a primitive were if it did not raise. More is true of many; this is what is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandTypes {
    /// Nothing is claimed.
    Any,
    /// A pair first.
    Pair,
    /// A vector first.
    Vector,
    /// A vector and an index.
    VectorAt,
    /// A string first.
    String,
    /// A string and an index.
    StringAt,
    /// A bytevector first.
    Bytevector,
    /// A bytevector and an index.
    BytevectorAt,
    /// A bytevector, an index and a byte.
    BytevectorAtByte,
    /// A box first.
    Box,
    /// A record first.
    Record,
    /// A character.
    Character,
    /// The code of a character.
    CodePoint,
    /// A number first.
    Number,
    /// Two numbers.
    Numbers,
    /// A real number first.
    Real,
    /// Two real numbers.
    Reals,
    /// Two exact integers.
    Integers,
}

impl OperandTypes {
    /// Whether the first two are an object and an index into it.
    pub const fn has_index(self) -> bool {
        match self {
            Self::VectorAt | Self::StringAt | Self::BytevectorAt | Self::BytevectorAtByte => true,
            Self::Any
            | Self::Pair
            | Self::Vector
            | Self::String
            | Self::Bytevector
            | Self::Box
            | Self::Record
            | Self::Character
            | Self::CodePoint
            | Self::Number
            | Self::Numbers
            | Self::Real
            | Self::Reals
            | Self::Integers => false,
        }
    }
}

/// When a primitive raises; memory that runs out is no matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raises {
    /// For no operands.
    Never,
    /// Only for operands that are not what its [`OperandTypes`] say.
    ForTypes,
    /// Nothing is claimed.
    Maybe,
}

/// Whether native code calls the runtime for a primitive. Calls that only raise are left out: they never
/// come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeCall {
    /// It does not.
    Never,
    /// On a slow path.
    Slow,
    /// On every path.
    Always,
}

/// Calls `$visit!` once with every primitive, in the order of their numbers: class, the name of the
/// Rust function, the Scheme name, the least and the greatest number of arguments, effect, result, types of
/// operands, when it raises, and whether native code calls the runtime for it.
#[macro_export]
macro_rules! for_each_primitive {
    ($visit:ident) => {
        $visit! {
            // Equivalence and types.
            Inline is_eq IsEq "eq?" (2, 2) Total Boolean Any Never Never;
            Inline not Not "not" (1, 1) Total Boolean Any Never Never;
            Inline is_null IsNull "null?" (1, 1) Total Boolean Any Never Never;
            Inline is_pair IsPair "pair?" (1, 1) Total Boolean Any Never Never;
            Inline is_boolean IsBoolean "boolean?" (1, 1) Total Boolean Any Never Never;
            Inline is_char IsChar "char?" (1, 1) Total Boolean Any Never Never;
            Inline is_symbol IsSymbol "symbol?" (1, 1) Total Boolean Any Never Never;
            Inline is_string IsString "string?" (1, 1) Total Boolean Any Never Never;
            Inline is_vector IsVector "vector?" (1, 1) Total Boolean Any Never Never;
            Inline is_bytevector IsBytevector "bytevector?" (1, 1) Total Boolean Any Never Never;
            Inline is_procedure IsProcedure "procedure?" (1, 1) Total Boolean Any Never Never;
            Inline is_number IsNumber "number?" (1, 1) Total Boolean Any Never Never;
            Inline is_fixnum IsFixnum "fixnum?" (1, 1) Total Boolean Any Never Never;
            Inline is_flonum IsFlonum "flonum?" (1, 1) Total Boolean Any Never Never;
            Inline is_exact_integer IsExactInteger "exact-integer?" (1, 1) Total Boolean Any Never Never;
            Inline is_exact_rational IsExactRational "exact-rational?" (1, 1) Total Boolean Any Never Never;
            Inline is_real IsReal "real?" (1, 1) Total Boolean Any Never Never;
            Inline is_record IsRecord "%record?" (1, 1) Total Boolean Any Never Never;
            Inline is_eof_object IsEofObject "eof-object?" (1, 1) Total Boolean Any Never Never;
            Inline is_default IsDefault "%default?" (1, 1) Total Boolean Any Never Never;
            Inline is_port IsPort "port?" (1, 1) Total Boolean Any Never Never;
            Inline is_weak_pair IsWeakPair "weak-pair?" (1, 1) Total Boolean Any Never Never;
            Inline is_table IsTable "%table?" (1, 1) Total Boolean Any Never Never;
            Inline is_box IsBox "%box?" (1, 1) Total Boolean Any Never Never;
            Inline is_unbound IsUnbound "%unbound?" (1, 1) Total Boolean Any Never Never;
            Inline is_guardian IsGuardian "%guardian?" (1, 1) Total Boolean Any Never Never;
            Inline is_ephemeron IsEphemeron "ephemeron?" (1, 1) Total Boolean Any Never Never;
            Leaf is_eqv IsEqv "eqv?" (2, 2) Total Boolean Any Never Slow;
            Leaf is_equal IsEqual "equal?" (2, 2) Read Boolean Any Maybe Slow;
            Leaf equal_hash EqualHash "equal-hash" (1, 1) Read Fixnum Any Maybe Always;
            Leaf eq_hash EqHash "%eq-hash" (1, 1) Read Fixnum Any Maybe Always;
            // Pairs and lists.
            Inline cons Cons "cons" (2, 2) Allocate Pair Any Never Never;
            Inline car Car "car" (1, 1) Read Any Pair ForTypes Never;
            Inline cdr Cdr "cdr" (1, 1) Read Any Pair ForTypes Never;
            Inline set_car SetCar "set-car!" (2, 2) Write Unspecified Pair Maybe Slow;
            Inline set_cdr SetCdr "set-cdr!" (2, 2) Write Unspecified Pair Maybe Slow;
            Leaf list List "list" (0, MANY) Allocate Any Any Never Always;
            Leaf cons_star ConsStar "cons*" (1, MANY) Allocate Any Any Maybe Always;
            Leaf is_list IsList "list?" (1, 1) Read Boolean Any Maybe Always;
            Leaf length Length "length" (1, 1) Read Natural Any Maybe Slow;
            Leaf append2 Append2 "%append" (2, 2) Allocate Any Any Maybe Always;
            Leaf reverse Reverse "reverse" (1, 1) Allocate Any Any Maybe Always;
            Leaf list_tail ListTail "list-tail" (2, 2) Read Any Any Maybe Always;
            Leaf list_ref ListRef "list-ref" (2, 2) Read Any Any Maybe Always;
            Leaf list_set ListSet "list-set!" (3, 3) Write Unspecified Any Maybe Always;
            Leaf list_copy ListCopy "list-copy" (1, 1) Allocate Any Any Maybe Always;
            Leaf memq Memq "memq" (2, 2) Read Any Any Maybe Slow;
            Leaf memv Memv "memv" (2, 2) Read Any Any Maybe Slow;
            Leaf member Member "%member" (2, 2) Read Any Any Maybe Slow;
            Leaf assq Assq "assq" (2, 2) Read Any Any Maybe Slow;
            Leaf assv Assv "assv" (2, 2) Read Any Any Maybe Slow;
            Leaf assoc Assoc "%assoc" (2, 2) Read Any Any Maybe Slow;
            // Numbers: two operands where the standard allows more.
            Inline add Add "+" (2, 2) Partial FlonumOfFlonums Numbers ForTypes Slow;
            Inline subtract Subtract "-" (2, 2) Partial FlonumOfFlonums Numbers ForTypes Slow;
            Inline multiply Multiply "*" (2, 2) Partial FlonumOfFlonums Numbers ForTypes Slow;
            Inline divide Divide "/" (2, 2) Partial FlonumOfFlonums Numbers Maybe Slow;
            Inline number_equal NumberEqual "=" (2, 2) Partial Boolean Numbers ForTypes Slow;
            Inline less Less "<" (2, 2) Partial Boolean Reals ForTypes Slow;
            Inline greater Greater ">" (2, 2) Partial Boolean Reals ForTypes Slow;
            Inline less_equal LessEqual "<=" (2, 2) Partial Boolean Reals ForTypes Slow;
            Inline greater_equal GreaterEqual ">=" (2, 2) Partial Boolean Reals ForTypes Slow;
            Inline quotient Quotient "quotient" (2, 2) Partial Number Reals Maybe Slow;
            Inline remainder Remainder "remainder" (2, 2) Partial Number Reals Maybe Slow;
            Inline modulo Modulo "modulo" (2, 2) Partial Number Reals Maybe Slow;
            Inline bitwise_and BitwiseAnd "bitwise-and" (2, 2) Partial ExactInteger Integers ForTypes Slow;
            Inline bitwise_ior BitwiseIor "bitwise-ior" (2, 2) Partial ExactInteger Integers ForTypes Slow;
            Inline bitwise_xor BitwiseXor "bitwise-xor" (2, 2) Partial ExactInteger Integers ForTypes Slow;
            Inline arithmetic_shift ArithmeticShift "arithmetic-shift" (2, 2) Partial ExactInteger Integers Maybe Slow;
            Leaf floor_quotient FloorQuotient "floor-quotient" (2, 2) Partial Number Any Maybe Always;
            Leaf bitwise_not BitwiseNot "bitwise-not" (1, 1) Partial ExactInteger Any Maybe Always;
            Leaf bit_count BitCount "bit-count" (1, 1) Partial Natural Any Maybe Always;
            Leaf integer_length IntegerLength "integer-length" (1, 1) Partial Natural Any Maybe Always;
            Leaf is_integer IsInteger "integer?" (1, 1) Total Boolean Any Never Always;
            Leaf is_rational IsRational "rational?" (1, 1) Total Boolean Any Never Always;
            Leaf is_complex IsComplex "complex?" (1, 1) Total Boolean Any Never Always;
            Leaf is_nan IsNan "nan?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_finite IsFinite "finite?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_infinite IsInfinite "infinite?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_exact IsExact "exact?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_inexact IsInexact "inexact?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_zero IsZero "zero?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_positive IsPositive "positive?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_negative IsNegative "negative?" (1, 1) Partial Boolean Any Maybe Always;
            Leaf is_odd IsOdd "odd?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf is_even IsEven "even?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf max2 Max2 "%max" (2, 2) Partial FlonumOfFlonums Reals Maybe Always;
            Leaf min2 Min2 "%min" (2, 2) Partial FlonumOfFlonums Reals Maybe Always;
            Leaf gcd2 Gcd2 "%gcd" (2, 2) Partial Number Any Maybe Always;
            Leaf lcm2 Lcm2 "%lcm" (2, 2) Partial Number Any Maybe Always;
            Leaf abs Abs "abs" (1, 1) Partial FlonumOfFlonums Real Maybe Always;
            Leaf floor Floor "floor" (1, 1) Partial FlonumOfFlonums Real Maybe Always;
            Leaf ceiling Ceiling "ceiling" (1, 1) Partial FlonumOfFlonums Real Maybe Always;
            Leaf round Round "round" (1, 1) Partial FlonumOfFlonums Real Maybe Always;
            Leaf truncate Truncate "truncate" (1, 1) Partial FlonumOfFlonums Real Maybe Always;
            Leaf numerator Numerator "numerator" (1, 1) Partial Number Any Maybe Always;
            Leaf denominator Denominator "denominator" (1, 1) Partial Number Any Maybe Always;
            Leaf exact Exact "exact" (1, 1) Partial Number Number Maybe Always;
            Leaf sqrt Sqrt "sqrt" (1, 1) Partial Number Number Maybe Always;
            Leaf exp Exp "exp" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf log1 Log1 "%log" (1, 1) Partial Number Any Maybe Always;
            Leaf sin Sin "sin" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf cos Cos "cos" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf tan Tan "tan" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf asin Asin "asin" (1, 1) Partial Number Any Maybe Always;
            Leaf acos Acos "acos" (1, 1) Partial Number Any Maybe Always;
            Leaf atan1 Atan1 "%atan1" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf square Square "square" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf inexact Inexact "inexact" (1, 1) Partial FlonumOfFlonums Number Maybe Always;
            Leaf atan2 Atan2 "%atan2" (2, 2) Partial FlonumOfFlonums Reals Maybe Always;
            Leaf expt Expt "expt" (2, 2) Partial Number Any Maybe Always;
            Leaf exact_integer_sqrt ExactIntegerSqrt "%exact-integer-sqrt" (1, 1) Allocate Pair Any Maybe Always;
            Leaf make_rectangular MakeRectangular "make-rectangular" (2, 2) Partial Number Any Maybe Always;
            Leaf make_polar MakePolar "make-polar" (2, 2) Partial Number Any Maybe Always;
            Leaf real_part RealPart "real-part" (1, 1) Partial Number Any Maybe Slow;
            Leaf imag_part ImagPart "imag-part" (1, 1) Partial Number Any Maybe Slow;
            Leaf magnitude Magnitude "magnitude" (1, 1) Partial Number Any Maybe Always;
            Leaf angle Angle "angle" (1, 1) Partial Number Any Maybe Always;
            Leaf number_to_string NumberToString "%number->string" (2, 2) Allocate String Any Maybe Always;
            Leaf string_to_number StringToNumber "%string->number" (2, 2) Read Any Any Maybe Always;
            Leaf exact_rational_approximation ExactRationalApproximation "rationalize" (2, 2) Partial Number Any Maybe Always;
            // Characters.
            Inline char_to_integer CharToInteger "char->integer" (1, 1) Partial CodePoint Character ForTypes Never;
            Inline integer_to_char IntegerToChar "integer->char" (1, 1) Partial Character CodePoint Maybe Never;
            Leaf char_upcase CharUpcase "char-upcase" (1, 1) Partial Character Any Maybe Slow;
            Leaf char_downcase CharDowncase "char-downcase" (1, 1) Partial Character Any Maybe Slow;
            Leaf char_foldcase CharFoldcase "char-foldcase" (1, 1) Partial Character Any Maybe Always;
            Leaf is_char_alphabetic IsCharAlphabetic "char-alphabetic?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf is_char_numeric IsCharNumeric "char-numeric?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf is_char_whitespace IsCharWhitespace "char-whitespace?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf is_char_upper_case IsCharUpperCase "char-upper-case?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf is_char_lower_case IsCharLowerCase "char-lower-case?" (1, 1) Partial Boolean Any Maybe Slow;
            Leaf digit_value DigitValue "digit-value" (1, 1) Partial Any Any Maybe Always;
            // Strings: ranges are explicit (start, end).
            Inline string_ref StringRef "string-ref" (2, 2) Read Character StringAt Maybe Never;
            Inline string_length StringLength "string-length" (1, 1) Partial Length String ForTypes Never;
            Leaf make_string MakeString "%make-string" (2, 2) Allocate String Any Maybe Always;
            Leaf string String "string" (0, MANY) Allocate String Any Maybe Always;
            Leaf string_set StringSet "string-set!" (3, 3) Write Unspecified StringAt Maybe Slow;
            Leaf substring Substring "substring" (3, 3) Allocate String Any Maybe Always;
            Leaf string_append StringAppend "string-append" (0, MANY) Allocate String Any Maybe Always;
            Leaf string_copy_to StringCopyTo "%string-copy!" (5, 5) Write Unspecified Any Maybe Always;
            Leaf string_fill StringFill "%string-fill!" (4, 4) Write Unspecified Any Maybe Always;
            Leaf string_to_list StringToList "%string->list" (3, 3) Allocate Any Any Maybe Always;
            Leaf list_to_string ListToString "list->string" (1, 1) Allocate String Any Maybe Always;
            Leaf string_to_vector StringToVector "%string->vector" (3, 3) Allocate Vector Any Maybe Always;
            Leaf vector_to_string VectorToString "%vector->string" (3, 3) Allocate String Any Maybe Always;
            Leaf string_equal StringEqual "%string=?" (2, 2) Read Boolean Any Maybe Always;
            Leaf string_less StringLess "%string<?" (2, 2) Read Boolean Any Maybe Always;
            Leaf string_ci_equal StringCiEqual "%string-ci=?" (2, 2) Read Boolean Any Maybe Always;
            Leaf string_ci_less StringCiLess "%string-ci<?" (2, 2) Read Boolean Any Maybe Always;
            Leaf string_upcase StringUpcase "string-upcase" (1, 1) Allocate String Any Maybe Always;
            Leaf string_downcase StringDowncase "string-downcase" (1, 1) Allocate String Any Maybe Always;
            Leaf string_foldcase StringFoldcase "string-foldcase" (1, 1) Allocate String Any Maybe Always;
            Leaf string_to_utf8 StringToUtf8 "%string->utf8" (3, 3) Allocate Bytevector Any Maybe Always;
            Leaf utf8_to_string Utf8ToString "%utf8->string" (3, 3) Allocate String Any Maybe Always;
            Leaf string_hash StringHash "string-hash" (1, 1) Read Fixnum Any Maybe Always;
            Leaf string_search StringSearch "%string-search" (3, 3) Read Any Any Maybe Always;
            Leaf string_to_symbol StringToSymbol "string->symbol" (1, 1) Read Symbol Any Maybe Always;
            Leaf symbol_to_string SymbolToString "symbol->string" (1, 1) Read String Any Maybe Always;
            Leaf generate_symbol GenerateSymbol "%generate-symbol" (1, 1) Allocate Symbol Any Maybe Always;
            // Vectors and bytevectors.
            Inline vector_ref VectorRef "vector-ref" (2, 2) Read Any VectorAt Maybe Never;
            Inline vector_set VectorSet "vector-set!" (3, 3) Write Unspecified VectorAt Maybe Slow;
            Inline vector_length VectorLength "vector-length" (1, 1) Partial Length Vector ForTypes Never;
            Leaf make_vector MakeVector "%make-vector" (2, 2) Allocate Vector Any Maybe Always;
            Leaf vector Vector "vector" (0, MANY) Allocate Vector Any Never Always;
            Leaf vector_fill VectorFill "%vector-fill!" (4, 4) Write Unspecified Any Maybe Always;
            Leaf vector_copy VectorCopy "%vector-copy" (3, 3) Allocate Vector Any Maybe Always;
            Leaf vector_copy_to VectorCopyTo "%vector-copy!" (5, 5) Write Unspecified Any Maybe Always;
            Leaf vector_append VectorAppend "vector-append" (0, MANY) Allocate Vector Any Maybe Always;
            Leaf vector_to_list VectorToList "%vector->list" (3, 3) Allocate Any Any Maybe Always;
            Leaf list_to_vector ListToVector "list->vector" (1, 1) Allocate Vector Any Maybe Always;
            Inline bytevector_ref BytevectorRef "bytevector-u8-ref" (2, 2) Read Byte BytevectorAt Maybe Never;
            Inline bytevector_set BytevectorSet "bytevector-u8-set!" (3, 3) Write Unspecified BytevectorAtByte Maybe Never;
            Inline bytevector_length BytevectorLength "bytevector-length" (1, 1) Partial Length Bytevector ForTypes Never;
            Leaf make_bytevector MakeBytevector "%make-bytevector" (2, 2) Allocate Bytevector Any Maybe Always;
            Leaf bytevector Bytevector "bytevector" (0, MANY) Allocate Bytevector Any Maybe Always;
            Leaf bytevector_fill BytevectorFill "%bytevector-fill!" (4, 4) Write Unspecified Any Maybe Always;
            Leaf bytevector_copy BytevectorCopy "%bytevector-copy" (3, 3) Allocate Bytevector Any Maybe Always;
            Leaf bytevector_copy_to BytevectorCopyTo "%bytevector-copy!" (5, 5) Write Unspecified Any Maybe Always;
            Leaf bytevector_append BytevectorAppend "bytevector-append" (0, MANY) Allocate Bytevector Any Maybe Always;
            // Records and boxes; `%make-record` takes the type and then the fields; indices are literal fixnums in operator position.
            Leaf make_record_type MakeRecordType "%make-record-type" (3, 3) Allocate Any Any Maybe Always;
            Inline make_record MakeRecord "%make-record" (1, MANY) Allocate Record Any Maybe Never;
            Inline record_ref RecordRef "%record-ref" (3, 3) Read Any Record Maybe Slow;
            Inline record_set RecordSet "%record-set!" (4, 4) Write Unspecified Record Maybe Slow;
            Leaf is_record_of IsRecordOf "%record-of?" (2, 2) Total Boolean Any Never Slow;
            Leaf record_type_of RecordTypeOf "%record-type-of" (1, 1) Partial Any Any Maybe Always;
            Leaf record_type_name RecordTypeName "%record-type-name" (1, 1) Partial Any Any Maybe Always;
            Leaf record_type_fields RecordTypeFields "%record-type-fields" (1, 1) Partial Any Any Maybe Always;
            Leaf record_field RecordField "%record-field" (2, 2) Read Any Any Maybe Always;
            Inline make_box MakeBox "%make-box" (1, 1) Allocate Any Any Never Never;
            Inline box_ref BoxRef "%box-ref" (1, 1) Read Any Box Maybe Never;
            Inline box_set BoxSet "%box-set!" (2, 2) Write Unspecified Box Maybe Slow;
            // Tables keyed by identity.
            Leaf make_table MakeTable "%make-table" (0, 1) Allocate Any Any Maybe Always;
            Leaf table_ref TableRef "%table-ref" (3, 3) Read Any Any Maybe Always;
            Leaf table_set TableSet "%table-set!" (3, 3) Write Unspecified Any Maybe Always;
            Leaf table_delete TableDelete "%table-delete!" (2, 2) Write Unspecified Any Maybe Always;
            Leaf table_count TableCount "%table-count" (1, 1) Read Fixnum Any Maybe Always;
            Leaf table_entries TableEntries "%table->alist" (1, 1) Allocate Any Any Maybe Always;
            Leaf table_entry TableEntry "%table-entry" (1, 1) Allocate Any Any Maybe Always;
            // Weakness.
            Leaf make_weak_pair MakeWeakPair "weak-cons" (2, 2) Allocate Any Any Maybe Always;
            Leaf weak_car WeakCar "weak-car" (1, 1) Read Any Any Maybe Always;
            Leaf weak_cdr WeakCdr "weak-cdr" (1, 1) Read Any Any Maybe Always;
            Leaf make_ephemeron MakeEphemeron "make-ephemeron" (2, 2) Allocate Any Any Maybe Always;
            Leaf ephemeron_key EphemeronKey "ephemeron-key" (1, 1) Read Any Any Maybe Always;
            Leaf ephemeron_value EphemeronValue "ephemeron-value" (1, 1) Read Any Any Maybe Always;
            Leaf make_guardian MakeGuardian "%make-guardian" (0, 0) Allocate Any Any Maybe Always;
            Leaf guardian_register GuardianRegister "%guardian-register!" (2, 2) Write Unspecified Any Maybe Always;
            Leaf guardian_next GuardianNext "%guardian-next!" (1, 1) Write Any Any Maybe Always;
            // Control: compiled to instructions in tail or receiving position.
            Inline values Values "values" (0, MANY) Control Any Any Maybe Slow;
            Inline apply Apply "%apply" (2, 2) Control Any Any Maybe Slow;
            Inline capture Capture "%capture" (0, 0) Control Any Any Maybe Always;
            Inline reinstate Reinstate "%reinstate" (2, 2) Control Any Any Maybe Slow;
            Inline reinstate_value ReinstateValue "%reinstate-value" (2, 2) Control Any Any Maybe Slow;
            Leaf winders Winders "%winders" (0, 0) Read Any Any Maybe Never;
            Leaf set_winders SetWinders "%set-winders!" (1, 1) Write Unspecified Any Maybe Never;
            Leaf handlers Handlers "%handlers" (0, 0) Read Any Any Maybe Never;
            Leaf set_handlers SetHandlers "%set-handlers!" (1, 1) Write Unspecified Any Maybe Never;
            Leaf parameters Parameters "%parameters" (0, 0) Read Any Any Maybe Never;
            Leaf set_parameters SetParameters "%set-parameters!" (1, 1) Write Unspecified Any Maybe Never;
            Leaf is_continuation IsContinuation "%continuation?" (1, 1) Total Boolean Any Never Always;
            Leaf check_parameter CheckParameter "%check-parameter" (1, 1) Read Any Any Maybe Always;
            Leaf mark_parameter MarkParameter "%mark-parameter!" (1, 1) Write Any Any Maybe Always;
            Leaf procedure_name ProcedureName "%procedure-name" (1, 1) Read Any Any Maybe Always;
            // (accepted count name), of a procedure that looks at the number of its arguments itself.
            Leaf wrong_argument_count WrongArgumentCount "%wrong-argument-count" (3, 3) Write Any Any Maybe Always;
            Leaf procedure_arity ProcedureArity "%procedure-arity" (1, 1) Read Any Any Maybe Always;
            Leaf procedure_details ProcedureDetails "%procedure-details" (1, 1) Allocate Any Any Maybe Always;
            Leaf backtrace Backtrace "%backtrace" (0, 0) Allocate Any Any Maybe Always;
            Leaf backtrace_places BacktracePlaces "%backtrace-places" (1, 1) Allocate Any Any Maybe Always;
            Leaf location Location "%location" (1, 1) Read Any Any Maybe Always;
            Leaf location_value LocationValue "%location-value" (1, 1) Read Any Any Maybe Always;
            Leaf void Void "%unspecified" (0, MANY) Total Unspecified Any Never Never;
            // What the optimizer claims, checked: see `claim`.
            Leaf check_claim CheckClaim "%check-claim" (2, 3) Write Unspecified Any Maybe Always;
            // Ports.
            Leaf open_input_file OpenInputFile "%open-input-file" (2, 2) Allocate Any Any Maybe Always;
            Leaf open_output_file OpenOutputFile "%open-output-file" (3, 3) Allocate Any Any Maybe Always;
            Leaf open_input_string OpenInputString "open-input-string" (1, 1) Allocate Any Any Maybe Always;
            Leaf open_output_string OpenOutputString "open-output-string" (0, 0) Allocate Any Any Maybe Always;
            Leaf open_input_bytevector OpenInputBytevector "open-input-bytevector" (1, 1) Allocate Any Any Maybe Always;
            Leaf open_output_bytevector OpenOutputBytevector "open-output-bytevector" (0, 0) Allocate Any Any Maybe Always;
            Leaf standard_port StandardPort "%standard-port" (1, 1) Allocate Any Any Maybe Always;
            Leaf get_output_string GetOutputString "get-output-string" (1, 1) Allocate String Any Maybe Always;
            Leaf get_output_bytevector GetOutputBytevector "get-output-bytevector" (1, 1) Allocate Bytevector Any Maybe Always;
            Leaf close_port ClosePort "%close-port" (2, 2) Write Unspecified Any Maybe Always;
            Leaf port_has PortHas "%port-has?" (2, 2) Read Boolean Any Maybe Always;
            Leaf read_char ReadChar "%read-char" (1, 1) Write Any Any Maybe Always;
            Leaf peek_char PeekChar "%peek-char" (1, 1) Write Any Any Maybe Always;
            Leaf is_char_ready IsCharReady "%char-ready?" (1, 1) Write Any Any Maybe Always;
            Leaf read_line ReadLine "%read-line" (1, 1) Write Any Any Maybe Always;
            Leaf read_u8 ReadU8 "%read-u8" (1, 1) Write Any Any Maybe Always;
            Leaf peek_u8 PeekU8 "%peek-u8" (1, 1) Write Any Any Maybe Always;
            Leaf is_u8_ready IsU8Ready "%u8-ready?" (1, 1) Write Any Any Maybe Always;
            Leaf read Read "%read" (1, 1) Write Any Any Maybe Always;
            Leaf read_string ReadString "%read-string" (2, 2) Write Any Any Maybe Always;
            Leaf read_bytevector ReadBytevector "%read-bytevector" (2, 2) Write Any Any Maybe Always;
            Leaf write_char WriteChar "%write-char" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write_string WriteString "%write-string" (4, 4) Write Unspecified Any Maybe Always;
            Leaf write_u8 WriteU8 "%write-u8" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write_bytevector WriteBytevector "%write-bytevector" (4, 4) Write Unspecified Any Maybe Always;
            Leaf flush_output FlushOutput "%flush-output" (1, 1) Write Unspecified Any Maybe Always;
            Leaf display Display "%display" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write Write "%write" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write_shared WriteShared "%write-shared" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write_simple WriteSimple "%write-simple" (2, 2) Write Unspecified Any Maybe Always;
            Leaf write_abridged WriteAbridged "%write-abridged" (2, 2) Write Unspecified Any Maybe Always;
            Leaf file_exists FileExists "file-exists?" (1, 1) Read Boolean Any Maybe Always;
            Leaf delete_file DeleteFile "delete-file" (1, 1) Write Unspecified Any Maybe Always;
            // System.
            Leaf command_line CommandLine "command-line" (0, 0) Read Any Any Maybe Always;
            Leaf get_environment_variable GetEnvironmentVariable "get-environment-variable" (1, 1) Read Any Any Maybe Always;
            Leaf get_environment_variables GetEnvironmentVariables "get-environment-variables" (0, 0) Read Any Any Maybe Always;
            Leaf current_jiffy CurrentJiffy "current-jiffy" (0, 0) Read ExactInteger Any Maybe Always;
            Leaf jiffies_per_second JiffiesPerSecond "jiffies-per-second" (0, 0) Total Fixnum Any Never Always;
            Leaf current_second CurrentSecond "current-second" (0, 0) Read Flonum Any Maybe Always;
            Leaf gc_statistics GcStatistics "%gc-statistics" (0, 0) Allocate Any Any Maybe Always;
            Leaf is_environment IsEnvironment "%environment?" (1, 1) Total Boolean Any Never Always;
            Leaf loaded_images LoadedImages "%loaded-images" (0, 0) Allocate Any Any Maybe Always;
            Host collect Collect "%collect" (1, 1) Write Unspecified Any Maybe Slow;
            Host exit Exit "%exit" (1, 1) Write Any Any Maybe Slow;
            Host raise_uncaught RaiseUncaught "%raise-uncaught" (1, 1) Write Any Any Maybe Slow;
            Host compile Compile "%compile" (2, 2) Write Any Any Maybe Slow;
            Host load Load "%load" (2, 2) Write Any Any Maybe Slow;
            Host load_next LoadNext "%load-next" (2, 2) Write Any Any Maybe Slow;
            Host call_host CallHost "%call-host" (2, 2) Write Any Any Maybe Slow;
            Leaf external External "%external" (1, 1) Read Any Any Maybe Always;
            Host environment Environment "%environment" (1, 1) Write Any Any Maybe Slow;
        }
    };
}

macro_rules! define_primitives {
    ($( $class:ident $function:ident $variant:ident $name:literal ($min:tt, $max:tt)
        $effect:ident $result:ident $operands:ident $raises:ident $native:ident; )*) => {
        /// A primitive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        #[expect(missing_docs, reason = "the Scheme name says what it is")]
        pub enum Primitive { $( $variant, )* }

        impl Primitive {
            /// All primitives, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The Scheme name.
            #[inline(always)]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// How it is called.
            pub const fn class(self) -> PrimitiveClass {
                match self { $( Self::$variant => PrimitiveClass::$class, )* }
            }

            /// The least number of arguments.
            pub const fn arguments_min(self) -> u16 {
                match self { $( Self::$variant => $min, )* }
            }

            /// The greatest number of arguments; [`MANY`] if there is none.
            pub const fn arguments_max(self) -> u16 {
                match self { $( Self::$variant => $max, )* }
            }

            /// What it does besides computing its result.
            pub const fn effect(self) -> Effect {
                match self { $( Self::$variant => Effect::$effect, )* }
            }

            /// What is known of its result.
            pub const fn result(self) -> ResultType {
                match self { $( Self::$variant => ResultType::$result, )* }
            }

            /// What its operands were if it did not raise.
            pub const fn operand_types(self) -> OperandTypes {
                match self { $( Self::$variant => OperandTypes::$operands, )* }
            }

            /// When it raises.
            pub const fn raises(self) -> Raises {
                match self { $( Self::$variant => Raises::$raises, )* }
            }

            /// Whether native code calls the runtime for it.
            pub const fn native_call(self) -> NativeCall {
                match self { $( Self::$variant => NativeCall::$native, )* }
            }
        }

        /// Everything that the fingerprint covers, as text.
        pub(crate) const TABLE_TEXT: &str = concat!(
            $( stringify!($class), $name, stringify!($min), stringify!($max), ";", )*
        );
    };
}
for_each_primitive!(define_primitives);

impl Primitive {
    /// The primitive with this number.
    #[inline]
    pub fn from_index(index: u16) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    /// The number by which instructions name it.
    pub const fn index(self) -> u16 {
        self as u16
    }

    /// The primitive with this Scheme name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|primitive| primitive.name() == name)
    }

    /// Whether nobody can tell that it ran, its result aside.
    pub const fn is_pure(self) -> bool {
        match self.effect() {
            Effect::Total | Effect::Partial | Effect::Allocate => {
                matches!(self.raises(), Raises::Never)
            }
            Effect::Read | Effect::Write | Effect::Control => false,
        }
    }

    /// Whether it takes `count` arguments.
    pub const fn accepts(self, count: usize) -> bool {
        count >= self.arguments_min() as usize
            && (self.arguments_max() == MANY || count <= self.arguments_max() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_primitive_is_found_by_number_and_name() {
        for &primitive in Primitive::ALL {
            assert_eq!(Primitive::from_index(primitive.index()), Some(primitive));
            assert_eq!(Primitive::from_name(primitive.name()), Some(primitive));
        }
        assert_eq!(Primitive::from_name("no such primitive"), None);
    }

    #[test]
    fn what_has_no_effect_and_never_raises_is_total() {
        for &primitive in Primitive::ALL {
            let name = primitive.name();
            let never_raises = primitive.raises() == Raises::Never;
            match primitive.effect() {
                Effect::Total => assert!(never_raises, "{name}"),
                Effect::Partial | Effect::Read | Effect::Write | Effect::Control => {
                    assert!(!never_raises, "{name}");
                }
                Effect::Allocate => {}
            }
            let claims_types = primitive.operand_types() != OperandTypes::Any;
            assert!(!(never_raises && claims_types), "{name}");
            assert!(
                primitive.raises() != Raises::ForTypes || claims_types,
                "{name}"
            );
        }
    }
}
