//! A child process, and the answers that it gives.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::child::ANSWER;

/// A child that does not answer for so long hangs.
const HANG: Duration = Duration::from_secs(20);

/// How an image ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A check failed.
    Refused(String),
    /// It ran: how it ended, and what it wrote.
    Ran { ended: String, output: Vec<u8> },
    /// It ran on until it was interrupted.
    RanOn,
    /// The process ended.
    Crash(String),
    /// The process did not answer.
    Hang,
}

/// Runs images in a process of its own.
pub(crate) struct Worker {
    folder: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    answers: Receiver<String>,
    output: File,
}

impl Worker {
    /// A worker whose programs run in this folder.
    pub(crate) fn new(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).expect("a folder for the programs");
        Self {
            folder,
            running: None,
        }
    }

    /// Runs an image.
    pub(crate) fn run(&mut self, image: &[u8]) -> Outcome {
        let file = self.folder.join("image.czo");
        std::fs::write(&file, image).expect("the image is written");
        let folder = &self.folder;
        let running = self.running.get_or_insert_with(|| Running::start(folder));
        let outcome = running.run(&file);
        if matches!(outcome, Outcome::Crash(_) | Outcome::Hang) {
            let mut ended = self.running.take().expect("it was running");
            let _ = ended.child.kill();
            let _ = ended.child.wait();
        }
        outcome
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Running {
    fn start(folder: &Path) -> Self {
        let output = folder.join("output");
        let options = || {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            options
        };
        let output_of_child = options().open(&output).expect("a file for the output");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([crate::TEST_OF_CHILD, "--exact", "--nocapture"])
            .env(crate::CHILD, "1")
            .env("RUST_MIN_STACK", (64 << 20).to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(output_of_child)
            .stderr(Stdio::piped())
            .spawn()
            .expect("a child process");
        let errors = child.stderr.take().expect("standard error is a pipe");
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let mut last = String::new();
            for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                match line.strip_prefix(ANSWER) {
                    Some("panic") => {
                        let _ = send.send(format!("panic {last}"));
                        last.clear();
                    }
                    Some(answer) => {
                        let _ = send.send(answer.to_owned());
                        last.clear();
                    }
                    None if last.len() < 2000 => {
                        last.push_str(&line);
                        last.push(' ');
                    }
                    None => {}
                }
            }
            let _ = send.send(format!("end {last}"));
        });
        Self {
            child,
            answers,
            output: options().read(true).open(&output).expect("the output"),
        }
    }

    fn run(&mut self, image: &Path) -> Outcome {
        self.output.set_len(0).expect("the output is emptied");
        let line = format!("{}\n", image.display());
        let input = self.child.stdin.as_mut().expect("standard input is a pipe");
        // A child that has ended says so below.
        let _ = input.write_all(line.as_bytes());
        let answer = match self.answers.recv_timeout(HANG) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => return Outcome::Hang,
            Err(RecvTimeoutError::Disconnected) => "end".to_owned(),
        };
        let (word, rest) = answer.split_once(' ').unwrap_or((&answer, ""));
        match word {
            "refused" => Outcome::Refused(rest.to_owned()),
            "interrupted" => Outcome::RanOn,
            "panic" => Outcome::Crash(format!("panic: {rest}")),
            "end" => {
                let status = self.child.wait();
                Outcome::Crash(format!("{status:?}: {rest}"))
            }
            _ => Outcome::Ran {
                ended: answer,
                output: self.written(),
            },
        }
    }

    fn written(&self) -> Vec<u8> {
        use std::os::unix::fs::FileExt as _;
        let mut bytes = vec![0; 1 << 20];
        let read = self.output.read_at(&mut bytes, 0).unwrap_or_default();
        bytes.truncate(read);
        bytes
    }
}
