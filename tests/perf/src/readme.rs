//! The table in the README of the crate, between two markers: written by a whole run, compared by one that only counts.

use crate::{Row, svg::grouped};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
const MARKERS: [&str; 2] = ["<!-- costs: written by tests/perf/run.sh -->\n", "<!-- end of costs -->"];

const COLUMNS: [&str; 7] = [
    "instructions, login",
    "instructions, refresh",
    "allocations, login",
    "bytes, login",
    "crates",
    "WASM, KB",
    "gzipped, KB",
];

/// How far a figure may be from what the README says. Another processor may copy memory in another way, which is up to
/// 3.5 % of the instructions.
const INSTRUCTIONS: f64 = 0.05;
const SIZES: f64 = 0.01;

/// The columns of one row. What was not measured is 0.
fn values(row: &Row) -> [(f64, f64); COLUMNS.len()] {
    let (login, refresh) = (&row.login, &row.refresh);
    let instructions = [login.instructions, refresh.instructions].map(|count| (count as f64, INSTRUCTIONS));
    let counts = [login.allocations, login.bytes, row.crates].map(|count| (count as f64, SIZES));
    let sizes = [row.wasm, row.gzipped].map(|bytes| (bytes as f64 / 1000.0, SIZES));
    [instructions[0], instructions[1], counts[0], counts[1], counts[2], sizes[0], sizes[1]]
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("| | {} |\n|---{}|\n", COLUMNS.join(" | "), "|---:".repeat(COLUMNS.len()));
    for row in rows {
        let cells = values(row).into_iter().zip(COLUMNS).map(|((value, _), column)| match value {
            0.0 => "-".into(),
            value if column.ends_with("KB") => format!("{value:.1}"),
            value => grouped(value as u64),
        });
        let name = if row.name == "authcode" { "**authcode**" } else { row.name };
        text += &format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    text
}

/// What is before the table, the table, and what is behind it.
fn parts(readme: &str) -> [&str; 3] {
    let (before, rest) = readme.split_once(MARKERS[0]).expect("the README has a place for the table");
    let (table, after) = rest.split_once(MARKERS[1]).expect("the place has an end");
    [before, table, after]
}

fn read() -> String {
    std::fs::read_to_string(PATH).expect("there is a README")
}

pub(crate) fn write(rows: &[Row]) {
    let readme = read();
    let [before, _, after] = parts(&readme);
    let text = [before, MARKERS[0], &table(rows), MARKERS[1], after].concat();
    std::fs::write(PATH, text).expect("the README is written");
}

/// A line for each figure of the README that is no longer true.
pub(crate) fn outdated(rows: &[Row]) -> Vec<String> {
    let readme = read();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace(',', "")).collect();
    let said: Vec<Vec<String>> = parts(&readme)[1].lines().skip(2).map(cells).collect();
    let mut outdated = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (value, room)) in values(row).into_iter().enumerate() {
            let said = said.get(index).and_then(|cells| cells.get(column + 1)).map_or("nothing", String::as_str);
            let is_true = match said.parse::<f64>() {
                Ok(said) => (value - said).abs() <= room * said,
                Err(_) => said == "-" && value == 0.0,
            };
            if !is_true {
                let (name, column) = (row.name, COLUMNS[column]);
                outdated.push(format!(
                    "README.md says {said} ({name}, {column}), measured {value}: run tests/perf/run.sh and commit what it writes"
                ));
            }
        }
    }
    outdated
}
