//! The toy language's heap in use: allocation, polls, a root, a guardian.
#![expect(clippy::print_stdout, reason = "an example prints")]

use gc::toy::enter;
use gc::{HeapOptions, Outcome, Scope};

fn main() {
    enter(&HeapOptions::default(), |session| {
        // Values borrow from the session: this one is gone after the first collection.
        let pair = session.pair(session.integer(1), session.integer(2));
        let kept = session.push_root(pair);

        // A guardian tells when nothing else reaches an object.
        let guardian = session.push_root(session.guardian());
        let lost = session.vector(&[session.integer(42)]);
        session.guard(session.root(guardian), lost);

        // Ten million garbage pairs, with a poll at each.
        for number in 0..10_000_000 {
            session.pair(session.integer(number), session.root(kept));
            assert_eq!(session.poll(), Outcome::Done);
        }

        let first = session.field(session.root(kept), 0);
        println!("kept: {:?}", session.as_integer(first));
        let lost = session
            .guarded(session.root(guardian))
            .expect("nothing else reaches it");
        println!(
            "lost and found: {:?}",
            session.as_integer(session.field(lost, 0))
        );

        assert_eq!(session.collect(Scope::Full), Outcome::Done);
        println!("{:#?}", session.mutator().statistics());
    })
    .expect("address space");
}
