//! Builds the module with `cargo`, generates its JavaScript with `wasm-bindgen`, and checks its size.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::Failure;
use crate::page::{FILES, FOLDER};

const TARGET: &str = "wasm32-unknown-unknown";
/// The largest size of the module, in bytes: uncompressed, and gzipped.
const LIMITS: [usize; 2] = [101_000, 46_000];

/// The flow for the browser.
pub(crate) struct Module {
    pub(crate) wasm: Vec<u8>,
    /// The JavaScript around it.
    pub(crate) script: String,
    /// The modules and the names that it imports.
    imports: Vec<(String, String)>,
}

impl Module {
    /// Needs `rustup target add wasm32-unknown-unknown`.
    pub(crate) fn build() -> Result<Self, Failure> {
        let target_dir = target_dir()?;
        let cargo = option_env!("CARGO").unwrap_or("cargo");
        let status = Command::new(cargo)
            .args(["build", "--locked", "--release", "--package", "authcode-browser-flow", "--target", TARGET])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", &target_dir)
            // SHA-256 as a loop: a login needs one hash, so size counts. LTO by the linker: 2 % smaller than by the
            // compiler.
            .env("RUSTFLAGS", "--cfg sha2_backend_soft=\"compact\" -C linker-plugin-lto")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .status()?;
        if !status.success() {
            return Err(format!("the module was not built; is the target there? rustup target add {TARGET}").into());
        }
        let built = target_dir.join(TARGET).join("release").join("authcode_browser_flow.wasm");
        let mut bindgen = Bindgen::new();
        bindgen.input_path(built).web(true)?.typescript(false).omit_default_module_path(true);
        bindgen.remove_name_section(true).remove_producers_section(true);
        let mut output = bindgen.generate_output()?;
        let imports = output.wasm().imports.iter().map(|import| (import.module.clone(), import.name.clone())).collect();
        let script = output.js().to_owned();
        Ok(Self { wasm: output.wasm_mut().emit_wasm(), script, imports })
    }
}

/// The target folder of this program's own build.
fn target_dir() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    Ok(program.parent().and_then(Path::parent).ok_or("the program is in no target folder")?.to_owned())
}

/// The sizes of the module, of its JavaScript, and of the page.
pub(crate) fn print_sizes(module: &Module) -> Result<(), Failure> {
    let [size, compressed] = sizes(&[&module.wasm])?;
    println!("flow (WebAssembly)           {size:>7} bytes, {compressed:>6} gzipped");
    let [size, compressed] = sizes(&[module.script.as_bytes()])?;
    println!("its JavaScript, generated    {size:>7} bytes, {compressed:>6} gzipped");
    let mut files = FILES.map(|(_, name, _)| name).to_vec();
    files.dedup();
    let files = files.into_iter().map(|name| fs::read(Path::new(FOLDER).join(name))).collect::<Result<Vec<_>, _>>()?;
    let [size, compressed] = sizes(&files.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    println!("the page, written by hand    {size:>7} bytes, {compressed:>6} gzipped, {} files", files.len());
    let imports = module.imports.len();
    println!("imports                      {imports:>7}, {} of them from `env`", from_env(module).count());
    Ok(())
}

/// Errors if the module is too large, or imports something that is not in its own JavaScript.
pub(crate) fn check(module: &Module) -> Result<(), Failure> {
    if let Some(name) = from_env(module).next() {
        return Err(format!("the module imports {name} from `env`").into());
    }
    let [size, compressed] = sizes(&[&module.wasm])?;
    if size > LIMITS[0] || compressed > LIMITS[1] {
        return Err(format!("the module is larger than {} bytes, {} gzipped", LIMITS[0], LIMITS[1]).into());
    }
    Ok(())
}

fn from_env(module: &Module) -> impl Iterator<Item = &str> {
    module.imports.iter().filter(|(from, _)| from == "env").map(|(_, name)| &**name)
}

/// The sum of the sizes, and of the sizes when each file is compressed alone, as by a web server.
fn sizes(files: &[&[u8]]) -> Result<[usize; 2], Failure> {
    let mut sum = [0, 0];
    for file in files {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(file)?;
        sum[0] += file.len();
        sum[1] += encoder.finish()?.len();
    }
    Ok(sum)
}
