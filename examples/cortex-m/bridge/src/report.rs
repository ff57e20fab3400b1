//! The report: a line for each scenario, a table of measures, a summary.

use std::process::ExitCode;

use crate::Failure;
use crate::session::Measure;

/// The budgets, in bytes: flash of the crate with its dependencies, heap, stack.
const FLASH_BUDGET: usize = 80 * 1024;
const HEAP_BUDGET: usize = 8 * 1024;
const STACK_BUDGET: usize = 8 * 1024;

#[derive(Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
    tables: String,
}

impl Tally {
    pub(crate) fn note(&mut self, name: &str, outcome: Result<(), Failure>) {
        match outcome {
            Ok(()) => {
                println!("  ok      {name}");
                self.passed += 1;
            }
            Err(error) => {
                println!("  FAILED  {name}: {error}");
                self.failed += 1;
            }
        }
    }

    /// Notes what a board needs, and compares it with the budgets. `sizes`: flash of the program and of its twin, and
    /// static memory.
    pub(crate) fn measure(&mut self, board: &str, sizes: [usize; 3], measures: &[Measure]) {
        let [whole, twin, statics] = sizes;
        let of_crate = whole.saturating_sub(twin);
        let peak = |field: fn(&Measure) -> usize| measures.iter().map(field).max().unwrap_or_default();
        let (heap, overhead, stack) = (peak(|m| m.heap), peak(|m| m.heap_with_overhead), peak(|m| m.stack));
        if self.tables.is_empty() {
            self.tables.push_str(
                "\n| board | flash, crate and dependencies | flash, whole program | static memory with the heap \
                 | peak heap | the same with the allocator's overhead | peak stack |\n|---|---|---|---|---|---|---|\n",
            );
        }
        self.tables
            .push_str(&format!("| {board} | {of_crate} | {whole} | {statics} | {heap} | {overhead} | {stack} |\n"));
        println!("  phase by phase: heap, with overhead, stack");
        for phase in phases(measures) {
            let peak = |field: fn(&Measure) -> usize| {
                measures.iter().filter(|measure| measure.phase == phase).map(field).max().unwrap_or_default()
            };
            println!(
                "    {phase:<18} {:>5} {:>5} {:>5}",
                peak(|m| m.heap),
                peak(|m| m.heap_with_overhead),
                peak(|m| m.stack)
            );
        }
        for (what, measured, budget) in [
            ("flash of the crate with its dependencies", of_crate, FLASH_BUDGET),
            ("peak heap, with the allocator's overhead", overhead, HEAP_BUDGET),
            ("peak stack", stack, STACK_BUDGET),
        ] {
            let within = if measured <= budget { Ok(()) } else { Err(format!("{measured} bytes").into()) };
            self.note(&format!("{what}: at most {budget} bytes"), within);
        }
    }

    /// Prints the tables and the summary.
    pub(crate) fn conclude(self) -> ExitCode {
        let Self { passed, failed, tables } = self;
        println!("{tables}\n{passed} passed, {failed} failed");
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The names of the phases, in the order of their first measure.
fn phases(measures: &[Measure]) -> Vec<&str> {
    let mut names = Vec::new();
    for measure in measures {
        if !names.contains(&measure.phase.as_str()) {
            names.push(measure.phase.as_str());
        }
    }
    names
}
