//! Measures the crate and its peers on the same login, prints a table and one line `name value limit` for each figure,
//! draws the picture and writes the table into the README. Exits with 1 if a limit is missed.
//!
//! `--counted` leaves out what needs a clock, and instead of writing compares what the README says.

mod measure;
mod readme;
mod svg;

use std::process::ExitCode;

use measure::{Cost, build_seconds, crates, gzipped, instructions, login_nanoseconds, memory, module, sections};

const SUBJECTS: [&str; 6] = ["authcode", "oauth2", "openidconnect", "io-oauth", "duties", "floor"];

/// How often a login is run under callgrind: the mean takes in that the generator works for several draws at once.
const LOGINS: usize = 8;

/// What a figure must not exceed.
enum Limit {
    AtMost(f64),
    /// What was reached, with a little room, where what was asked for was not.
    Reached {
        limit: f64,
        asked: f64,
    },
    None,
}
use Limit::{AtMost, Reached};

struct Figure(&'static str, f64, Limit);

/// What is known of one subject. What it cannot do, or was not built for, is 0.
struct Row {
    name: &'static str,
    login: Cost,
    refresh: Cost,
    crates: u64,
    wasm: u64,
    gzipped: u64,
}

fn main() -> ExitCode {
    let counted = std::env::args().any(|arg| arg == "--counted");
    let rows: Vec<Row> = SUBJECTS.into_iter().map(row).collect();
    print_table(&rows);
    let figures = figures(&rows, counted);
    let mut missed = 0;
    println!();
    if counted {
        for line in readme::outdated(&rows) {
            println!("{line}");
            missed += 1;
        }
    } else {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/login.svg"), svg::draw(&rows))
            .expect("the picture is written");
        readme::write(&rows);
    }
    for Figure(name, value, limit) in figures {
        let value = if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.3}") };
        let (limit, asked) = match limit {
            AtMost(limit) => (limit, String::new()),
            Reached { limit, asked } => (limit, format!(" asked {asked}")),
            Limit::None => {
                println!("{name} {value} -");
                continue;
            }
        };
        let is_missed = value.parse::<f64>().is_ok_and(|value| value > limit);
        missed += usize::from(is_missed);
        println!("{name} {value} {limit}{asked}{}", if is_missed { " MISSED" } else { "" });
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(name: &'static str) -> Row {
    eprintln!("measuring {name}");
    let cost = |figure| {
        let (allocations, bytes) = memory(name, &[figure]);
        Cost { instructions: instructions(name, figure, LOGINS, None), allocations, bytes }
    };
    let wasm = match name {
        "authcode" => Some("authcode-default"),
        "oauth2" => Some("oauth2"),
        // Without the login: JSON, SHA-256 and base64.
        "duties" => Some("parts"),
        _ => None,
    }
    .map(module);
    Row {
        name,
        login: cost("login"),
        refresh: if name == "floor" { Cost::default() } else { cost("refresh") },
        crates: if name == "floor" { 0 } else { crates(name) },
        wasm: wasm.as_deref().map_or(0, |file| std::fs::metadata(file).expect("the module is there").len()),
        gzipped: wasm.as_deref().map_or(0, gzipped),
    }
}

fn print_table(rows: &[Row]) {
    let number = |value: u64| if value == 0 { "-".into() } else { value.to_string() };
    println!(
        "| | instructions, login | allocations | bytes | instructions, refresh | allocations | bytes | crates | WASM | gzipped |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for Row { name, login, refresh, crates, wasm, gzipped } in rows {
        let costs = [login, refresh].map(|cost| {
            let numbers = [cost.instructions, cost.allocations, cost.bytes].map(number);
            numbers.join(" | ")
        });
        println!("| {name} | {} | {} | {} | {} |", costs.join(" | "), number(*crates), number(*wasm), number(*gzipped));
    }
}

fn figures(rows: &[Row], counted: bool) -> Vec<Figure> {
    let (own, oauth2, duties) = (&rows[0], &rows[1], &rows[4]);
    let ratio = |one: u64, other: u64| one as f64 / other as f64;
    let own_count = |figure: &str, times, detail: usize| instructions("authcode", figure, times, Some(detail));

    eprintln!("measuring what only the crate does");
    let strangers = [0, 1, 2].map(|case| own_count("refuse", LOGINS, case));
    let stranger_allocations = ["0", "1", "2"].map(|case| memory("authcode", &["refuse", case]).0);
    let (small, medium, large) = (1 << 10, 1 << 16, 1 << 20);
    let responses = [small, medium, large].map(|len| own_count("response", 2, len));
    let plain = [small, medium, large].map(|len| own_count("plain", 2, len));
    let careful = [small, medium, large].map(|len| instructions("duties", "response", 2, Some(len)));
    let pending = [500, 5000].map(|logins| instructions("authcode", "pending", logins, None));
    let (held, resident) = memory("authcode", &["pending", "1000000"]);
    let (text, rodata) = sections();

    println!();
    println!(
        "refused, instructions: another path {}, another host {}, another state {}",
        strangers[0], strangers[1], strangers[2]
    );
    println!(
        "response of 1 KiB, 64 KiB, 1 MiB, instructions: {responses:?}; serde_json into a plain struct: {plain:?}; duties: {careful:?}"
    );
    println!(
        "a million pending logins: {held} bytes each asked for, {resident} resident; to wait and come back: {} instructions",
        pending[1]
    );
    println!("thumbv7em-none-eabihf: .text {text}, .rodata {rodata}");

    let mut figures = vec![
        Figure("login_allocations", own.login.allocations as f64, AtMost(11.0)),
        Figure("login_bytes_allocated", own.login.bytes as f64, AtMost(4000.0)),
        Figure("login_instructions", own.login.instructions as f64, Limit::None),
        Figure(
            "login_instructions_of_oauth2",
            ratio(own.login.instructions, oauth2.login.instructions),
            Reached { limit: 0.68, asked: 0.60 },
        ),
        Figure(
            "login_instructions_duties_of_oauth2",
            ratio(duties.login.instructions, oauth2.login.instructions),
            Limit::None,
        ),
        Figure(
            "refresh_instructions_of_oauth2",
            ratio(own.refresh.instructions, oauth2.refresh.instructions),
            Reached { limit: 1.00, asked: 0.60 },
        ),
        Figure(
            "refresh_instructions_duties_of_oauth2",
            ratio(duties.refresh.instructions, oauth2.refresh.instructions),
            Limit::None,
        ),
        Figure("redirect_not_ours_instructions", strangers[0].max(strangers[1]) as f64, AtMost(1500.0)),
        Figure("redirect_with_another_state_instructions", strangers[2] as f64, Limit::None),
        Figure("refused_redirect_allocations", stranger_allocations.into_iter().sum::<u64>() as f64, AtMost(0.0)),
        Figure("response_1_kib_of_serde_json", ratio(responses[0], plain[0]), Reached { limit: 2.2, asked: 1.3 }),
        Figure("response_1_kib_duties_of_serde_json", ratio(careful[0], plain[0]), Limit::None),
        Figure("response_1_mib_of_serde_json", ratio(responses[2], plain[2]), Reached { limit: 1.75, asked: 1.3 }),
        Figure("response_growth_64_kib_to_1_mib", ratio(responses[2], responses[1]) / 16.0, AtMost(1.1)),
        Figure("stored_login_bytes", memory("authcode", &["stored"]).1 as f64, AtMost(256.0)),
        Figure("pending_login_bytes", held as f64, AtMost(400.0)),
        Figure("pending_login_growth_500_to_5000", ratio(pending[1], pending[0]), AtMost(1.1)),
        Figure("wasm_bytes", own.wasm as f64, AtMost(78_000.0)),
        Figure("wasm_gzipped_bytes", own.gzipped as f64, AtMost(34_000.0)),
        Figure("thumbv7em_text_and_rodata_bytes", (text + rodata) as f64, AtMost(46_000.0)),
        Figure("crates_without_default_features", own.crates as f64, AtMost(24.0)),
        Figure("crates_with_default_features", crates("authcode-default") as f64, AtMost(60.0)),
        Figure("crates_with_all_features", crates("authcode-all") as f64, AtMost(60.0)),
    ];
    if !counted {
        let nanoseconds = login_nanoseconds(&["authcode", "oauth2"], "login", 2000);
        figures.push(Figure("login_time_of_oauth2", nanoseconds[0] / nanoseconds[1], Limit::None));
        let nanoseconds = login_nanoseconds(&["authcode", "oauth2"], "refresh", 2000);
        figures.push(Figure("refresh_time_of_oauth2", nanoseconds[0] / nanoseconds[1], Limit::None));
        let each = [100_000, 1_000_000].map(|logins| login_nanoseconds(&["authcode"], "pending", logins)[0]);
        figures.push(Figure("pending_login_time_growth_100_000_to_1_000_000", each[1] / each[0], Limit::None));
        let subjects = ["authcode", "oauth2", "duties", "authcode-default"];
        let seconds = build_seconds(subjects);
        print!("a clean build, seconds by the clock and of processors:");
        for (subject, (clock, processors)) in subjects.iter().zip(seconds) {
            print!(" {subject} {clock:.1} {processors:.1}");
        }
        println!();
        let [own, oauth2, duties, default] = seconds;
        figures.push(Figure("build_time_of_oauth2", own.0 / oauth2.0, AtMost(0.5)));
        figures.push(Figure("build_time_duties_of_oauth2", duties.0 / oauth2.0, Limit::None));
        figures.push(Figure("build_time_with_default_features_of_oauth2", default.0 / oauth2.0, Limit::None));
        figures.push(Figure("build_processor_time_of_oauth2", own.1 / oauth2.1, Limit::None));
        figures.push(Figure("build_processor_time_duties_of_oauth2", duties.1 / oauth2.1, Limit::None));
    }
    figures
}
