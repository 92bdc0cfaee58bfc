//! What the process tells who started it.

/// The exit status of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(u8);

impl Status {
    /// All went well.
    pub(crate) const SUCCESS: Self = Self(0);
    /// A bug of ours: the status of a Rust program that panicked.
    pub(crate) const PANICKED: Self = Self(101);

    /// Ends the process, after standard output was written out.
    pub(crate) fn exit(self) -> ! {
        std::process::exit(self.0.into())
    }
}

impl From<u8> for Status {
    fn from(status: u8) -> Self {
        Self(status)
    }
}
