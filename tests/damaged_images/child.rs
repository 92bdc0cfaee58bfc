//! The process that runs images: each that it is told, until one is its end.

use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use cozen::{Error, Interrupt, Retention, Runtime, Zeal, verify_image};

/// What stands in front of each answer.
pub(crate) const ANSWER: &str = "\u{1}answer ";

/// After this time a program is interrupted.
const TIME_LIMIT: Duration = Duration::from_millis(1500);

/// Bytes that the heap and the stack of a program may take.
const HEAP_BYTES: usize = 64 << 20;
const STACK_BYTES: usize = 4 << 20;

/// One image in so many runs with zeal: dead slots are poisoned, and the heap is verified.
const ZEAL: usize = 8;

/// Runs the images that standard input names, one a line. Answers on standard error.
pub(crate) fn serve() {
    for (number, file) in std::io::stdin().lock().lines().enumerate() {
        let has_zeal = number % ZEAL == ZEAL - 1;
        let image = std::fs::read(file.expect("a line")).expect("the image is there");
        let answer = catch_unwind(AssertUnwindSafe(|| run(&image, has_zeal)));
        let answer = answer.unwrap_or_else(|_| "panic".to_owned());
        // What a program writes to standard error may end in the middle of a line.
        let line = format!("\n{ANSWER}{}\n", answer.replace('\n', " "));
        let written = std::io::stderr().write_all(line.as_bytes());
        written.expect("somebody listens");
    }
}

/// Runs an image if it passes the verifier, with collections and checks of the heap all over if `has_zeal`; how it
/// ended.
fn run(image: &[u8], has_zeal: bool) -> String {
    let image = match verify_image(image, "image") {
        Ok(image) => image,
        Err(error) => return format!("refused {}", error.with_causes()),
    };
    let mut builder = Runtime::builder()
        .heap_bytes_max(HEAP_BYTES)
        .stack_bytes_max(STACK_BYTES)
        .command_line(vec!["image".to_owned()]);
    if has_zeal {
        builder = builder.zeal(Zeal::Paced { seed: 1 });
    }
    let mut runtime = builder.build().expect("a runtime");
    let (stop, stopped) = channel::<()>();
    let interrupt = runtime.interrupt();
    let watchdog = std::thread::spawn(move || {
        let mut limit = TIME_LIMIT;
        while stopped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            Interrupt::request(&interrupt);
            limit = Duration::from_millis(50);
        }
    });
    let ended = runtime.enter(|scheme| scheme.run_image(&image, "image", Retention::Reached));
    drop(stop);
    watchdog.join().expect("the watchdog does not panic");
    let ended = match ended {
        Ok(()) | Err(Error::Exit(_)) => runtime.flush().map(|()| "done".to_owned()),
        other => other.map(|()| String::new()),
    };
    if !matches!(ended, Err(Error::Broken)) {
        // A heap that was broken is found now.
        runtime.enter(|scheme| {
            scheme.collect();
        });
    }
    match ended {
        Ok(done) => done,
        Err(Error::Broken) => "panic".to_owned(),
        Err(Error::Interrupted { .. }) => "interrupted".to_owned(),
        Err(error) => format!("raised {error}"),
    }
}
