//! The sizes of a program.

use std::fs;
use std::path::Path;

use object::elf::{SHF_ALLOC, SHT_NOBITS};
use object::read::elf::{FileHeader as _, SectionHeader as _};

use crate::Failure;

/// The bytes that are written to flash: code, constants, and the initial values of variables.
pub(crate) fn flash(program: &Path) -> Result<usize, Failure> {
    sum(program, true)
}

/// The bytes of the variables that start as zeros, with the heap.
pub(crate) fn statics(program: &Path) -> Result<usize, Failure> {
    sum(program, false)
}

fn sum(program: &Path, has_content: bool) -> Result<usize, Failure> {
    let data = fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    let header = object::elf::FileHeader32::<object::Endianness>::parse(&*data)?;
    let endian = header.endian()?;
    let mut total = 0;
    for section in header.section_headers(endian, &*data)? {
        if section.sh_flags(endian).0 & SHF_ALLOC.0 != 0 && (section.sh_type(endian) != SHT_NOBITS) == has_content {
            total += section.sh_size(endian) as usize;
        }
    }
    Ok(total)
}
