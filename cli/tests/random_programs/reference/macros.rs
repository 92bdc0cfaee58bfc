//! `syntax-rules`: patterns of variables, literals, lists, and one ellipsis at the end of a list.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::datum::Datum;

pub(crate) struct Macro {
    literals: Vec<Rc<str>>,
    /// Pattern (without the keyword) and template.
    rules: Vec<(Datum, Datum)>,
}

enum Match {
    One(Datum),
    Many(Vec<BTreeMap<Rc<str>, Match>>),
}

impl Macro {
    /// The macro that a `syntax-rules` form stands for, if it is one of ours.
    pub(crate) fn new(form: &Datum) -> Option<Self> {
        let [Datum::List(literals), rules @ ..] = form.form("syntax-rules")? else {
            return None;
        };
        let literals = literals.iter().map(|literal| match literal {
            Datum::Symbol(name, _) => Some(name.clone()),
            _ => None,
        });
        let rules = rules.iter().map(|rule| match rule {
            Datum::List(parts) => match &parts[..] {
                [Datum::List(pattern), template] if !pattern.is_empty() => {
                    Some((Datum::List(pattern[1..].to_vec()), template.clone()))
                }
                _ => None,
            },
            _ => None,
        });
        Some(Self {
            literals: literals.collect::<Option<_>>()?,
            rules: rules.collect::<Option<_>>()?,
        })
    }

    /// What a use stands for; symbols that the macro brings in get the mark.
    pub(crate) fn expand(&self, operands: &[Datum], mark: u32) -> Option<Datum> {
        let operands = Datum::List(operands.to_vec());
        self.rules.iter().find_map(|(pattern, template)| {
            let mut matches = BTreeMap::new();
            self.matches(pattern, &operands, &mut matches)
                .then(|| instance(template, &matches, mark))
        })
    }

    fn matches(
        &self,
        pattern: &Datum,
        datum: &Datum,
        matches: &mut BTreeMap<Rc<str>, Match>,
    ) -> bool {
        match (pattern, datum) {
            (Datum::Symbol(name, _), _) if self.literals.contains(name) => datum.is_symbol(name),
            (Datum::Symbol(name, _), _) => {
                if &**name != "_" {
                    matches.insert(name.clone(), Match::One(datum.clone()));
                }
                true
            }
            (Datum::List(patterns), Datum::List(data)) => match &patterns[..] {
                [first @ .., repeated, dots] if dots.is_symbol("...") => {
                    if data.len() < first.len() {
                        return false;
                    }
                    let (start, rest) = data.split_at(first.len());
                    let mut many = Vec::new();
                    for item in rest {
                        let mut inner = BTreeMap::new();
                        if !self.matches(repeated, item, &mut inner) {
                            return false;
                        }
                        many.push(inner);
                    }
                    matches.insert("...".into(), Match::Many(many));
                    let mut pairs = first.iter().zip(start);
                    pairs.all(|(pattern, item)| self.matches(pattern, item, matches))
                }
                _ => {
                    patterns.len() == data.len()
                        && patterns
                            .iter()
                            .zip(data)
                            .all(|(pattern, item)| self.matches(pattern, item, matches))
                }
            },
            _ => pattern == datum,
        }
    }
}

fn instance(template: &Datum, matches: &BTreeMap<Rc<str>, Match>, mark: u32) -> Datum {
    let items = |list: &[Datum]| -> Vec<Datum> {
        let mut made = Vec::new();
        let mut index = 0;
        while index < list.len() {
            if list
                .get(index + 1)
                .is_some_and(|next| next.is_symbol("..."))
            {
                if let Some(Match::Many(many)) = matches.get("...") {
                    made.extend(many.iter().map(|inner| instance(&list[index], inner, mark)));
                }
                index += 2;
            } else {
                made.push(instance(&list[index], matches, mark));
                index += 1;
            }
        }
        made
    };
    match template {
        Datum::Symbol(name, old) => match matches.get(name) {
            Some(Match::One(datum)) => datum.clone(),
            _ => Datum::Symbol(name.clone(), if *old == 0 { mark } else { *old }),
        },
        Datum::List(list) => Datum::List(items(list)),
        Datum::Vector(list) => Datum::Vector(items(list)),
        Datum::Dotted(list, tail) => {
            Datum::Dotted(items(list), Box::new(instance(tail, matches, mark)))
        }
        Datum::Literal(_) => template.clone(),
    }
}
