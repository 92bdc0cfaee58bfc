//! How fast images are verified.
//!
//! ```text
//! cargo run --release -p cozen-vm --example verify_speed -- IMAGE…
//! ```
//!
//! For each image: its bytes, those of its segments and of its bytecode; then millions of bytes of the file, and of its
//! segments, that are verified in a second, the loader's checks included; and the share that these take.

#![expect(clippy::print_stdout, reason = "a table for whoever runs the example")]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use loader::{ImageView, SegmentKind};
use vm::verify_image;

/// How long each image is verified.
const TIME: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    println!("     bytes  segments  bytecode   MB/s  MB/s of segments  loader's share  image");
    for name in std::env::args().skip(1) {
        let file = std::fs::read(&name)?;
        let view = ImageView::parse(&file)?;
        let segments: usize = SegmentKind::ALL
            .map(|kind| view.segment(kind).len())
            .iter()
            .sum();
        let bytecode: usize = view.contents().procedures().map(|it| it.code.len()).sum();
        verify_image(&file)?;
        let all = seconds_each(|| black_box(verify_image(black_box(&file))).is_ok());
        let loader = seconds_each(|| ImageView::parse(black_box(&file)).is_ok());
        println!(
            "{:>10} {segments:>9} {bytecode:>9} {:>6.0} {:>17.0} {:>14.0}%  {name}",
            file.len(),
            file.len() as f64 / all / 1e6,
            segments as f64 / all / 1e6,
            100.0 * loader / all,
        );
    }
    Ok(())
}

/// Seconds that `work` takes, which answers whether it worked. The least of all turns: others run on the machine, too.
fn seconds_each(work: impl Fn() -> bool) -> f64 {
    let start = Instant::now();
    let mut least = Duration::MAX;
    while start.elapsed() < TIME {
        let turn = Instant::now();
        assert!(work(), "it worked before");
        least = least.min(turn.elapsed());
    }
    least.as_secs_f64()
}
