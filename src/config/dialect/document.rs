//! Reads a dialect from a configuration file.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::dialect::Dialect;
use crate::config::dialect::format::{Format, LifetimeFormat};
use crate::config::dialect::linked::JsonWriter;
use crate::config::dialect::request::RequestParams;
use crate::config::dialect::tables::{Fragment, List, Pairs};
use crate::config::error::ConfigError;
use crate::limits::MAX_DIALECT_ENTRIES;

/// The members of a serialized dialect.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    authorization_names: Entries<String>,
    authorization_params: Entries<String>,
    without_authorization_params: Vec<String>,
    token_names: Entries<String>,
    token_params: Entries<String>,
    without_token_params: Vec<String>,
    redirect_names: Entries<String>,
    response_names: Entries<String>,
    response_paths: Entries<Vec<String>>,
    lifetime: Option<LifetimeDocument>,
    scope_separator: Option<char>,
    granted_scope_separator: Option<char>,
    fragment: Option<String>,
    assumed_lifetime: Option<u32>,
    bearer_aliases: Vec<String>,
    dead_refresh_token_codes: Vec<String>,
    invalid_client_codes: Vec<String>,
    state_in_redirect_uri: bool,
    redirect_uri_in_refresh: bool,
    json_requests: bool,
    form_responses: bool,
    zero_lifetime_unstated: bool,
    assumed_bearer: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LifetimeDocument {
    name: Option<String>,
    path: Option<Vec<String>>,
    format: LifetimeFormat,
}

/// The entries of a map in their order, with those that are there twice, which a map would hide.
struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<T>(core::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Map<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Map(core::marker::PhantomData))
    }
}

impl Document {
    /// The name of a table with more entries than there may be, or of a path with more steps.
    fn too_long(&self) -> Option<&'static str> {
        let tables = [
            ("authorization_names", self.authorization_names.0.len()),
            ("authorization_params", self.authorization_params.0.len()),
            ("without_authorization_params", self.without_authorization_params.len()),
            ("token_names", self.token_names.0.len()),
            ("token_params", self.token_params.0.len()),
            ("without_token_params", self.without_token_params.len()),
            ("redirect_names", self.redirect_names.0.len()),
            ("response_names", self.response_names.0.len()),
            ("response_paths", self.response_paths.0.len()),
            ("bearer_aliases", self.bearer_aliases.len()),
            ("dead_refresh_token_codes", self.dead_refresh_token_codes.len()),
            ("invalid_client_codes", self.invalid_client_codes.len()),
        ];
        let paths = self.response_paths.0.iter().map(|(_, path)| ("response_paths", path.len()));
        let lifetime = self.lifetime.iter().filter_map(|lifetime| Some(("lifetime", lifetime.path.as_ref()?.len())));
        let mut lens = tables.into_iter().chain(paths).chain(lifetime);
        lens.find_map(|(name, len)| (len > MAX_DIALECT_ENTRIES).then_some(name))
    }

    fn into_dialect(self) -> Result<Dialect, ConfigError> {
        if let Some(name) = self.too_long() {
            return Err(ConfigError::Dialect(name.into()));
        }
        let mut dialect = Dialect {
            authorization: RequestParams {
                names: self.authorization_names.into_pairs(),
                params: self.authorization_params.into_pairs(),
                without: list(self.without_authorization_params),
            },
            token: RequestParams {
                names: self.token_names.into_pairs(),
                params: self.token_params.into_pairs(),
                without: list(self.without_token_params),
            },
            redirect_names: self.redirect_names.into_pairs(),
            response_names: self.response_names.into_pairs(),
            bearer_aliases: list(self.bearer_aliases),
            dead_refresh_token_codes: list(self.dead_refresh_token_codes),
            invalid_client_codes: list(self.invalid_client_codes),
            fragment: Fragment { fixed: None, set: self.fragment.map(String::into_boxed_str) },
            assumed_lifetime: self.assumed_lifetime,
            state_in_redirect_uri: self.state_in_redirect_uri,
            redirect_uri_in_refresh: self.redirect_uri_in_refresh,
            json_requests: self.json_requests.then_some(JsonWriter::OBJECT),
            form_responses: self.form_responses.then_some(JsonWriter::OBJECT),
            zero_means_unstated: self.zero_lifetime_unstated,
            assumes_bearer: self.assumed_bearer,
            ..Dialect::STANDARD
        };
        for (name, path) in self.response_paths.0 {
            dialect.response_paths.added.push((name.into(), boxed(path).collect()));
        }
        if let Some(LifetimeDocument { name, path, format }) = self.lifetime {
            let path = match (name, path) {
                (Some(name), None) => [name.into_boxed_str()].into(),
                (None, Some(path)) => boxed(path).collect(),
                _ => return Err(ConfigError::Dialect("lifetime".into())),
            };
            dialect.lifetime.set = Some((path, Format::of(format)));
        }
        if let Some(separator) = self.scope_separator {
            dialect = dialect.with_scope_separator(separator);
        }
        if let Some(separator) = self.granted_scope_separator {
            dialect = dialect.with_granted_scope_separator(separator);
        }
        dialect.check()?;
        Ok(dialect)
    }
}

impl Entries<String> {
    fn into_pairs(self) -> Pairs {
        Pairs { fixed: &[], added: self.0.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

fn list(texts: Vec<String>) -> List {
    List { fixed: &[], added: boxed(texts).collect() }
}

fn boxed(texts: Vec<String>) -> impl Iterator<Item = Box<str>> {
    texts.into_iter().map(String::into_boxed_str)
}

/// Reads and validates a dialect: see [the members](Dialect#at-run-time).
impl<'de> Deserialize<'de> for Dialect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer)?.into_dialect().map_err(de::Error::custom)
    }
}
