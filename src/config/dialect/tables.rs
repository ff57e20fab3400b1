//! The tables of a dialect, which can be a part of a `const` or come from a configuration file.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter;

use crate::config::dialect::format::Format;

/// The steps of a path that was read at run time.
pub(super) type Path = Box<[Box<str>]>;

/// Where a member of a response is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Name(&'a str),
    Path(&'a [&'static str]),
    ReadPath(&'a [Box<str>]),
}

impl<'a> Place<'a> {
    /// The steps from the top of the response: one for a plain name.
    pub(crate) fn steps(self) -> impl Iterator<Item = &'a str> {
        let mut index = 0;
        iter::from_fn(move || {
            let step = match self {
                Self::Name(name) => (index == 0).then_some(name),
                Self::Path(path) => path.get(index).copied(),
                Self::ReadPath(path) => path.get(index).map(|step| &**step),
            };
            index += 1;
            step
        })
    }

    /// Whether there is at least one step, and each names something.
    pub(super) fn is_one(self) -> bool {
        self.steps().next().is_some() && self.steps().all(|step| !step.is_empty())
    }
}

/// Pairs: those of a `const`, then those that were read at run time.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    pub(super) fixed: &'static [(&'static str, &'static str)],
    pub(super) added: Vec<(Box<str>, Box<str>)>,
}

impl Pairs {
    pub(super) const EMPTY: Self = Self { fixed: &[], added: Vec::new() };

    pub(super) fn len(&self) -> usize {
        self.fixed.len() + self.added.len()
    }

    pub(super) fn at(&self, index: usize) -> Option<(&str, &str)> {
        match index.checked_sub(self.fixed.len()) {
            None => self.fixed.get(index).copied(),
            Some(index) => self.added.get(index).map(|(name, value)| (&**name, &**value)),
        }
    }

    /// By index, since a chain of two iterators takes several times the code wherever it is used.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        (0..).map_while(|index| self.at(index))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find_map(|(known, value)| (known == name).then_some(value))
    }
}

/// Texts: those of a `const`, then those that were read at run time.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) fixed: &'static [&'static str],
    pub(super) added: Vec<Box<str>>,
}

impl List {
    pub(super) const EMPTY: Self = Self { fixed: &[], added: Vec::new() };

    pub(super) fn len(&self) -> usize {
        self.fixed.len() + self.added.len()
    }

    fn at(&self, index: usize) -> Option<&str> {
        match index.checked_sub(self.fixed.len()) {
            None => self.fixed.get(index).copied(),
            Some(index) => self.added.get(index).map(|text| &**text),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..).map_while(|index| self.at(index))
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.iter().any(|known| known == text)
    }
}

/// Paths: those of a `const`, then those that were read at run time.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    pub(super) fixed: &'static [(&'static str, &'static [&'static str])],
    pub(super) added: Vec<(Box<str>, Path)>,
}

impl Paths {
    pub(super) fn at(&self, index: usize) -> Option<(&str, Place<'_>)> {
        match index.checked_sub(self.fixed.len()) {
            None => self.fixed.get(index).map(|(name, path)| (*name, Place::Path(path))),
            Some(index) => self.added.get(index).map(|(name, path)| (&**name, Place::ReadPath(path))),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Place<'_>)> {
        (0..).map_while(|index| self.at(index))
    }
}

/// The place of the lifetime: what was read at run time replaces what a `const` has.
#[derive(Clone, Debug)]
pub(super) struct Lifetime {
    pub(super) fixed: Option<(Place<'static>, Format)>,
    pub(super) set: Option<(Path, Format)>,
}

impl Lifetime {
    pub(super) fn get(&self) -> Option<(Place<'_>, Format)> {
        match &self.set {
            Some((path, format)) => Some((Place::ReadPath(path), *format)),
            None => self.fixed,
        }
    }
}

/// The fragment: what was read at run time replaces what a `const` has.
#[derive(Clone, Debug)]
pub(super) struct Fragment {
    pub(super) fixed: Option<&'static str>,
    pub(super) set: Option<Box<str>>,
}

impl Fragment {
    pub(super) fn get(&self) -> Option<&str> {
        self.set.as_deref().or(self.fixed)
    }
}

// Equal if they say the same, in a `const` or at run time.

impl PartialEq for Pairs {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Pairs {}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for List {}

impl PartialEq for Paths {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Paths {}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.steps().eq(other.steps())
    }
}

impl Eq for Place<'_> {}

impl PartialEq for Lifetime {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Lifetime {}

impl PartialEq for Fragment {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Fragment {}
