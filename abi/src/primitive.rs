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
    Fixnum,
    ExactInteger,
    Flonum,
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

/// Calls `$visit!` once with every primitive, in the order of their numbers: class, the name of the
/// Rust function, the Scheme name, the least and the greatest number of arguments, effect, result.
#[macro_export]
macro_rules! for_each_primitive {
    ($visit:ident) => {
        $visit! {
            // Equivalence and types.
            Inline is_eq IsEq "eq?" (2, 2) Total Boolean;
            Inline not Not "not" (1, 1) Total Boolean;
            Inline is_null IsNull "null?" (1, 1) Total Boolean;
            Inline is_pair IsPair "pair?" (1, 1) Total Boolean;
            Inline is_boolean IsBoolean "boolean?" (1, 1) Total Boolean;
            Inline is_char IsChar "char?" (1, 1) Total Boolean;
            Inline is_symbol IsSymbol "symbol?" (1, 1) Total Boolean;
            Inline is_string IsString "string?" (1, 1) Total Boolean;
            Inline is_vector IsVector "vector?" (1, 1) Total Boolean;
            Inline is_bytevector IsBytevector "bytevector?" (1, 1) Total Boolean;
            Inline is_procedure IsProcedure "procedure?" (1, 1) Total Boolean;
            Inline is_number IsNumber "number?" (1, 1) Total Boolean;
            Inline is_fixnum IsFixnum "fixnum?" (1, 1) Total Boolean;
            Inline is_flonum IsFlonum "flonum?" (1, 1) Total Boolean;
            Inline is_exact_integer IsExactInteger "exact-integer?" (1, 1) Total Boolean;
            Inline is_exact_rational IsExactRational "exact-rational?" (1, 1) Total Boolean;
            Inline is_real IsReal "real?" (1, 1) Total Boolean;
            Inline is_record IsRecord "%record?" (1, 1) Total Boolean;
            Inline is_eof_object IsEofObject "eof-object?" (1, 1) Total Boolean;
            Inline is_default IsDefault "%default?" (1, 1) Total Boolean;
            Inline is_port IsPort "port?" (1, 1) Total Boolean;
            Inline is_weak_pair IsWeakPair "weak-pair?" (1, 1) Total Boolean;
            Inline is_table IsTable "%table?" (1, 1) Total Boolean;
            Inline is_box IsBox "%box?" (1, 1) Total Boolean;
            Inline is_unbound IsUnbound "%unbound?" (1, 1) Total Boolean;
            Inline is_guardian IsGuardian "%guardian?" (1, 1) Total Boolean;
            Inline is_ephemeron IsEphemeron "ephemeron?" (1, 1) Total Boolean;
            Leaf is_eqv IsEqv "eqv?" (2, 2) Total Boolean;
            Leaf is_equal IsEqual "equal?" (2, 2) Read Boolean;
            Leaf equal_hash EqualHash "equal-hash" (1, 1) Read Fixnum;
            Leaf eq_hash EqHash "%eq-hash" (1, 1) Read Fixnum;
            // Pairs and lists.
            Inline cons Cons "cons" (2, 2) Allocate Pair;
            Inline car Car "car" (1, 1) Read Any;
            Inline cdr Cdr "cdr" (1, 1) Read Any;
            Inline set_car SetCar "set-car!" (2, 2) Write Unspecified;
            Inline set_cdr SetCdr "set-cdr!" (2, 2) Write Unspecified;
            Leaf list List "list" (0, MANY) Allocate Any;
            Leaf cons_star ConsStar "cons*" (1, MANY) Allocate Any;
            Leaf is_list IsList "list?" (1, 1) Read Boolean;
            Leaf length Length "length" (1, 1) Read Fixnum;
            Leaf append2 Append2 "%append" (2, 2) Allocate Any;
            Leaf reverse Reverse "reverse" (1, 1) Allocate Any;
            Leaf list_tail ListTail "list-tail" (2, 2) Read Any;
            Leaf list_ref ListRef "list-ref" (2, 2) Read Any;
            Leaf list_set ListSet "list-set!" (3, 3) Write Unspecified;
            Leaf list_copy ListCopy "list-copy" (1, 1) Allocate Any;
            Leaf memq Memq "memq" (2, 2) Read Any;
            Leaf memv Memv "memv" (2, 2) Read Any;
            Leaf member Member "%member" (2, 2) Read Any;
            Leaf assq Assq "assq" (2, 2) Read Any;
            Leaf assv Assv "assv" (2, 2) Read Any;
            Leaf assoc Assoc "%assoc" (2, 2) Read Any;
            // Numbers: two operands where the standard allows more.
            Inline add Add "+" (2, 2) Partial Number;
            Inline subtract Subtract "-" (2, 2) Partial Number;
            Inline multiply Multiply "*" (2, 2) Partial Number;
            Inline divide Divide "/" (2, 2) Partial Number;
            Inline number_equal NumberEqual "=" (2, 2) Partial Boolean;
            Inline less Less "<" (2, 2) Partial Boolean;
            Inline greater Greater ">" (2, 2) Partial Boolean;
            Inline less_equal LessEqual "<=" (2, 2) Partial Boolean;
            Inline greater_equal GreaterEqual ">=" (2, 2) Partial Boolean;
            Inline quotient Quotient "quotient" (2, 2) Partial Number;
            Inline remainder Remainder "remainder" (2, 2) Partial Number;
            Inline modulo Modulo "modulo" (2, 2) Partial Number;
            Inline bitwise_and BitwiseAnd "bitwise-and" (2, 2) Partial ExactInteger;
            Inline bitwise_ior BitwiseIor "bitwise-ior" (2, 2) Partial ExactInteger;
            Inline bitwise_xor BitwiseXor "bitwise-xor" (2, 2) Partial ExactInteger;
            Inline arithmetic_shift ArithmeticShift "arithmetic-shift" (2, 2) Partial ExactInteger;
            Leaf floor_quotient FloorQuotient "floor-quotient" (2, 2) Partial Number;
            Leaf bitwise_not BitwiseNot "bitwise-not" (1, 1) Partial ExactInteger;
            Leaf bit_count BitCount "bit-count" (1, 1) Partial Fixnum;
            Leaf integer_length IntegerLength "integer-length" (1, 1) Partial Fixnum;
            Leaf is_integer IsInteger "integer?" (1, 1) Total Boolean;
            Leaf is_rational IsRational "rational?" (1, 1) Total Boolean;
            Leaf is_complex IsComplex "complex?" (1, 1) Total Boolean;
            Leaf is_nan IsNan "nan?" (1, 1) Partial Boolean;
            Leaf is_finite IsFinite "finite?" (1, 1) Partial Boolean;
            Leaf is_infinite IsInfinite "infinite?" (1, 1) Partial Boolean;
            Leaf is_exact IsExact "exact?" (1, 1) Partial Boolean;
            Leaf is_inexact IsInexact "inexact?" (1, 1) Partial Boolean;
            Leaf is_zero IsZero "zero?" (1, 1) Partial Boolean;
            Leaf is_positive IsPositive "positive?" (1, 1) Partial Boolean;
            Leaf is_negative IsNegative "negative?" (1, 1) Partial Boolean;
            Leaf is_odd IsOdd "odd?" (1, 1) Partial Boolean;
            Leaf is_even IsEven "even?" (1, 1) Partial Boolean;
            Leaf max2 Max2 "%max" (2, 2) Partial Number;
            Leaf min2 Min2 "%min" (2, 2) Partial Number;
            Leaf gcd2 Gcd2 "%gcd" (2, 2) Partial Number;
            Leaf lcm2 Lcm2 "%lcm" (2, 2) Partial Number;
            Leaf abs Abs "abs" (1, 1) Partial Number;
            Leaf floor Floor "floor" (1, 1) Partial Number;
            Leaf ceiling Ceiling "ceiling" (1, 1) Partial Number;
            Leaf round Round "round" (1, 1) Partial Number;
            Leaf truncate Truncate "truncate" (1, 1) Partial Number;
            Leaf numerator Numerator "numerator" (1, 1) Partial Number;
            Leaf denominator Denominator "denominator" (1, 1) Partial Number;
            Leaf exact Exact "exact" (1, 1) Partial Number;
            Leaf sqrt Sqrt "sqrt" (1, 1) Partial Number;
            Leaf exp Exp "exp" (1, 1) Partial Number;
            Leaf log1 Log1 "%log" (1, 1) Partial Number;
            Leaf sin Sin "sin" (1, 1) Partial Number;
            Leaf cos Cos "cos" (1, 1) Partial Number;
            Leaf tan Tan "tan" (1, 1) Partial Number;
            Leaf asin Asin "asin" (1, 1) Partial Number;
            Leaf acos Acos "acos" (1, 1) Partial Number;
            Leaf atan1 Atan1 "%atan1" (1, 1) Partial Number;
            Leaf square Square "square" (1, 1) Partial Number;
            Leaf inexact Inexact "inexact" (1, 1) Partial Number;
            Leaf atan2 Atan2 "%atan2" (2, 2) Partial Number;
            Leaf expt Expt "expt" (2, 2) Partial Number;
            Leaf exact_integer_sqrt ExactIntegerSqrt "%exact-integer-sqrt" (1, 1) Allocate Pair;
            Leaf make_rectangular MakeRectangular "make-rectangular" (2, 2) Partial Number;
            Leaf make_polar MakePolar "make-polar" (2, 2) Partial Number;
            Leaf real_part RealPart "real-part" (1, 1) Partial Number;
            Leaf imag_part ImagPart "imag-part" (1, 1) Partial Number;
            Leaf magnitude Magnitude "magnitude" (1, 1) Partial Number;
            Leaf angle Angle "angle" (1, 1) Partial Number;
            Leaf number_to_string NumberToString "%number->string" (2, 2) Allocate String;
            Leaf string_to_number StringToNumber "%string->number" (2, 2) Read Any;
            Leaf exact_rational_approximation ExactRationalApproximation "rationalize" (2, 2) Partial Number;
            // Characters.
            Inline char_to_integer CharToInteger "char->integer" (1, 1) Partial Fixnum;
            Inline integer_to_char IntegerToChar "integer->char" (1, 1) Partial Character;
            Leaf char_upcase CharUpcase "char-upcase" (1, 1) Partial Character;
            Leaf char_downcase CharDowncase "char-downcase" (1, 1) Partial Character;
            Leaf char_foldcase CharFoldcase "char-foldcase" (1, 1) Partial Character;
            Leaf is_char_alphabetic IsCharAlphabetic "char-alphabetic?" (1, 1) Partial Boolean;
            Leaf is_char_numeric IsCharNumeric "char-numeric?" (1, 1) Partial Boolean;
            Leaf is_char_whitespace IsCharWhitespace "char-whitespace?" (1, 1) Partial Boolean;
            Leaf is_char_upper_case IsCharUpperCase "char-upper-case?" (1, 1) Partial Boolean;
            Leaf is_char_lower_case IsCharLowerCase "char-lower-case?" (1, 1) Partial Boolean;
            Leaf digit_value DigitValue "digit-value" (1, 1) Partial Any;
            // Strings: ranges are explicit (start, end).
            Inline string_ref StringRef "string-ref" (2, 2) Read Character;
            Inline string_length StringLength "string-length" (1, 1) Partial Fixnum;
            Leaf make_string MakeString "%make-string" (2, 2) Allocate String;
            Leaf string String "string" (0, MANY) Allocate String;
            Leaf string_set StringSet "string-set!" (3, 3) Write Unspecified;
            Leaf substring Substring "substring" (3, 3) Allocate String;
            Leaf string_append StringAppend "string-append" (0, MANY) Allocate String;
            Leaf string_copy_to StringCopyTo "%string-copy!" (5, 5) Write Unspecified;
            Leaf string_fill StringFill "%string-fill!" (4, 4) Write Unspecified;
            Leaf string_to_list StringToList "%string->list" (3, 3) Allocate Any;
            Leaf list_to_string ListToString "list->string" (1, 1) Allocate String;
            Leaf string_to_vector StringToVector "%string->vector" (3, 3) Allocate Vector;
            Leaf vector_to_string VectorToString "%vector->string" (3, 3) Allocate String;
            Leaf string_equal StringEqual "%string=?" (2, 2) Read Boolean;
            Leaf string_less StringLess "%string<?" (2, 2) Read Boolean;
            Leaf string_ci_equal StringCiEqual "%string-ci=?" (2, 2) Read Boolean;
            Leaf string_ci_less StringCiLess "%string-ci<?" (2, 2) Read Boolean;
            Leaf string_upcase StringUpcase "string-upcase" (1, 1) Allocate String;
            Leaf string_downcase StringDowncase "string-downcase" (1, 1) Allocate String;
            Leaf string_foldcase StringFoldcase "string-foldcase" (1, 1) Allocate String;
            Leaf string_to_utf8 StringToUtf8 "%string->utf8" (3, 3) Allocate Bytevector;
            Leaf utf8_to_string Utf8ToString "%utf8->string" (3, 3) Allocate String;
            Leaf string_hash StringHash "string-hash" (1, 1) Read Fixnum;
            Leaf string_search StringSearch "%string-search" (3, 3) Read Any;
            Leaf string_to_symbol StringToSymbol "string->symbol" (1, 1) Read Symbol;
            Leaf symbol_to_string SymbolToString "symbol->string" (1, 1) Read String;
            Leaf generate_symbol GenerateSymbol "%generate-symbol" (1, 1) Allocate Symbol;
            // Vectors and bytevectors.
            Inline vector_ref VectorRef "vector-ref" (2, 2) Read Any;
            Inline vector_set VectorSet "vector-set!" (3, 3) Write Unspecified;
            Inline vector_length VectorLength "vector-length" (1, 1) Partial Fixnum;
            Leaf make_vector MakeVector "%make-vector" (2, 2) Allocate Vector;
            Leaf vector Vector "vector" (0, MANY) Allocate Vector;
            Leaf vector_fill VectorFill "%vector-fill!" (4, 4) Write Unspecified;
            Leaf vector_copy VectorCopy "%vector-copy" (3, 3) Allocate Vector;
            Leaf vector_copy_to VectorCopyTo "%vector-copy!" (5, 5) Write Unspecified;
            Leaf vector_append VectorAppend "vector-append" (0, MANY) Allocate Vector;
            Leaf vector_to_list VectorToList "%vector->list" (3, 3) Allocate Any;
            Leaf list_to_vector ListToVector "list->vector" (1, 1) Allocate Vector;
            Inline bytevector_ref BytevectorRef "bytevector-u8-ref" (2, 2) Read Fixnum;
            Inline bytevector_set BytevectorSet "bytevector-u8-set!" (3, 3) Write Unspecified;
            Inline bytevector_length BytevectorLength "bytevector-length" (1, 1) Partial Fixnum;
            Leaf make_bytevector MakeBytevector "%make-bytevector" (2, 2) Allocate Bytevector;
            Leaf bytevector Bytevector "bytevector" (0, MANY) Allocate Bytevector;
            Leaf bytevector_fill BytevectorFill "%bytevector-fill!" (4, 4) Write Unspecified;
            Leaf bytevector_copy BytevectorCopy "%bytevector-copy" (3, 3) Allocate Bytevector;
            Leaf bytevector_copy_to BytevectorCopyTo "%bytevector-copy!" (5, 5) Write Unspecified;
            Leaf bytevector_append BytevectorAppend "bytevector-append" (0, MANY) Allocate Bytevector;
            // Records and boxes; `%make-record` takes the type and then the fields; indices are literal fixnums in operator position.
            Leaf make_record_type MakeRecordType "%make-record-type" (3, 3) Allocate Any;
            Inline make_record MakeRecord "%make-record" (1, MANY) Allocate Record;
            Inline record_ref RecordRef "%record-ref" (3, 3) Read Any;
            Inline record_set RecordSet "%record-set!" (4, 4) Write Unspecified;
            Leaf is_record_of IsRecordOf "%record-of?" (2, 2) Total Boolean;
            Leaf record_type_of RecordTypeOf "%record-type-of" (1, 1) Partial Any;
            Leaf record_type_name RecordTypeName "%record-type-name" (1, 1) Partial Any;
            Leaf record_type_fields RecordTypeFields "%record-type-fields" (1, 1) Partial Any;
            Leaf record_field RecordField "%record-field" (2, 2) Read Any;
            Inline make_box MakeBox "%make-box" (1, 1) Allocate Any;
            Inline box_ref BoxRef "%box-ref" (1, 1) Read Any;
            Inline box_set BoxSet "%box-set!" (2, 2) Write Unspecified;
            // Tables keyed by identity.
            Leaf make_table MakeTable "%make-table" (0, 1) Allocate Any;
            Leaf table_ref TableRef "%table-ref" (3, 3) Read Any;
            Leaf table_set TableSet "%table-set!" (3, 3) Write Unspecified;
            Leaf table_delete TableDelete "%table-delete!" (2, 2) Write Unspecified;
            Leaf table_count TableCount "%table-count" (1, 1) Read Fixnum;
            Leaf table_entries TableEntries "%table->alist" (1, 1) Allocate Any;
            // Weakness.
            Leaf make_weak_pair MakeWeakPair "weak-cons" (2, 2) Allocate Any;
            Leaf weak_car WeakCar "weak-car" (1, 1) Read Any;
            Leaf weak_cdr WeakCdr "weak-cdr" (1, 1) Read Any;
            Leaf make_ephemeron MakeEphemeron "make-ephemeron" (2, 2) Allocate Any;
            Leaf ephemeron_key EphemeronKey "ephemeron-key" (1, 1) Read Any;
            Leaf ephemeron_value EphemeronValue "ephemeron-value" (1, 1) Read Any;
            Leaf make_guardian MakeGuardian "%make-guardian" (0, 0) Allocate Any;
            Leaf guardian_register GuardianRegister "%guardian-register!" (2, 2) Write Unspecified;
            Leaf guardian_next GuardianNext "%guardian-next!" (1, 1) Write Any;
            // Control: compiled to instructions in tail or receiving position.
            Inline values Values "values" (0, MANY) Control Any;
            Inline apply Apply "%apply" (2, 2) Control Any;
            Inline capture Capture "%capture" (0, 0) Control Any;
            Inline reinstate Reinstate "%reinstate" (2, 2) Control Any;
            Inline reinstate_value ReinstateValue "%reinstate-value" (2, 2) Control Any;
            Leaf winders Winders "%winders" (0, 0) Read Any;
            Leaf set_winders SetWinders "%set-winders!" (1, 1) Write Unspecified;
            Leaf handlers Handlers "%handlers" (0, 0) Read Any;
            Leaf set_handlers SetHandlers "%set-handlers!" (1, 1) Write Unspecified;
            Leaf parameters Parameters "%parameters" (0, 0) Read Any;
            Leaf set_parameters SetParameters "%set-parameters!" (1, 1) Write Unspecified;
            Leaf is_continuation IsContinuation "%continuation?" (1, 1) Total Boolean;
            Leaf procedure_name ProcedureName "%procedure-name" (1, 1) Read Any;
            Leaf procedure_arity ProcedureArity "%procedure-arity" (1, 1) Read Any;
            Leaf backtrace Backtrace "%backtrace" (0, 0) Allocate Any;
            Leaf backtrace_places BacktracePlaces "%backtrace-places" (1, 1) Allocate Any;
            Leaf location Location "%location" (1, 1) Read Any;
            Leaf location_value LocationValue "%location-value" (1, 1) Read Any;
            Leaf void Void "%unspecified" (0, MANY) Total Unspecified;
            // What the optimizer claims, checked: see `claim`.
            Leaf check_claim CheckClaim "%check-claim" (2, 3) Write Unspecified;
            // Ports.
            Leaf open_input_file OpenInputFile "%open-input-file" (2, 2) Allocate Any;
            Leaf open_output_file OpenOutputFile "%open-output-file" (3, 3) Allocate Any;
            Leaf open_input_string OpenInputString "open-input-string" (1, 1) Allocate Any;
            Leaf open_output_string OpenOutputString "open-output-string" (0, 0) Allocate Any;
            Leaf open_input_bytevector OpenInputBytevector "open-input-bytevector" (1, 1) Allocate Any;
            Leaf open_output_bytevector OpenOutputBytevector "open-output-bytevector" (0, 0) Allocate Any;
            Leaf standard_port StandardPort "%standard-port" (1, 1) Allocate Any;
            Leaf get_output_string GetOutputString "get-output-string" (1, 1) Allocate String;
            Leaf get_output_bytevector GetOutputBytevector "get-output-bytevector" (1, 1) Allocate Bytevector;
            Leaf close_port ClosePort "%close-port" (2, 2) Write Unspecified;
            Leaf port_has PortHas "%port-has?" (2, 2) Read Boolean;
            Leaf read_char ReadChar "%read-char" (1, 1) Write Any;
            Leaf peek_char PeekChar "%peek-char" (1, 1) Write Any;
            Leaf is_char_ready IsCharReady "%char-ready?" (1, 1) Write Any;
            Leaf read_line ReadLine "%read-line" (1, 1) Write Any;
            Leaf read_u8 ReadU8 "%read-u8" (1, 1) Write Any;
            Leaf peek_u8 PeekU8 "%peek-u8" (1, 1) Write Any;
            Leaf is_u8_ready IsU8Ready "%u8-ready?" (1, 1) Write Any;
            Leaf read Read "%read" (1, 1) Write Any;
            Leaf read_string ReadString "%read-string" (2, 2) Write Any;
            Leaf read_bytevector ReadBytevector "%read-bytevector" (2, 2) Write Any;
            Leaf write_char WriteChar "%write-char" (2, 2) Write Unspecified;
            Leaf write_string WriteString "%write-string" (4, 4) Write Unspecified;
            Leaf write_u8 WriteU8 "%write-u8" (2, 2) Write Unspecified;
            Leaf write_bytevector WriteBytevector "%write-bytevector" (4, 4) Write Unspecified;
            Leaf flush_output FlushOutput "%flush-output" (1, 1) Write Unspecified;
            Leaf display Display "%display" (2, 2) Write Unspecified;
            Leaf write Write "%write" (2, 2) Write Unspecified;
            Leaf write_shared WriteShared "%write-shared" (2, 2) Write Unspecified;
            Leaf write_simple WriteSimple "%write-simple" (2, 2) Write Unspecified;
            Leaf file_exists FileExists "file-exists?" (1, 1) Read Boolean;
            Leaf delete_file DeleteFile "delete-file" (1, 1) Write Unspecified;
            // System.
            Leaf command_line CommandLine "command-line" (0, 0) Read Any;
            Leaf get_environment_variable GetEnvironmentVariable "get-environment-variable" (1, 1) Read Any;
            Leaf get_environment_variables GetEnvironmentVariables "get-environment-variables" (0, 0) Read Any;
            Leaf current_jiffy CurrentJiffy "current-jiffy" (0, 0) Read ExactInteger;
            Leaf jiffies_per_second JiffiesPerSecond "jiffies-per-second" (0, 0) Total Fixnum;
            Leaf current_second CurrentSecond "current-second" (0, 0) Read Flonum;
            Leaf gc_statistics GcStatistics "%gc-statistics" (0, 0) Allocate Any;
            Host collect Collect "%collect" (1, 1) Write Unspecified;
            Host exit Exit "%exit" (1, 1) Write Any;
            Host raise_uncaught RaiseUncaught "%raise-uncaught" (1, 1) Write Any;
            Host compile Compile "%compile" (2, 2) Write Any;
            Host load Load "%load" (2, 2) Write Any;
            Host call_host CallHost "%call-host" (2, 2) Write Any;
            Leaf external External "%external" (1, 1) Read Any;
            Host environment Environment "%environment" (1, 1) Write Any;
        }
    };
}

macro_rules! define_primitives {
    ($( $class:ident $function:ident $variant:ident $name:literal ($min:tt, $max:tt)
        $effect:ident $result:ident; )*) => {
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
}
