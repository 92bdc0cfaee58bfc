//! Where the texts of libraries come from besides folders, and other names of SRFIs.

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

/// A library of a SRFI that a name mentions in another way than `(srfi number word ...)`.
///
/// `(srfi :1)` and `(srfi :1 lists)` are the names of SRFI 97. Some programs write `(srfi srfi-1)`
/// (Guile) or `(srfi 1 lists)`. The words may name a part of the SRFI, as in `(srfi :160 u8)`; where there is no such
/// part, they are not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SrfiName<'a> {
    number: u32,
    words: &'a [String],
}

impl<'a> SrfiName<'a> {
    pub(super) fn of_parts(parts: &'a [String]) -> Option<Self> {
        let [srfi, number, words @ ..] = parts else {
            return None;
        };
        if srfi != "srfi" {
            return None;
        }
        let digits = number.strip_prefix(':');
        match digits.or_else(|| number.strip_prefix("srfi-")) {
            Some(digits) => Self::new(digits, words),
            // The name with the words is the one that is written.
            None if !words.is_empty() => Self::new(number, &[]),
            None => None,
        }
    }

    /// What the feature `srfi-1` stands for.
    pub(super) fn of_feature(feature: &str) -> Option<Self> {
        Self::new(feature.strip_prefix("srfi-")?, &[])
    }

    fn new(digits: &str, words: &'a [String]) -> Option<Self> {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| digits.parse().ok()).flatten()?;
        Some(Self { number, words })
    }

    /// The parts of the names that the library may have, the one with all words first.
    pub(super) fn own_names(&self) -> Vec<Vec<String>> {
        let plain = vec!["srfi".to_owned(), self.number.to_string()];
        if self.words.is_empty() {
            return vec![plain];
        }
        vec![[&plain, self.words].concat(), plain]
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

    fn own_names(parts: &[&str]) -> Vec<String> {
        let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let name = SrfiName::of_parts(&parts);
        let names = name.map(|name| name.own_names()).unwrap_or_default();
        names.iter().map(|parts| parts.join(" ")).collect()
    }

    #[test]
    fn other_names_of_a_srfi_lead_to_its_number() {
        assert_eq!(own_names(&["srfi", ":1"]), ["srfi 1"]);
        assert_eq!(own_names(&["srfi", "1", "lists"]), ["srfi 1"]);
        assert_eq!(own_names(&["srfi", "srfi-1"]), ["srfi 1"]);
    }

    #[test]
    fn words_behind_another_name_of_a_srfi_may_name_a_part_of_it() {
        assert_eq!(
            own_names(&["srfi", ":160", "u8"]),
            ["srfi 160 u8", "srfi 160"]
        );
        assert_eq!(
            own_names(&["srfi", "srfi-171", "meta"]),
            ["srfi 171 meta", "srfi 171"]
        );
    }

    #[test]
    fn a_plain_name_and_names_of_other_libraries_have_no_other() {
        let none: [&str; 0] = [];
        assert_eq!(own_names(&["srfi", "1"]), none);
        assert_eq!(own_names(&["srfi", "one", "lists"]), none);
        assert_eq!(own_names(&["srfi", ":"]), none);
        assert_eq!(own_names(&["srfi", ":99999999999"]), none);
        assert_eq!(own_names(&["scheme", ":1"]), none);
        assert_eq!(own_names(&["srfi"]), none);
    }

    #[test]
    fn a_feature_names_a_srfi() {
        let names = |feature| SrfiName::of_feature(feature).map(|name| name.own_names());
        let parts = vec!["srfi".to_owned(), "1".to_owned()];
        assert_eq!(names("srfi-1"), Some(vec![parts]));
        assert_eq!(names("srfi-"), None);
        assert_eq!(names("srfi-x"), None);
        assert_eq!(names("r7rs"), None);
    }
}
