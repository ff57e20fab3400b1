//! What the cells found: a line for each, and a table.

use crate::Error;

/// The result of a cell on one server.
pub(crate) enum Outcome {
    /// The crate did as it should; what the server did.
    Passed(String),
    /// The server does not support it, and why.
    NotOffered(&'static str),
}

#[derive(Default)]
pub(crate) struct Report {
    servers: Vec<&'static str>,
    rows: Vec<Row>,
    passed: usize,
    failed: usize,
}

/// The results of a cell on all servers.
struct Row {
    cell: &'static str,
    results: Vec<String>,
}

impl Report {
    /// Prints the result and keeps it for the table.
    pub(crate) fn add(&mut self, server: &'static str, cell: &'static str, outcome: Result<Outcome, Error>) {
        let result = match outcome {
            Ok(Outcome::Passed(seen)) => {
                self.passed += 1;
                if seen.is_empty() { "passed".to_owned() } else { format!("passed: {seen}") }
            }
            Ok(Outcome::NotOffered(why)) => format!("not offered: {why}"),
            Err(error) => {
                self.failed += 1;
                format!("FAILED: {error}")
            }
        };
        println!("{server} | {cell} | {result}");
        if !self.servers.contains(&server) {
            self.servers.push(server);
        }
        match self.rows.iter_mut().find(|row| row.cell == cell) {
            Some(row) => row.results.push(result),
            None => self.rows.push(Row { cell, results: vec![result] }),
        }
    }

    /// A row for each cell, a column for each server.
    pub(crate) fn table(&self) -> String {
        let mut table = format!("| | {} |\n|---{}|\n", self.servers.join(" | "), "|---".repeat(self.servers.len()));
        for row in &self.rows {
            table.push_str(&format!("| {} | {} |\n", row.cell, row.results.join(" | ")));
        }
        table
    }

    /// Prints the last line. Returns whether nothing failed.
    pub(crate) fn finish(&self) -> bool {
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}
