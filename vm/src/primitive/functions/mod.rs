//! The leaf primitives, by subject: one function for each `Leaf` row of the table in `abi`.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all leaf primitives have one type"
)]

mod arithmetic;
mod bytevector;
mod character;
mod check;
mod environment;
mod equal;
pub(crate) mod equivalence;
mod input;
mod list;
mod number_kind;
mod number_text;
mod output;
mod port;
mod string;
mod string_case;
mod string_conversion;
mod symbol;
mod system;
mod table;
#[cfg(test)]
mod tests;
mod transcendental;
mod vector;

pub(crate) use super::claim::check_claim;
pub(crate) use super::control::{
    backtrace, backtrace_places, check_parameter, command_line, external, gc_statistics, handlers,
    is_continuation, location, location_value, mark_parameter, parameters, set_handlers,
    set_parameters, set_winders, void, winders, wrong_argument_count,
};
pub(crate) use super::images::loaded_images;
pub(crate) use super::procedure::{procedure_arity, procedure_details, procedure_name};
pub(crate) use super::record::{
    is_record_of, make_record_type, record_field, record_type_fields, record_type_name,
    record_type_of,
};
pub(crate) use super::weakness::{
    ephemeron_key, ephemeron_value, guardian_next, guardian_register, make_ephemeron,
    make_guardian, make_weak_pair, weak_car, weak_cdr,
};
pub(crate) use arithmetic::{
    abs, bit_count, bitwise_not, ceiling, denominator, exact, exact_rational_approximation, floor,
    floor_quotient, gcd2, imag_part, inexact, integer_length, lcm2, make_rectangular, max2, min2,
    numerator, real_part, round, square, truncate,
};
pub(crate) use bytevector::{
    bytevector, bytevector_append, bytevector_copy, bytevector_copy_to, bytevector_fill,
    make_bytevector,
};
pub(crate) use character::{
    char_downcase, char_foldcase, char_upcase, digit_value, is_char_alphabetic, is_char_lower_case,
    is_char_numeric, is_char_upper_case, is_char_whitespace,
};
pub(crate) use environment::is_environment;
pub(crate) use equal::is_equal;
pub(crate) use equivalence::{eq_hash, equal_hash, is_eqv};
pub(crate) use input::{
    is_char_ready, is_u8_ready, peek_char, peek_u8, read, read_bytevector, read_char, read_line,
    read_string, read_u8,
};
pub(crate) use list::{
    append2, assoc, assq, assv, cons_star, is_list, length, list, list_copy, list_ref, list_set,
    list_tail, member, memq, memv, reverse,
};
pub(crate) use number_kind::{
    is_complex, is_even, is_exact, is_finite, is_inexact_number as is_inexact, is_infinite,
    is_integer, is_nan, is_negative, is_odd, is_positive, is_rational, is_zero,
};
pub(crate) use number_text::{number_to_string, string_to_number};
pub(crate) use output::{
    display, flush_output, write, write_abridged, write_bytevector, write_char, write_shared,
    write_simple, write_string, write_u8,
};
pub(crate) use port::{
    close_port, get_output_bytevector, get_output_string, open_input_bytevector, open_input_file,
    open_input_string, open_output_bytevector, open_output_file, open_output_string, port_has,
    standard_port,
};
pub(crate) use string::{
    make_string, string, string_append, string_copy_to, string_fill, string_hash, string_search,
    string_set, substring,
};
pub(crate) use string_case::{
    string_ci_equal, string_ci_less, string_downcase, string_equal, string_foldcase, string_less,
    string_upcase,
};
pub(crate) use string_conversion::{
    list_to_string, string_to_list, string_to_utf8, string_to_vector, utf8_to_string,
    vector_to_string,
};
pub(crate) use symbol::{generate_symbol, string_to_symbol, symbol_to_string};
pub(crate) use system::{
    current_jiffy, current_second, delete_file, file_exists, get_environment_variable,
    get_environment_variables, jiffies_per_second,
};
pub(crate) use table::{
    make_table, table_count, table_delete, table_entries, table_entry, table_ref, table_set,
};
pub(crate) use transcendental::{
    acos, angle, asin, atan1, atan2, cos, exact_integer_sqrt, exp, expt, log1, magnitude,
    make_polar, sin, sqrt, tan,
};
pub(crate) use vector::{
    list_to_vector, make_vector, vector, vector_append, vector_copy, vector_copy_to, vector_fill,
    vector_to_list,
};

pub(crate) use bytevector::from_bytes as bytes_object;
pub(crate) use check::element as element_offset;
