//! The names of the primitives.

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "%converter", "%parameter", "%with-parameters", "*", "+", "-", "/", "<", "<=", "=", ">", ">=",
    "abs", "append", "apply", "assoc", "assq", "assv", "boolean?", "bytevector",
    "bytevector-append", "bytevector-copy", "bytevector-length", "bytevector-u8-ref",
    "bytevector-u8-set!", "bytevector?", "caar", "caddr", "cadr", "call-with-current-continuation",
    "call-with-values", "call/cc", "car", "cdddr", "cddr", "cdr", "char->integer", "char-ready?",
    "char<?", "char=?", "char?", "close-input-port", "close-output-port", "close-port", "cons",
    "display", "dynamic-wind", "environment", "eof-object", "eof-object?",
    "eq?", "equal?", "eqv?", "error", "error-object-irritants", "error-object-message",
    "error-object?", "eval", "even?", "exact", "exact-integer-sqrt", "exact-integer?", "exact?",
    "floor-quotient", "floor-remainder", "floor/", "get-output-string", "hash-table->alist",
    "hash-table-copy", "hash-table-delete!", "hash-table-exists?", "hash-table-keys",
    "hash-table-ref/default", "hash-table-set!", "hash-table-size", "hash-table-values",
    "hash-table?", "inexact", "input-port-open?", "input-port?", "integer->char", "integer?",
    "interaction-environment", "length", "list", "list->string", "list->vector", "list-copy",
    "list-ref", "list-set!", "list-tail", "list?", "make-bytevector", "make-hash-table",
    "make-list", "make-string", "make-vector", "max", "member", "memq", "memv", "min", "modulo",
    "negative?", "newline", "not", "null?", "number->string", "number?", "odd?",
    "open-input-string", "open-output-string", "output-port-open?", "output-port?", "pair?",
    "peek-char", "port?", "positive?", "procedure?", "quotient", "raise", "raise-continuable",
    "read-char", "read-line", "read-string", "remainder", "reverse", "set-car!", "set-cdr!",
    "square", "string", "string->list", "string->symbol", "string->utf8", "string->vector",
    "string-append", "string-copy", "string-fill!", "string-length", "string-ref", "string-set!",
    "string<?", "string=?", "string?", "substring", "symbol->string", "symbol=?", "symbol?",
    "textual-port?", "truncate-quotient", "truncate-remainder", "truncate/", "utf8->string",
    "values", "vector", "vector->list", "vector->string", "vector-append", "vector-copy",
    "vector-fill!", "vector-length", "vector-ref", "vector-set!", "vector?",
    "with-exception-handler", "write", "write-char", "write-string", "zero?",
];

/// The name of a primitive.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|other| **other == name).copied()
}
