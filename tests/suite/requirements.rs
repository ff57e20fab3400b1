//! Checks that the table in `requirements.md` and the marks above the tests agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Rows, each with how it is kept.
fn table() -> BTreeMap<u32, BTreeSet<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requirements.md");
    let mut rows = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, place, requirement, kept_by] = cells[..] else { panic!("not four cells: {line}") };
        let Ok(number) = number.parse() else { continue };
        assert!(place.starts_with("RFC ") && place.contains('§') && !requirement.is_empty(), "{line}");
        let kept_by: BTreeSet<_> = kept_by.split(", ").map(str::to_owned).collect();
        assert!(kept_by.iter().all(|how| matches!(&**how, "test" | "type" | "caller")), "{line}");
        assert!(rows.insert(number, kept_by).is_none(), "two rows {number}");
    }
    rows
}

pub(crate) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The marks in one source, such as `// rows 24, 25` for the kind `row`: the rows, and the line.
pub(crate) fn marks<Row: FromStr>(source: &str, kind: &str) -> Vec<(Vec<Row>, usize)> {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let mut marks = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(rows) = line.strip_prefix("// ").and_then(|mark| mark.strip_prefix(kind)) else { continue };
        let line = index + 1;
        assert!(lines.get(line).is_some_and(|below| below.starts_with("fn ")), "line {line}: not above a function");
        let above = lines[..index].iter().rev().take_while(|line| !line.is_empty());
        assert!(above.clone().any(|line| *line == "#[test]"), "line {line}: not above a test");
        let rows = rows.strip_prefix("s ").unwrap_or_else(|| panic!("line {line}: no list of rows"));
        let row = |row: &str| row.parse().unwrap_or_else(|_| panic!("line {line}: {row} is no row"));
        marks.push((rows.split(", ").map(row).collect(), line));
    }
    marks
}

#[test]
fn each_row_that_is_kept_by_a_test_has_one() {
    let table = table();
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), (1..=116).collect::<Vec<u32>>());
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut sources);
    assert!(sources.len() > 20);
    let mut marked = BTreeSet::new();
    for path in sources {
        for (rows, line) in marks::<u32>(&fs::read_to_string(&path).unwrap(), "row") {
            for row in rows {
                assert!(table.contains_key(&row), "{}:{line}: there is no row {row}", path.display());
                marked.insert(row);
            }
        }
    }
    for (row, kept_by) in table {
        assert_eq!(kept_by.contains("test"), marked.contains(&row), "row {row} says {kept_by:?}, the marks do not");
    }
}

#[test]
fn a_mark_is_parsed_and_a_misplaced_one_is_an_error() {
    let marks = |source| marks::<u32>(source, "row");
    assert_eq!(marks("#[test]\n// rows 24, 25\nfn a() {}"), [(vec![24, 25], 2)]);
    assert_eq!(marks("    #[test]\n    // rows 7\n    fn a() {}"), [(vec![7], 2)]);
    assert_eq!(marks("fn a() {}"), []);
    for stray in [
        "#[test]\n// row 1\nfn a() {}",
        "// rows 1\n#[test]\nfn a() {}",
        "#[test]\n// rows x\nfn a() {}",
        "// rows 1\nfn a() {}",
        "// rows 1",
    ] {
        assert!(std::panic::catch_unwind(|| marks(stray)).is_err(), "{stray}");
    }
}
