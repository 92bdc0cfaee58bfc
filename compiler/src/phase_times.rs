//! How long the phases of a compilation take.

use std::fmt;
use std::time::{Duration, Instant};

/// Phases in the order in which they ended, with the wall time that each took; none if nobody asks for times, for which
/// the system takes longer than a phase of a small form.
#[derive(Clone, Debug, Default)]
pub struct PhaseTimes {
    phases: Vec<(&'static str, Duration)>,
    /// `None` if nobody asks.
    since: Option<Instant>,
}

impl PhaseTimes {
    /// Measures from here on, if somebody asks for times.
    pub fn new(is_wanted: bool) -> Self {
        Self {
            phases: Vec::new(),
            since: is_wanted.then(Instant::now),
        }
    }

    /// Everything since the last phase was `name`.
    pub fn record(&mut self, name: &'static str) {
        if let Some(since) = self.since {
            self.phases.push((name, since.elapsed()));
            self.resume();
        }
    }

    /// What happened since the last phase belongs to none.
    pub fn resume(&mut self) {
        if let Some(since) = &mut self.since {
            *since = Instant::now();
        }
    }

    /// Puts a phase that was measured elsewhere before all others.
    pub fn precede(&mut self, name: &'static str, time: Duration) {
        self.phases.insert(0, (name, time));
    }

    /// The phases, in order.
    pub fn phases(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        self.phases.iter().copied()
    }
}

/// A table: milliseconds, share, name.
impl fmt::Display for PhaseTimes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: Duration = self.phases().map(|(_, time)| time).sum();
        for (name, time) in self.phases().chain([("total", total)]) {
            let share = time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            writeln!(
                formatter,
                "{:>10.2} ms {:>5.1} %  {name}",
                time.as_secs_f64() * 1e3,
                share * 100.0
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_listed_in_order_with_their_sum() {
        let times = PhaseTimes {
            phases: vec![
                ("inline", Duration::from_micros(1500)),
                ("link", Duration::from_micros(500)),
            ],
            ..PhaseTimes::default()
        };
        insta::assert_snapshot!(times, @r"
              1.50 ms  75.0 %  inline
              0.50 ms  25.0 %  link
              2.00 ms 100.0 %  total
        ");
    }
}
