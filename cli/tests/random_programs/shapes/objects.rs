//! Loops over objects that change from turn to turn, and objects with two names.

use std::fmt::Write as _;

use crate::random::Random;

/// Names of the operations on one kind of object, and what can be in one.
struct Kind {
    make: &'static str,
    length: &'static str,
    get: &'static str,
    set: &'static str,
    elements: [&'static str; 4],
}

const KINDS: [Kind; 3] = [
    Kind {
        make: "vector",
        length: "vector-length",
        get: "vector-ref",
        set: "vector-set!",
        elements: ["'lost", "7", "1.5", "'(a)"],
    },
    Kind {
        make: "string",
        length: "string-length",
        get: "string-ref",
        set: "string-set!",
        elements: ["#\\a", "#\\z", "#\\x100", "#\\xff"],
    },
    Kind {
        make: "bytevector",
        length: "bytevector-length",
        get: "bytevector-u8-ref",
        set: "bytevector-u8-set!",
        elements: ["1", "99", "0", "255"],
    },
];

fn kind(random: &mut Random) -> &'static Kind {
    &KINDS[random.below(KINDS.len())]
}

/// A fresh object of up to `most` elements.
fn object(random: &mut Random, kind: &Kind, most: usize) -> String {
    let count = random.below(most + 1);
    let elements = random.several(count, |random| random.pick(&kind.elements).to_owned());
    format!("({} {})", kind.make, elements.join(" "))
}

/// Three objects that lie beside one another, a use of them, and what is in them afterwards.
fn with_objects(random: &mut Random, kind: &Kind, procedure: &str) -> String {
    let (first, next, other) = (
        object(random, kind, 6),
        object(random, kind, 2),
        object(random, kind, 5),
    );
    let bound = random.below(7);
    let mut text = String::new();
    for _ in 0..random.between(1, 2) {
        let _ = writeln!(
            text,
            "(let* ((first {first}) (next {next}) (other {other}))
               (show (lambda () ({procedure} first next other {bound})))
               (show (lambda () (list first next other))))"
        );
    }
    text
}

