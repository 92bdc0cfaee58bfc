//! Definitions in their order: variables that later definitions change, and that come too early.

use crate::random::Random;

/// The value of one more definition. `earlier` have values, and `later` will.
fn value(random: &mut Random, earlier: &[String], later: &[String]) -> String {
    let any = |random: &mut Random, from: &[String]| from[random.below(from.len())].clone();
    let old = any(random, earlier);
    let other = any(random, earlier);
    match random.below(12) {
        0 | 1 => "(next!)".to_owned(),
        2 | 3 => "count".to_owned(),
        4 => old,
        5 => format!(
            "(begin (set! {old} {}) (list {other}))",
            random.between(100, 105)
        ),
        6 => format!("(begin (set! count (+ count 10)) {old})"),
        7 => format!("(list {old} count)"),
        8 => format!("(lambda () {old})"),
        9 if !later.is_empty() => {
            let (one, two) = (any(random, later), any(random, later));
            format!("(lambda () (list {one} {two} {old}))")
        }
        10 if !later.is_empty() => {
            let one = any(random, later);
            format!("(lambda () (set! {one} (list {one})) {one})")
        }
        _ => format!("(if (> count 1) {old} {other})"),
    }
}

/// `count`, `next!` and the definitions of `names`, each with its value.
fn definitions(random: &mut Random, names: &[String]) -> Vec<(String, String)> {
    let amount = random.between(1, 3);
    let mut made = vec![
        ("count".to_owned(), random.below(3).to_string()),
        (
            "next!".to_owned(),
            format!("(lambda () (set! count (+ count {amount})) count)"),
        ),
    ];
    let mut earlier = vec!["count".to_owned()];
    for (index, name) in names.iter().enumerate() {
        let later = &names[index + 1..];
        made.push((name.clone(), value(random, &earlier, later)));
        earlier.push(name.clone());
    }
    made
}

fn defined(random: &mut Random, name: &str, value: &str) -> String {
    match value.strip_prefix("(lambda () ") {
        Some(body) if random.chance(70) => {
            format!("(define ({name}) {body}")
        }
        _ => format!("(define {name} {value})"),
    }
}

/// At the top level, in bodies, and in `letrec*`.
pub(crate) fn ordered(random: &mut Random) -> String {
    let count = random.between(3, 7);
    let names = random.several(count, |random| random.name("d"));
    let made = definitions(random, &names);
    let all = format!("(list count {})", names.join(" "));
    let called = names.iter().map(|name| format!("(call {name})"));
    let called = format!("(list {})", called.collect::<Vec<_>>().join(" "));
    let call = "(define (call x) (if (procedure? x) (try x) 'value))";
    let forms: Vec<String> = made
        .iter()
        .map(|(name, value)| defined(random, name, value))
        .collect();
    let forms = forms.join("\n  ");
    match random.below(5) {
        0 | 1 => {
            // Names of its own, since other parts of the program may define the same.
            let (count, next, call_name) = (
                random.name("count"),
                random.name("next!"),
                random.name("call"),
            );
            let text = format!(
                "{call}\n{forms}
                 (show (lambda () {all}))
                 (show (lambda () {called}))
                 (next!)
                 (show (lambda () {all}))
                 (show (lambda () {called}))"
            );
            text.replace("next!", &next)
                .replace("(call ", &format!("({call_name} "))
                .replace("count", &count)
        }
        2 => format!("(show (lambda () {call} {forms} (list {all} {called} (next!) {all})))"),
        3 => {
            let bindings = made.iter().map(|(name, value)| format!("({name} {value})"));
            let bindings = bindings.collect::<Vec<_>>().join("\n  ");
            format!(
                "(show (lambda () {call} (letrec* ({bindings})
                   (list {all} {called} (next!) {all}))))"
            )
        }
        _ => {
            let name = random.name("f");
            format!(
                "(define ({name} y) {call} {forms} (list {all} {called} (next!) {all} y))
                 (show (lambda () ({name} 1)))
                 (show (lambda () ({name} 2)))"
            )
        }
    }
}

/// Variables that have no value yet: a condition, and never a value. Procedures that are defined by
/// a lambda expression are there from the start (`fix_letrec`): only procedures name them here.
pub(crate) fn early(random: &mut Random) -> String {
    let names: Vec<String> = ["a", "b", "c"][..random.between(1, 3)]
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    let is_procedure: Vec<bool> = names.iter().map(|_| random.chance(20)).collect();
    let mut bindings = Vec::new();
    for index in 0..names.len() {
        // A variable that is not before this one.
        let any = &names[random.between(index, names.len() - 1)];
        let not_yet: Vec<&String> = (index..names.len())
            .filter(|&other| !is_procedure[other])
            .map(|other| &names[other])
            .collect();
        let value = if is_procedure[index] || not_yet.is_empty() {
            format!("(lambda () {any})")
        } else {
            let later = random.pick(&not_yet);
            match random.below(10) {
                0..=2 => later.clone(),
                3 => format!("(list {later})"),
                4 => format!("(begin (note 'here) {later})"),
                5 => format!("(list (lambda () {any}))"),
                6 => format!("(let ((f (lambda () {later}))) (f))"),
                7 => names[random.below(index + 1)].clone(),
                _ => index.to_string(),
            }
        };
        bindings.push((&names[index], value));
    }
    let uses = random.one_of(&format!(
        "(list {0}) | (vector {0}) | (begin {0}) | (lambda () {0}) | (cons 1 (list {0})) | 'unused
         | 0",
        names.join(" ")
    ));
    if random.chance(50) {
        let list = bindings
            .iter()
            .map(|(name, value)| format!("({name} {value})"));
        let list = list.collect::<Vec<_>>().join(" ");
        format!("(show (lambda () (letrec* ({list}) {uses})))\n")
    } else {
        let list = bindings
            .iter()
            .map(|(name, value)| format!("(define {name} {value})"));
        let list = list.collect::<Vec<_>>().join(" ");
        format!("(show (lambda () {list} {uses}))\n")
    }
}
