//! Programs in which operands return more than once write the same in every tier.
//!
//! What bytecode without optimization writes is taken for right: its frames are copied whole, and nothing
//! of them is anywhere else.

mod generator;

use std::num::NonZeroU32;

use cozen::{Level, Runtime, Tier};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a program writes on a level, in a tier; with a collection at every `zeal`th place.
fn written(level: Level, tier: Tier, zeal: Option<NonZeroU32>, program: &str) -> String {
    let mut builder = Runtime::builder().level(level).tier(tier);
    if let Some(every) = zeal {
        builder = builder.zeal(every);
    }
    let mut runtime = builder.build().expect("a runtime");
    runtime.enter(|scheme| {
        scheme
            .evaluate::<String>(program)
            .unwrap_or_else(|error| panic!("{error}\n{program}"))
    })
}

fn assert_agree(bytes: &[u8], ways: &[(Level, Tier, Option<NonZeroU32>)]) {
    let program = generator::program(bytes);
    let wanted = written(Level::None, Tier::Bytecode, None, &program);
    for &(level, tier, zeal) in ways {
        let found = written(level, tier, zeal, &program);
        assert_eq!(found, wanted, "{level:?} {tier:?} {zeal:?} {program}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn operands_that_return_again_find_their_frames_as_they_were(bytes in vec(any::<u8>(), 0..1000)) {
        let seed = bytes.len() as u64;
        assert_agree(&bytes, &[
            (Level::None, Tier::Native, None),
            (Level::Full, Tier::Native, None),
            (Level::Full, Tier::Mixed(seed), None),
            (Level::Full, Tier::Bytecode, None),
        ]);
    }

    #[test]
    fn operands_return_again_while_everything_moves(bytes in vec(any::<u8>(), 0..300)) {
        let every = NonZeroU32::new(5 + bytes.len() as u32 % 7);
        let level = [Level::None, Level::Full][bytes.len() % 2];
        assert_agree(&bytes, &[(level, Tier::Native, every)]);
    }
}