/// The object, its length or the bound changes in a later turn.
pub(crate) fn changing(random: &mut Random) -> String {
    let kind = kind(random);
    let (length, get, set) = (kind.length, kind.get, kind.set);
    let name = random.name("f");
    let test = random.one_of(&format!(
        "(= i ({length} v)) | (= i ({length} v)) | (>= i ({length} v)) | (= i b) | (>= i b)
         | (= i ({length} first)) | (= ({length} v) i) | (not (< i ({length} v)))
         | (> i (- ({length} v) 1))"
    ));
    let turns = random.between(3, 9);
    let turn = random.below(4);
    let next = random.one_of(&format!(
        "next | (if (= n {turn}) next v) | (if (= i {turn}) next v) | (if (odd? n) next first)
         | (if (< n {turn}) v other) | v | other"
    ));
    let bound = random.one_of(&format!(
        "b | ({length} next) | (+ b 1) | ({length} v) | (if (= n {turn}) ({length} other) b)"
    ));
    let start = random.one_of("0 | 0 | 0 | 1");
    let step = random.one_of("1 | 1 | 1 | 1 | 2");
    let element = random.pick(&kind.elements);
    let place = random.one_of("i | i | i | i | (- i 1) | (+ i 1)");
    let store = format!("({set} v {place} {element})");
    let (effect, read) = match random.below(4) {
        0 => (store, "i".to_owned()),
        1 => (store, format!("({get} v i)")),
        2 => ("(set! touched n)".to_owned(), format!("({get} v {place})")),
        _ => ("#t".to_owned(), format!("({get} v {place})")),
    };
    let procedure = match random.below(3) {
        0 => format!(
            "(define ({name} first next other b)
               (define touched 0)
               (do ((i {start} (+ i {step})) (v first {next}) (b b {bound}) (n 0 (+ n 1))
                    (items '() (cons {read} items)))
                   ((or {test} (= n {turns})) (list i items touched))
                 {effect}))"
        ),
        _ => format!(
            "(define ({name} first next other b)
               (define touched 0)
               (let loop ((i {start}) (v first) (b b) (n 0) (items '()))
                 (if (or {test} (= n {turns}))
                     (list i items touched)
                     (begin {effect}
                            (loop (+ i {step}) {next} {bound} (+ n 1) (cons {read} items))))))"
        ),
    };
    format!("{procedure}\n{}", with_objects(random, kind, &name))
}

/// The object is in an assigned variable, in another object, or comes from a procedure.
pub(crate) fn assigned(random: &mut Random) -> String {
    let kind = kind(random);
    let (length, get, set) = (kind.length, kind.get, kind.set);
    let (name, element) = (random.name("f"), random.pick(&kind.elements));
    let (current, change) = match random.below(4) {
        0 => ("v", "(set! v next)"),
        1 => ("(vector-ref cell 0)", "(vector-set! cell 0 next)"),
        2 => ("(car pair)", "(set-car! pair next)"),
        _ => ("(current)", "(set! v next)"),
    };
    let turn = random.below(5);
    let turns = random.between(3, 8);
    let changes = random.one_of(&format!(
        "(if (= n {turn}) {change}) | (if (= i {turn}) {change}) | {change}
         | (if (odd? i) {change})"
    ));
    let test = random.one_of(&format!(
        "(= i ({length} {current})) | (>= i ({length} {current})) | (= i b)
         | (= i ({length} first))"
    ));
    let access = match random.below(2) {
        0 => format!("({set} {current} i {element})"),
        _ => format!("(set! items (cons ({get} {current} i) items))"),
    };
    let body = if random.chance(50) {
        format!("{access} {changes}")
    } else {
        format!("{changes} {access}")
    };
    let procedure = format!(
        "(define ({name} first next other b)
           (define v first)
           (define cell (vector first))
           (define pair (cons first '()))
           (define items '())
           (define (current) v)
           (let loop ((i 0) (n 0))
             (if (or {test} (= n {turns}))
                 (list i items)
                 (begin {body} (loop (+ i 1) (+ n 1))))))"
    );
    format!("{procedure}\n{}", with_objects(random, kind, &name))
}

/// Stores through one name between loads through another; closures over the variables of a loop.
pub(crate) fn aliases(random: &mut Random) -> String {
    let name = random.name("f");
    let (make, is, x, y, set) = (
        random.name("make-r"),
        random.name("r?"),
        random.name("r-x"),
        random.name("r-y"),
        random.name("r-x-set!"),
    );
    let value = |random: &mut Random| {
        random.one_of(&format!(
            "(vector-ref v 0) | (vector-ref w 0) | (vector-ref v i) | (vector-ref w i) | (car p)
             | (car q) | (cdr p) | ({x} a) | ({x} b) | ({y} a) | s | i | 1 | 2.5 | (f1) | (f2)"
        ))
    };
    let effect = |random: &mut Random| {
        let (one, other) = (value(random), value(random));
        let place = random.one_of("0 | i | 1 | (- 2 i)");
        match random.below(10) {
            0 | 1 => format!("(vector-set! v {place} {one})"),
            2 | 3 => format!("(vector-set! w {place} {one})"),
            4 => format!("(set-car! {} {one})", random.one_of("p|q")),
            5 => format!("({set} {} {one})", random.one_of("a|b")),
            6 => format!("(set! s (+ {one} {other}))"),
            7 => format!("(set! s (if (eqv? {one} {other}) (+ s {one}) (- s {other})))"),
            8 => format!("(set! all (cons (lambda () (list i {one})) all))"),
            _ => format!("(set! all (cons (lambda () {other}) all))"),
        }
    };
    let count = random.between(4, 9);
    let effects = random.several(count, effect).join("\n    ");
    let same = random.one_of("(eqv? n 1) | (eqv? n 2) | #t | (vector? n)");
    let turns = random.between(1, 3);
    let all = "(map (lambda (p) (p)) all)";
    let looped = match random.below(3) {
        0 => format!(
            "(do ((i 0 (+ i 1))) ((= i {turns}) (list s v w p q ({x} a) ({x} b) {all}))\n{effects})"
        ),
        1 => format!(
            "(let loop ((i 0)) (if (< i {turns}) (begin {effects} (loop (+ i 1)))
               (list s v w p q ({x} a) ({x} b) {all})))"
        ),
        _ => format!(
            "(let ((i {})) {effects} (list s v w p q ({x} a) {all}))",
            random.below(3)
        ),
    };
    format!(
        "(define-record-type r ({make} x y) {is} (x {x} {set}) (y {y}))
         (define ({name} n)
           (let* ((s 0) (all '()) (v (vector 1 2 3)) (w (if {same} v (vector 4 5 6)))
                  (p (list 7 8)) (q (if {same} p (list 9))) (a ({make} 10 11))
                  (b (if {same} a ({make} 12 13))))
             (define (f1) (vector-ref v 0))
             (define (f2) (vector-set! v 0 (+ 1 ({x} b))) (vector-ref w 0))
             {looped}))
         (show (lambda () ({name} 1)))
         (show (lambda () ({name} 2)))
         "
    )
}
