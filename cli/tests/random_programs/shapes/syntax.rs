//! Macros around quasiquotation, names like those that the expander makes, and empty forms.

use std::fmt::Write as _;

use crate::random::Random;

/// A template within `level` quasiquotations, in which the macro's `x` may stand.
fn template(random: &mut Random, level: usize, depth: usize) -> String {
    if depth == 0 {
        return random.one_of("x | x | x | a | 1 | (x)");
    }
    match random.below(10) {
        0..=2 => format!("(quasiquote {})", template(random, level + 1, depth - 1)),
        3 if level > 1 => format!("(unquote {})", template(random, level - 1, depth - 1)),
        4 => format!("#({} b)", template(random, level, depth - 1)),
        5 => format!("(a {})", template(random, level, depth - 1)),
        6 => "x".to_owned(),
        _ => format!(
            "({} {})",
            template(random, level, depth - 1),
            template(random, level, depth - 1)
        ),
    }
}

/// A macro whose argument stands at several levels.
pub(crate) fn quasiquotation(random: &mut Random) -> String {
    let name = random.name("m");
    let body = template(random, 1, 4);
    // What comes last is looked at first.
    let whole = if random.chance(50) {
        format!("({body} x)")
    } else {
        format!("(x {body})")
    };
    let mut text =
        format!("(define-syntax {name} (syntax-rules () ((_ x) (quasiquote {whole}))))\n");
    for _ in 0..random.between(1, 3) {
        let argument = random.one_of(
            "(unquote (+ 1 2)) | (unquote-splicing (list 1 2)) | (foo (unquote (+ 1 2))) | 5
             | (unquote (list 1 (quasiquote (b (unquote (+ 1 1))))))
             | (b (unquote-splicing (list 3)) c) | (unquote (quote b))",
        );
        let _ = writeln!(text, "(show (lambda () ({name} {argument})))");
    }
    text
}

/// A user's variable that may be spelled as a macro's renamed one. Without imports.
pub(crate) fn renamed(random: &mut Random) -> String {
    let (macro_name, definer) = (random.name("m"), random.name("d"));
    let stem = random.one_of("tmp | tmp | t");
    let user = |random: &mut Random| format!("{stem}~{}", random.below(30));
    let mut names = random.several(10, user);
    names.sort();
    names.dedup();
    let definitions: Vec<String> = names
        .iter()
        .map(|name| format!("(define {name} '(user {name}))"))
        .collect();
    let mut uses: Vec<String> = names
        .iter()
        .map(|name| format!("(show (lambda () ({macro_name} {name})))"))
        .collect();
    // The number of a renamed name grows with each use.
    for turn in 0..random.between(2, 4) {
        let place = random.below(uses.len() + 1);
        uses.insert(place, format!("({definer} {turn})"));
    }
    uses.push(format!("(show (lambda () (list {})))", names.join(" ")));
    let macros = format!(
        "(define-syntax {macro_name} (syntax-rules () ((_ a) (let (({stem} 1)) (list a {stem})))))
         (define-syntax {definer}
           (syntax-rules ()
             ((_ a) (begin (define {stem} a) (show (lambda () (list 'made {stem})))))))"
    );
    let order = if random.chance(50) {
        format!("{}\n{macros}", definitions.join("\n"))
    } else {
        format!("{macros}\n{}", definitions.join("\n"))
    };
    format!("{order}\n{}", uses.join("\n"))
}

/// Forms with nothing in them, in one another.
fn degenerate_form(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random.one_of("1 | 'a | (list)");
    }
    let inner = degenerate_form(random, depth - 1);
    let other = degenerate_form(random, depth - 1);
    let variable = random.name("x");
    let template = random.one_of(
        "(letrec () E)|(letrec () (define V E) V)|(letrec* () (define (V) E) (V))|(let () E)
         |(let* () (define V E) (list V))|(let-values () (define V E) V)|(let*-values () E)
         |(begin E)|(begin F E)|(let V () E)|(let V () (define w E) w)|(do () (#t E))
         |(do ((V E)) (#t V))|((lambda () (define V E) V))|((lambda V E))|(and E)|(or E)|(and)|(or)
         |(when E F)|(unless E F)|(cond (else E))|(cond (E))|(case E (() F) (else 2))
         |(case E ((a) F) (else E))|(guard (V (#t 1)) (define w E) w)|(guard (V) E)
         |(let-values ((() (values))) E)|(let-values (((V) E) (() (values))) V)
         |(receive () (values) E)|(receive V (values) (cons E V))|(apply (lambda () E) '())
         |(letrec ((V (lambda () (define w E) w))) (define u F) (list u (V)))
         |(letrec ((V (lambda () E))) F)|(letrec* ((V E) (w V)) (define u w) u)
         |(let ((V E)) (define w F) (list V w))|(let ((V E)) F)|(if E F)|(list (if E F E))
         |(call/cc (lambda (V) E))|(call/cc (lambda (V) (V E)))|(let* ((V E) (V F)) V)
         |(let loop ((V E)) V)|(letrec () (letrec () (define V E) (define w F) (list V w)))
         |(quasiquote ((unquote E) (unquote-splicing (list F))))|(quasiquote ())|(lambda () E)
         |(define-in E)|(letrec ((V (lambda () (V)))) E)|(begin (begin (begin E)))",
    );
    let template = template.replace("(define-in E)", "(let () (define V E) (define w V) w)");
    let is_break = |c: char| !c.is_alphanumeric();
    let mut made = String::new();
    for word in template.split_inclusive(is_break) {
        let cut = word.trim_end_matches(is_break);
        made += match cut {
            "E" => &inner,
            "F" => &other,
            "V" => &variable,
            _ => cut,
        };
        made += &word[cut.len()..];
    }
    made
}

pub(crate) fn degenerate(random: &mut Random) -> String {
    let count = random.between(1, 3);
    random
        .several(count, |random| {
            let form = degenerate_form(random, 3);
            match random.below(3) {
                0 => format!("(note {form}) (newline)"),
                1 => {
                    let name = random.name("f");
                    format!("(define ({name}) {form}) (show {name})")
                }
                _ => format!("(show (lambda () {form}))"),
            }
        })
        .join("\n")
}
