//! What a Rust file imports, names and defines, read from its tokens. Tests inside the file are left out.

use std::collections::BTreeSet;

/// A path, segment by segment.
pub(crate) type Path = Vec<String>;

/// One name that a `use` brings into its file.
pub(crate) struct Import {
    /// The name in the file; `*` for all names of a module.
    pub(crate) name: String,
    /// Where the name comes from.
    pub(crate) path: Path,
    /// Whether the file passes the name on to other files.
    pub(crate) is_exported: bool,
}

/// What one file says of others.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) imports: Vec<Import>,
    /// Paths of at least two segments, outside of imports.
    pub(crate) paths: Vec<Path>,
    /// Names of the items that the file defines.
    pub(crate) definitions: BTreeSet<String>,
    /// Modules that are files of their own.
    pub(crate) modules: Vec<String>,
}

/// Reads a file.
pub(crate) fn read(text: &str) -> Source {
    let tokens = without_tests(&tokens(text));
    let mut source = Source::default();
    // At which depth of braces each module that stands inside the file begins.
    let mut inner_modules: Vec<usize> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map_or("", String::as_str);
        let after = tokens.get(at + 2).map_or("", String::as_str);
        match token.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inner_modules.pop_if(|start| *start == depth);
            }
            "mod" if after == ";" => source.modules.push(next.to_owned()),
            "mod" if after == "{" => {
                source.definitions.insert(next.to_owned());
                inner_modules.push(depth);
            }
            "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union"
                if is_word(next) =>
            {
                source.definitions.insert(next.to_owned());
            }
            "macro_rules" => {
                source.definitions.insert(after.to_owned());
            }
            "use" if at == 0 || tokens[at - 1] != "::" => {
                let is_exported = at > 0 && matches!(tokens[at - 1].as_str(), "pub" | ")");
                let first = source.imports.len();
                at = read_use_tree(&tokens, at + 1, &Vec::new(), &mut source.imports);
                for import in &mut source.imports[first..] {
                    import.is_exported = is_exported;
                    leave_inner_modules(&mut import.path, inner_modules.len());
                }
                continue;
            }
            word if is_word(word) && next == "::" => {
                let mut path = vec![word.to_owned()];
                while tokens.get(at + 1).is_some_and(|token| token == "::")
                    && tokens.get(at + 2).is_some_and(|token| is_word(token))
                {
                    path.push(tokens[at + 2].clone());
                    at += 2;
                }
                leave_inner_modules(&mut path, inner_modules.len());
                source.paths.push(path);
            }
            _ => {}
        }
        at += 1;
    }
    source
}

/// Turns a path of a module that stands inside a file into a path of the file.
fn leave_inner_modules(path: &mut Path, inner_depth: usize) {
    for _ in 0..inner_depth {
        if path[0] == "super" {
            path.remove(0);
        }
    }
    if path.is_empty() {
        path.push("self".to_owned());
    }
}

/// Reads the tree behind `use`, up to the token after the tree.
fn read_use_tree(
    tokens: &[String],
    mut at: usize,
    prefix: &Path,
    imports: &mut Vec<Import>,
) -> usize {
    let mut path = prefix.clone();
    let mut name = None;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "::" => {}
            "as" => {
                name = Some(tokens[at + 1].clone());
                at += 1;
            }
            "{" => {
                at += 1;
                while tokens[at] != "}" {
                    at = read_use_tree(tokens, at, &path, imports);
                    at += usize::from(tokens[at] == ",");
                }
                return at + 1;
            }
            "*" => name = Some("*".to_owned()),
            word if is_word(word) => path.push(word.to_owned()),
            _ => break,
        }
        at += 1;
    }
    path.pop_if(|last| last == "self" && !prefix.is_empty());
    imports.push(Import {
        name: name.or_else(|| path.last().cloned()).unwrap_or_default(),
        path,
        is_exported: false,
    });
    at
}

