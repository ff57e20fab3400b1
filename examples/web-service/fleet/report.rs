//! The report: checks, which pass or fail, and figures.

use core::fmt::Display;

use crate::Failure;

#[derive(Default)]
pub(crate) struct Report {
    passed: usize,
    failed: usize,
}

impl Report {
    pub(crate) fn part(&self, title: &str) {
        println!("\n{title}");
    }

    pub(crate) fn check(&mut self, what: &str, holds: bool) {
        if holds {
            self.passed += 1;
            println!("  ok      {what}");
        } else {
            self.failed += 1;
            println!("  FAILED  {what}");
        }
    }

    /// Checks that two values are equal.
    pub(crate) fn equal<T: PartialEq + Display>(&mut self, what: &str, seen: T, wanted: T) {
        let holds = seen == wanted;
        let text = if holds { format!("{what}: {seen}") } else { format!("{what}: {seen}, not {wanted}") };
        self.check(&text, holds);
    }

    pub(crate) fn figure(&self, what: &str, value: impl Display) {
        println!("          {what}: {value}");
    }

    /// Counts a part that ended with an error as a failed check. The other parts still run.
    pub(crate) fn ended(&mut self, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            self.check(&format!("the part completes: {failure}"), false);
        }
    }

    /// Prints the last line, and returns whether all checks have passed.
    pub(crate) fn finish(&self) -> bool {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}
