//! Chooses the board by the target, and gives the linker its memory.

use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = env::var("TARGET")?;
    let board = match target.as_str() {
        "thumbv6m-none-eabi" => "microbit",
        "thumbv7em-none-eabihf" => "mps2_an386",
        _ => return Err("build it for thumbv6m-none-eabi or thumbv7em-none-eabihf".into()),
    };
    let memory = format!("memory/{board}.x");
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    fs::copy(&memory, out_dir.join("memory.x"))?;
    println!("cargo::rerun-if-changed={memory}");
    println!("cargo::rustc-cfg=board=\"{board}\"");
    println!("cargo::rustc-link-search={}", out_dir.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    Ok(())
}