/// The tokens without the items for tests only, and without modules for tests only.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_attribute =
            tokens[at] == "#" && tokens.get(at + 1).is_some_and(|token| token == "[");
        if !is_attribute {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = end_of_group(tokens, at + 1);
        let words = &tokens[at + 2..end];
        at = end;
        let has = |word: &str| words.iter().any(|token| token == word);
        if words.first().is_some_and(|word| word == "cfg") && has("test") && !has("not") {
            at = end_of_item(tokens, at);
        }
    }
    kept
}

/// The position behind the item that starts at `at`.
fn end_of_item(tokens: &[String], mut at: usize) -> usize {
    let is_import = tokens[at..].iter().take(5).any(|token| token == "use");
    while at < tokens.len() {
        match tokens[at].as_str() {
            ";" | "," => return at + 1,
            "{" if !is_import => return end_of_group(tokens, at),
            "(" | "[" | "{" => at = end_of_group(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// The position behind the group that the bracket at `at` opens.
fn end_of_group(tokens: &[String], mut at: usize) -> usize {
    let mut depth = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Words, `::` and single signs. Comments, texts, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = ignored_length(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = word_length(rest);
            tokens.push(rest[..length].to_owned());
            length
        } else {
            let length = if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(rest[..length].to_owned());
            length
        };
        rest = &rest[length..];
    }
    tokens
}

fn word_length(text: &str) -> usize {
    text.find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(text.len())
}

/// How long the white space, comment, text, character or lifetime is that `text` starts with.
fn ignored_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    if first == '\'' {
        return Some(quoted_character_length(text));
    }
    let prefix = text.find(|letter| !matches!(letter, 'b' | 'c' | 'r'))?;
    let is_raw = text[..prefix].contains('r');
    let hashes = text[prefix..].find(|letter| letter != '#')?;
    let start = prefix + hashes;
    if !text[start..].starts_with('"') || prefix > 2 || (hashes > 0 && !is_raw) {
        return None;
    }
    if is_raw {
        let end = format!("\"{}", "#".repeat(hashes));
        let length = text[start + 1..].find(&end).expect("a raw text ends");
        return Some(start + 1 + length + end.len());
    }
    let mut letters = text[start + 1..].char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return Some(start + index + 2),
            _ => {}
        }
    }
    None
}

/// The length of a character between quotes, or of a lifetime.
fn quoted_character_length(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    let first = letters.next().map_or(' ', |(_, letter)| letter);
    let is_character = first == '\\' || letters.next().is_some_and(|(_, letter)| letter == '\'');
    if !is_character {
        return 1 + word_length(&text[1..]);
    }
    let content = 1 + first.len_utf8() + usize::from(first == '\\');
    content + text[content..].find('\'').expect("a character ends") + 1
}

#[test]
fn only_code_outside_of_tests_is_read() {
    let text = r##"
        //! use crate::comment::A;
        use crate::{first::{self, One}, second::*, third::Two as Three};
        pub(crate) use super::exported::Four;
        #[cfg(test)]
        mod tests;
        mod child;
        mod inner { use super::super::outer::Five; pub(crate) fn six() {} }
        const TEXT: &str = "crate::text::Seven"; const RAW: &str = r#"crate::"raw"::Eight"#;
        fn f<'a>(x: &'a u8) -> char { crate::called::f(':'); '\'' }
        #[cfg(test)]
        fn test_only() { crate::test::f() }
    "##;
    let source = read(text);
    let imports: Vec<_> = source
        .imports
        .iter()
        .map(|import| {
            format!(
                "{} = {} {}",
                import.name,
                import.path.join("::"),
                import.is_exported
            )
        })
        .collect();
    let expected = [
        "first = crate::first false",
        "One = crate::first::One false",
        "* = crate::second false",
        "Three = crate::third::Two false",
        "Four = super::exported::Four true",
        "Five = super::outer::Five false",
    ];
    assert_eq!(imports, expected);
    assert_eq!(source.paths, [["crate", "called", "f"]]);
    assert_eq!(source.modules, ["child"]);
    let definitions: Vec<_> = source.definitions.iter().map(String::as_str).collect();
    assert_eq!(definitions, ["RAW", "TEXT", "f", "inner", "six"]);
}
