//! What each operator, method and literal is replaced by.

use syn::BinOp;

/// The operators that stand in the place of another.
pub(crate) fn neighbours(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Lt(_) => &["<=", "!="],
        BinOp::Le(_) => &["<", "=="],
        BinOp::Gt(_) => &[">=", "!="],
        BinOp::Ge(_) => &[">", "=="],
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-"],
        BinOp::Sub(_) => &["+"],
        BinOp::Mul(_) => &["+"],
        BinOp::Div(_) => &["*"],
        BinOp::Rem(_) => &["/"],
        BinOp::BitAnd(_) => &["|"],
        BinOp::BitOr(_) => &["&"],
        BinOp::BitXor(_) => &["|"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) => &["+="],
        BinOp::MulAssign(_) => &["+="],
        BinOp::BitAndAssign(_) => &["|="],
        BinOp::BitOrAssign(_) => &["&="],
        BinOp::ShlAssign(_) => &[">>="],
        BinOp::ShrAssign(_) => &["<<="],
        _ => &[],
    }
}

/// The method that stands in the place of another.
pub(crate) fn opposite(method: &str) -> Option<&'static str> {
    Some(match method {
        "min" => "max",
        "max" => "min",
        "any" => "all",
        "all" => "any",
        "is_some" => "is_none",
        "is_none" => "is_some",
        "is_some_and" => "is_none_or",
        "is_none_or" => "is_some_and",
        "first" => "last",
        "last" => "first",
        "saturating_add" => "saturating_sub",
        "saturating_sub" => "saturating_add",
        "wrapping_add" => "wrapping_sub",
        "wrapping_sub" => "wrapping_add",
        "checked_add" => "checked_sub",
        "checked_sub" => "checked_add",
        "union" => "intersection",
        "intersection" => "union",
        "join" => "meet",
        "meet" => "join",
        _ => return None,
    })
}

/// Whether the closure that a method takes answers yes or no.
pub(crate) fn takes_predicate(method: &str) -> bool {
    matches!(
        method,
        "any"
            | "all"
            | "filter"
            | "find"
            | "position"
            | "rposition"
            | "retain"
            | "take_while"
            | "skip_while"
            | "is_some_and"
            | "is_none_or"
            | "is_ok_and"
            | "then_some"
    )
}

/// The literals that stand in the place of an integer.
pub(crate) fn other_integers(literal: &syn::LitInt) -> Vec<String> {
    let Ok(value) = literal.base10_parse::<u128>() else {
        return Vec::new();
    };
    let suffix = literal.suffix();
    let below = value.checked_sub(1).map(|below| format!("{below}{suffix}"));
    let above = value.checked_add(1).map(|above| format!("{above}{suffix}"));
    above.into_iter().chain(below).collect()
}

/// What a function may return at once, by its declared type.
pub(crate) fn returns(output: &syn::ReturnType) -> &'static [&'static str] {
    let syn::ReturnType::Type(_, of) = output else {
        return &["return;"];
    };
    match &**of {
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => &["return;"],
        syn::Type::Path(path) => {
            let name = path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.to_string());
            match name.as_deref() {
                Some("bool") => &["return true;", "return false;"],
                Some("Option") => &["return None;"],
                Some("Result") => &["return Ok(());"],
                Some("Vec" | "HashMap" | "HashSet" | "BTreeMap" | "BTreeSet" | "String") => {
                    &["return Default::default();"]
                }
                Some(
                    "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64"
                    | "i128" | "isize",
                ) => &["return 0;", "return 1;"],
                _ => &[],
            }
        }
        _ => &[],
    }
}
