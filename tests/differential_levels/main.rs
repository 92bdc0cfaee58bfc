//! Programs print the same on every level of optimization.

mod generator;
mod numeric;
#[path = "../support/runtime.rs"]
mod runtime;

use std::num::NonZeroU32;

use cozen::{Level, Tier, Zeal};
use proptest::collection::vec;
use proptest::prelude::*;
use runtime::runtime_builder;

/// Makes two closures and a pair many times, and says how many bytes that took each time.
const ALLOCATING: &str = "
(define (make a b c d)
  (let ((small (lambda () (list a b c))) (large (lambda () (list a b c d)))) (cons small large)))
(define (allocated) (cdr (assq 'allocated-bytes (gc-statistics))))
(define kept #f)
(define (bytes-each count)
  (let ((before (allocated)))
    (do ((i 0 (+ i 1))) ((= i count)) (set! kept (make i 'b 'c 'd)))
    (quotient (- (allocated) before) count)))
(bytes-each 100000)";

#[test]
fn closures_that_hold_one_another_take_fewer_bytes() {
    let bytes_each = |level| {
        let mut runtime = runtime_builder().level(level).build().expect("a runtime");
        runtime.enter(|scheme| scheme.evaluate::<i64>(ALLOCATING).expect("it runs"))
    };
    // A pair, and closures of three and of four variables, or of three variables and of two.
    assert_eq!(bytes_each(Level::Basic), 16 + 48 + 48);
    assert_eq!(bytes_each(Level::Full), 16 + 48 + 32);
}

/// What a random program writes on a level, in a tier; with a collection at every `zeal`th place.
fn written(level: Level, tier: Tier, zeal: Option<NonZeroU32>, program: &str) -> String {
    let mut builder = runtime_builder().level(level).tier(tier);
    if let Some(every) = zeal {
        builder = builder.zeal(Zeal::Every(every));
    }
    let mut runtime = builder.build().expect("a runtime");
    runtime.enter(|scheme| {
        scheme
            .evaluate::<String>(program)
            .unwrap_or_else(|error| panic!("{error}\n{program}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_programs_write_the_same_on_all_levels_in_all_tiers(bytes in vec(any::<u8>(), 0..1200)) {
        let program = generator::program(&bytes);
        let wanted = written(Level::None, Tier::Bytecode, None, &program);
        let seed = bytes.len() as u64;
        // Each program in one of the ways in which there is native code: making it takes time.
        let native = [
            (Level::Full, Tier::Mixed(seed)),
            (Level::Full, Tier::Native),
            (Level::None, Tier::Mixed(seed)),
            (Level::None, Tier::Native),
        ];
        for (level, tier) in [
            (Level::Basic, Tier::Bytecode),
            (Level::Full, Tier::Bytecode),
            native[bytes.len() % native.len()],
        ] {
            let found = written(level, tier, None, &program);
            prop_assert_eq!(&found, &wanted, "{:?} {:?} {}", level, tier, &program);
        }
    }

    #[test]
    fn random_programs_write_the_same_while_everything_moves(bytes in vec(any::<u8>(), 0..600)) {
        let program = generator::program(&bytes);
        let wanted = written(Level::Full, Tier::Bytecode, None, &program);
        let seed = bytes.len() as u64;
        let tiers = [Tier::Native, Tier::Mixed(seed), Tier::Native, Tier::Bytecode];
        let tier = tiers[bytes.len() % tiers.len()];
        let every = NonZeroU32::new(1 + seed as u32 % 3);
        let found = written(Level::Full, tier, every, &program);
        prop_assert_eq!(&found, &wanted, "{:?} {:?} {}", tier, every, &program);
    }
}
