//! Letters of three by five dots.

/// From one letter to the next, in dots.
pub(super) const STEP: u64 = 4;

const COLUMNS: u32 = 3;
const ROWS: u32 = 5;

/// Each letter as five octal digits: a digit is a row, from the top, and its bits are the dots, from the left.
const LETTERS: [(char, u16); 54] = [
    ('A', 0o25755),
    ('B', 0o65656),
    ('C', 0o34443),
    ('D', 0o65556),
    ('E', 0o74647),
    ('F', 0o74644),
    ('G', 0o34553),
    ('H', 0o55755),
    ('I', 0o72227),
    ('J', 0o11152),
    ('K', 0o55655),
    ('L', 0o44447),
    ('M', 0o57755),
    ('N', 0o65555),
    ('O', 0o25552),
    ('P', 0o65644),
    ('Q', 0o25563),
    ('R', 0o65655),
    ('S', 0o34216),
    ('T', 0o72222),
    ('U', 0o55557),
    ('V', 0o55552),
    ('W', 0o55775),
    ('X', 0o55255),
    ('Y', 0o55222),
    ('Z', 0o71247),
    ('0', 0o75557),
    ('1', 0o26227),
    ('2', 0o61247),
    ('3', 0o71317),
    ('4', 0o55711),
    ('5', 0o74616),
    ('6', 0o34757),
    ('7', 0o71244),
    ('8', 0o75757),
    ('9', 0o75716),
    ('.', 0o00002),
    (',', 0o00024),
    (':', 0o02020),
    (';', 0o02024),
    ('-', 0o00700),
    ('_', 0o00007),
    ('+', 0o02720),
    ('=', 0o07070),
    ('/', 0o11244),
    ('(', 0o12221),
    (')', 0o42224),
    ('[', 0o32223),
    (']', 0o62226),
    ('*', 0o05250),
    ('#', 0o57575),
    ('%', 0o51245),
    ('@', 0o25743),
    ('\'', 0o22000),
];

/// What is no letter here.
const UNKNOWN: u16 = 0o71202;

/// The dots of a letter: column and row. Small letters look like capitals.
pub(super) fn dots(letter: char) -> impl Iterator<Item = (u64, u64)> {
    let wanted = letter.to_ascii_uppercase();
    let known = LETTERS.iter().find(|(each, _)| *each == wanted);
    let bits = match known {
        Some(&(_, bits)) => bits,
        None if letter == ' ' => 0,
        None => UNKNOWN,
    };
    (0..ROWS * COLUMNS)
        .filter(move |place| bits >> (ROWS * COLUMNS - 1 - place) & 1 != 0)
        .map(|place| ((place % COLUMNS).into(), (place / COLUMNS).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_letters_look_alike() {
        for (index, (letter, bits)) in LETTERS.iter().enumerate() {
            let twin = LETTERS[index + 1..].iter().find(|(_, other)| other == bits);
            assert_eq!(twin, None, "{letter}");
        }
    }
}
