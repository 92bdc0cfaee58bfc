//! Where the texts of libraries come from besides folders, and other names of SRFIs.

use std::rc::Rc;

use syntax::Data;

use super::source::SourceText;

/// Has the texts of libraries.
pub trait LibrarySource: std::fmt::Debug {
    /// The text that stands in `file`, a path such as `srfi/1.sld`, if there is one.
    fn library(&self, file: &str) -> Option<SourceText>;
}

/// The file that has the library of this name, which is written as programs write it, below a folder of libraries.
pub fn library_file(name: &str) -> Option<String> {
    let (data, forms) = Data::parse(name).ok()?;
    let &[form] = forms.as_slice() else {
        return None;
    };
    let parts = data.proper_list(form)?.into_iter();
    let parts: Vec<String> = parts
        .map(|part| match data.as_symbol(part) {
            Some(symbol) => symbol.to_owned(),
            None => data.to_text(part),
        })
        .collect();
    file_of_parts(&parts)
}

/// None if a part is no name of a file.
pub(super) fn file_of_parts(parts: &[String]) -> Option<String> {
    let is_plain =
        |part: &String| !part.contains(['/', '\0']) && !matches!(part.as_str(), "" | "." | "..");
    let is_file = !parts.is_empty() && parts.iter().all(is_plain);
    is_file.then(|| parts.join("/") + ".sld")
}

/// The number of a SRFI that a library name mentions in another way than `(srfi number)`.
///
/// `(srfi :1)` and `(srfi :1 lists)` are the names of SRFI 97. Some programs write `(srfi srfi-1)`
/// (Guile) or `(srfi 1 lists)`. The words behind the number are not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SrfiName(u32);

impl SrfiName {
    pub(super) fn of_parts(parts: &[String]) -> Option<Self> {
        let [srfi, number, words @ ..] = parts else {
            return None;
        };
        if srfi != "srfi" {
            return None;
        }
        let digits = number.strip_prefix(':');
        let digits = digits.or_else(|| number.strip_prefix("srfi-"));
        if digits.is_none() && words.is_empty() {
            return None;
        }
        let digits = digits.unwrap_or(number);
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// The library's own name, as it is written.
    pub(super) fn name(self) -> Rc<str> {
        format!("(srfi {})", self.0).into()
    }

    /// The file that has the library.
    pub(super) fn file(self) -> String {
        format!("srfi/{}.sld", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{SrfiName, library_file};

    #[test]
    fn a_name_leads_to_its_file() {
        let file = |name| library_file(name).unwrap_or_default();
        assert_eq!(file("(a b)"), "a/b.sld");
        assert_eq!(file("(srfi 1)"), "srfi/1.sld");
        assert_eq!(file("(|a b|)"), "a b.sld");
        for none in ["(a ..)", "(|a/b|)", "()", "a", "(a", "(a) (b)"] {
            assert_eq!(file(none), "", "{none}");
        }
    }

    fn plain(parts: &[&str]) -> Option<String> {
        let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        SrfiName::of_parts(&parts).map(|name| name.name().to_string())
    }

    #[test]
    fn other_names_of_a_srfi_lead_to_its_number() {
        let name = Some("(srfi 1)".to_owned());
        assert_eq!(plain(&["srfi", ":1"]), name);
        assert_eq!(plain(&["srfi", ":1", "lists"]), name);
        assert_eq!(plain(&["srfi", "1", "lists"]), name);
        assert_eq!(plain(&["srfi", "srfi-1"]), name);
    }

    #[test]
    fn a_plain_name_and_names_of_other_libraries_have_no_other() {
        assert_eq!(plain(&["srfi", "1"]), None);
        assert_eq!(plain(&["srfi", "one", "lists"]), None);
        assert_eq!(plain(&["srfi", ":"]), None);
        assert_eq!(plain(&["srfi", ":99999999999"]), None);
        assert_eq!(plain(&["scheme", ":1"]), None);
        assert_eq!(plain(&["srfi"]), None);
    }
}
