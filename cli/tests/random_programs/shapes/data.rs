//! Characters at the borders of string widths, tables with numeric keys, and many arguments.

use crate::random::Random;

fn code(random: &mut Random) -> String {
    random.one_of(
        "0 | 65 | 97 | 127 | 128 | 254 | 255 | 255 | 256 | 256 | 257 | 511 | 512 | 55295 | 57344
         | 65535 | 65536 | 65537 | 1114110 | 1114111 | 945 | 8364",
    )
}

fn character(random: &mut Random) -> String {
    let code: usize = code(random).parse().expect("a number");
    match random.below(3) {
        0 => format!("#\\x{code:x}"),
        _ => format!("(integer->char {code})"),
    }
}

/// Strings of every width get characters of every width.
pub(crate) fn strings(random: &mut Random) -> String {
    let (put, name) = (random.name("put"), random.name("f"));
    let count = random.between(1, 5);
    let make = if random.chance(50) {
        format!("(make-string {count} {})", character(random))
    } else {
        format!("(string {})", random.several(count, character).join(" "))
    };
    let effect = |random: &mut Random| {
        let (place, value) = (random.below(count + 1).min(count), character(random));
        match random.below(5) {
            0 | 1 => format!("({put} s {place} {value})"),
            2 => format!("(string-set! s {} {value})", place.min(count - 1)),
            3 => format!(
                "(note (char->integer (string-ref s {})))",
                place.min(count - 1)
            ),
            _ => format!(
                "(note (list (char<? (string-ref s {0}) {value}) (char=? (string-ref s {0}) {value})
                   (eqv? (string-ref s {0}) {value}) (eq? {value} (string-ref s 0))))",
                place.min(count - 1)
            ),
        }
    };
    let steps = random.between(2, 5);
    let effects = random.several(steps, effect).join("\n  ");
    let codes = random.several(4, code).join(" ");
    format!(
        "(define ({put} s i c) (string-set! s i c) s)
         (define ({name} s) {effects} s)
         (show (lambda () ({name} {make})))
         (show (lambda ()
           (map (lambda (n)
                  (let ((s (string-copy {make})))
                    ({put} s 0 (integer->char n))
                    (let loop ((i 0) (all '()))
                      (if (= i (string-length s)) (list n all (string-append s \"a\"))
                          (loop (+ i 1) (cons (char->integer (string-ref s i)) all))))))
                '({codes}))))"
    )
}

/// Numbers that `=` calls the same, group by group.
const SAME: &[&[&str]] = &[
    &["1", "1.0", "(/ 2 2)", "(exact 1.0)", "(+ 0.5 0.5)"],
    &["0", "0.0", "-0.0", "(- 0.0)", "(* 0 1)"],
    &[
        "1000000000000000",
        "1e15",
        "(* 1e8 1e7)",
        "(* 100000000 10000000)",
    ],
    &[
        "10000000000000000",
        "1e16",
        "(* 1e8 1e8)",
        "(* 100000000 100000000)",
    ],
    &[
        "9007199254740992",
        "9007199254740993",
        "9007199254740992.0",
        "(exact 9007199254740992.0)",
    ],
    &[
        "4611686018427387904",
        "(inexact 4611686018427387904)",
        "(* 2147483648 2147483648)",
    ],
    &[
        "1152921504606846976",
        "(inexact 1152921504606846976)",
        "(+ 1152921504606846975 1)",
    ],
    &[
        "100000000000000000000",
        "1e20",
        "(* 10000000000 10000000000)",
        "(exact 1e20)",
    ],
    &["1/2", "0.5", "(/ 1 2)", "(/ 1. 2)"],
    &["1/3", "(inexact 1/3)", "(/ 1 3)", "(exact (inexact 1/3))"],
    &["+inf.0", "(/ 1. 0.)", "(* 1e300 1e300)"],
    &["-1", "-1.0", "(- 1)", "(- 1.)"],
];
const NOT_A_NUMBER: &[&str] = &[
    "+nan.0",
    "(/ 0. zero)",
    "(- +nan.0)",
    "(- inf inf)",
    "(* zero inf)",
];
const COMPOUND: &[&str] = &[
    "\"abc\"",
    "(string #\\a #\\b #\\c)",
    "'(1 2.0)",
    "(list 1 2.)",
    "(vector 1/2 'a)",
    "(vector (/ 1 2) 'a)",
];

/// Keys that an equivalence calls the same, made in other ways.
pub(crate) fn tables(random: &mut Random) -> String {
    let same = random.one_of("eqv? | equal? | ");
    let mut groups: Vec<&[&str]> = Vec::new();
    for _ in 0..random.between(1, 3) {
        groups.push(match random.below(10) {
            0 | 1 => NOT_A_NUMBER,
            2 if same != "eqv?" => COMPOUND,
            _ => SAME[random.below(SAME.len())],
        });
    }
    used_table(random, &same, &groups)
}

/// Keys that `=` calls the same: exact and inexact ones.
pub(crate) fn number_tables(random: &mut Random) -> String {
    let count = random.between(1, 3);
    let groups: Vec<&[&str]> = (0..count).map(|_| SAME[random.below(SAME.len())]).collect();
    used_table(random, "=", &groups)
}

fn used_table(random: &mut Random, same: &str, groups: &[&[&str]]) -> String {
    let key = |random: &mut Random| {
        let group = groups[random.below(groups.len())];
        random.pick(group).to_owned()
    };
    let effect = |random: &mut Random| {
        let key = key(random);
        match random.below(7) {
            0..=2 => format!("(hash-table-set! t {key} {})", random.below(100)),
            3 => "(note (hash-table-size t))".to_owned(),
            4 => format!("(hash-table-delete! t {key})"),
            5 => format!("(hash-table-update!/default t {key} (lambda (x) (+ x 1)) 0)"),
            _ => format!("(note (hash-table-exists? t {key}))"),
        }
    };
    let count = random.between(3, 8);
    let (effects, look) = (
        random.several(count, effect).join("\n  "),
        random
            .several(5, |random| {
                format!("(hash-table-ref/default t {} 'lost)", key(random))
            })
            .join("\n  "),
    );
    let fill = if random.chance(30) {
        "(do ((i 1000 (+ i 1))) ((= i 1100)) (hash-table-set! t i i))"
    } else {
        "#t"
    };
    format!(
        "(show (lambda ()
           (let ((t (make-hash-table {same})) (zero (- 1.5 1.5)) (inf (/ 1. 0.)))
             {fill} {effects} (list {look} (hash-table-size t)))))"
    )
}

/// Thousands of arguments, values and elements of rest lists, turn after turn. Most are more than
/// the stack that is kept when unused memory is given back, and lists that become garbage let
/// collections start while they are gathered.
pub(crate) fn many(random: &mut Random) -> String {
    let bits = random.one_of("12 | 14 | 17 | 17 | 17 | 18 | 18");
    let bits: usize = bits.parse().expect("a number");
    let count = (1 << bits) + random.one_of("0 | 1 | 60000 | 100000").parse().unwrap_or(0) - 1;
    let turns = random.between(4, 10);
    let name = random.name("f");
    let list = random.one_of(&format!(
        "(make-list {count} 1) | (append (list 5 6) (make-list {count} 2) (list 7))
         | (append (make-list {count} 1.5) (list 8))"
    ));
    // Made once, or again for each turn.
    let list_of_turn = random.one_of(&format!("l | {list} | {list} | {list}"));
    let gathered = random.one_of(
        "l | (apply list l) | (vector->list (apply vector l)) | (apply (lambda (a . m) (cons a m)) l)
         | (apply (lambda m m) 3 4 l) | (call-with-values (lambda () (apply values l)) list)
         | (receive (a b . m) (apply values l) (cons b m)) | (apply append (map list l))
         | (apply vector l) | l | (apply vector l)",
    );
    let sum = "(if (vector? m) (apply + (vector->list m)) (apply + m))";
    let checked = random.one_of(&format!(
        "{sum} | {sum} | (let ((kept (make-vector 1000 m))) (list {sum} (vector-length kept)))
         | (list {sum} (if (pair? m) (length m) (vector-length m)))"
    ));
    format!(
        "(define ({name} l)
           (let loop ((i 0) (sums '()))
             (if (= i {turns}) (cons 'done sums)
                 (let* ((l {list_of_turn}) (m {gathered}))
                   (loop (+ i 1) (cons {checked} sums))))))
         (show (lambda () ({name} {list})))"
    )
}
