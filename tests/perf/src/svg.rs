//! The picture: bars in groups, readable on light and on dark.

use std::fmt::Write as _;

use crate::Row;

const WIDTH: f64 = 720.0;
const LABELS: f64 = 132.0;
const VALUES: f64 = 96.0;
const BAR: f64 = 16.0;
const STEP: f64 = 24.0;

type Value = fn(&Row) -> u64;

const GROUPS: [(&str, Value); 6] = [
    ("Instructions of a whole login", |row| row.login.instructions),
    ("Instructions of a refresh", |row| row.refresh.instructions),
    ("Heap allocations of a whole login", |row| row.login.allocations),
    ("Bytes allocated by a whole login", |row| row.login.bytes),
    ("WebAssembly of a whole login, gzipped bytes", |row| row.gzipped),
    ("Crates in the dependency tree, without default features", |row| row.crates),
];

const STYLE: &str = "
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #24292f }
  .head { font-weight: 600 } .value { font-variant-numeric: tabular-nums } .quiet { fill: #59636e }
  .own { fill: #0969da } .peer { fill: #afb8c1 } .floor { fill: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .own { fill: #4493f8 } .peer { fill: #656c76 } .floor { fill: #444c56 }
  }
";

pub(crate) fn draw(rows: &[Row]) -> String {
    let (mut body, mut description, mut y) = (String::new(), String::new(), 0.0);
    for (title, value) in GROUPS {
        let shown: Vec<_> = rows.iter().map(|row| (row.name, value(row))).filter(|(_, value)| *value > 0).collect();
        let largest = shown.iter().map(|(_, value)| *value).max().unwrap_or(1) as f64;
        y += 26.0;
        let _ = writeln!(body, r#"<text class="head" x="0" y="{y}">{title}</text>"#);
        let _ = write!(description, "{title}: ");
        y += 10.0;
        for (index, (name, value)) in shown.iter().enumerate() {
            let class = match *name {
                "authcode" => "own",
                "duties" | "floor" => "floor",
                _ => "peer",
            };
            let label = match (*name, title.starts_with("WebAssembly")) {
                ("duties", true) => "only the parts",
                (name, _) => name,
            };
            let length = ((WIDTH - LABELS - VALUES) * *value as f64 / largest).max(2.0);
            let (text, end) = (y + 12.5, LABELS + length + 8.0);
            let quiet = if class == "own" { "head" } else { "quiet" };
            let _ = writeln!(
                body,
                r#"<text class="{quiet}" x="{}" y="{text}" text-anchor="end">{label}</text><rect class="{class}" x="{LABELS}" y="{y}" width="{length:.1}" height="{BAR}" rx="2"/><text class="value {quiet}" x="{end:.1}" y="{text}">{}</text>"#,
                LABELS - 10.0,
                grouped(*value)
            );
            let _ = write!(description, "{}{label} {}", if index == 0 { "" } else { ", " }, grouped(*value));
            y += STEP;
        }
        description.push_str(". ");
    }
    let height = y + 8.0;
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title description">
<title id="title">What a login costs: authcode and its peers</title>
<desc id="description">{}</desc>
<style>{STYLE}</style>
{body}</svg>
"#,
        description.trim_end()
    )
}

/// `54874` as `54,874`.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
