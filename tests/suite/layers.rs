//! The modules of the source form layers: imports run down, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the top. A module imports those of its own wing and of the wings after it.
const WINGS: [&str; 6] = ["setup", "flow", "response", "config", "jose", "encoding"];

/// Modules by their path in the crate, and what each imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { source_files(&path) } else { vec![path] }).collect()
}

/// The paths of the `use` declarations that begin so, one for each name.
fn names_after(start: &str, text: &str) -> Vec<String> {
    let declarations = text.split(start).skip(1).filter_map(|rest| rest.split_once(';'));
    let paths = declarations.flat_map(|(path, _)| {
        let (start, names) = path.split_once('{').unwrap_or((path, ""));
        let names = names.trim_end_matches(['}', '\n', ' ']).split(',').map(str::trim);
        names.map(move |name| format!("{start}{name}")).collect::<Vec<_>>()
    });
    paths.filter(|path| !path.ends_with("::")).collect()
}

fn imports() -> Imports {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<_> = source_files(&root)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let module = path.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('/', "::");
            (module.trim_end_matches("::mod").to_owned(), fs::read_to_string(path).unwrap())
        })
        .filter(|(module, _)| module != "lib")
        .collect();
    let modules: BTreeSet<_> = files.iter().map(|(module, _)| module.clone()).collect();
    // What a wing exports stands for the module that it comes from.
    let exports: BTreeMap<_, _> = files
        .iter()
        .flat_map(|(module, text)| {
            names_after("pub use ", text).into_iter().map(move |path| {
                let (_, name) = path.rsplit_once("::").unwrap_or(("", &path));
                (format!("{module}::{name}"), format!("{module}::{path}"))
            })
        })
        .collect();
    let imported = |module: &String, text: &String| {
        let paths = names_after("use crate::", text).into_iter();
        // The longest part of the path that is a module.
        let known = paths.filter_map(|path| {
            let path = exports.get(&path).unwrap_or(&path);
            let parts: Vec<_> = path.split("::").map(|part| part.trim_end_matches(" as _")).collect();
            (1..=parts.len()).rev().map(|len| parts[..len].join("::")).find(|path| modules.contains(path))
        });
        known.filter(|other| other != module).collect()
    };
    files.iter().map(|(module, text)| (module.clone(), imported(module, text))).collect()
}

fn wing(module: &str) -> Option<usize> {
    let (first, _) = module.split_once("::").unwrap_or((module, ""));
    WINGS.iter().position(|wing| *wing == first)
}

#[test]
fn no_wing_imports_one_above_it() {
    let imports = imports();
    assert!(imports.len() > 30, "the source is read: {}", imports.len());
    for (module, imported) in &imports {
        for other in imported {
            if let Some(there) = wing(other) {
                match wing(module) {
                    Some(here) => assert!(here <= there, "{module} imports {other}"),
                    // Modules beside the wings: `http`, `pkce`, `secret`, …
                    None => assert_eq!(WINGS[there], "encoding", "{module} imports {other}"),
                }
            }
        }
    }
}

#[test]
fn no_module_imports_itself_by_way_of_others() {
    let mut open = imports();
    // A wing's own `mod.rs` lists its modules, and they may use the names that it exports.
    for (module, imported) in &mut open {
        imported.retain(|other| !module.starts_with(&format!("{other}::")));
    }
    // Take away what imports nothing that is left. What remains is a circle.
    loop {
        let done: Vec<_> =
            open.iter().filter(|(_, imported)| imported.is_empty()).map(|(name, _)| name.clone()).collect();
        if done.is_empty() {
            break;
        }
        for module in done {
            open.remove(&module);
            open.values_mut().for_each(|imported| _ = imported.remove(&module));
        }
    }
    assert_eq!(open, Imports::new(), "circles");
}
