//! The clients that every server knows: `servers/clients.json`.

use std::collections::HashMap;

use authcode::Secret;
use serde::Deserialize;

use crate::Error;

#[derive(Deserialize)]
pub(crate) struct KnownClient {
    pub(crate) id: String,
    #[serde(default)]
    secret: String,
}

impl KnownClient {
    pub(crate) fn named(name: &str) -> Result<Self, Error> {
        let mut known: HashMap<String, Self> = serde_json::from_str(include_str!("../servers/clients.json"))?;
        known.remove(name).ok_or_else(|| format!("no client {name}").into())
    }

    pub(crate) fn secret(&self) -> Secret {
        Secret::from(&*self.secret)
    }
}
