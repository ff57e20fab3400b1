//! The parameters and members of a response that the crate reads, in one table.

/// A value that the crate reads, under the name that the server has for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Field {
    AccessToken,
    Code,
    Error,
    ErrorDescription,
    ErrorUri,
    ExpiresIn,
    Expiry,
    IdToken,
    Iss,
    /// The lifetime that the dialect names a place for.
    Lifetime,
    RefreshToken,
    Response,
    Scope,
    State,
    TokenType,
}

/// Which value counts, if the dialect names a place for a field.
enum Precedence {
    /// The one at the dialect's place. The protocol's own name is another thing there.
    Dialect,
    /// The one under the protocol's own name, and then the one at the dialect's place.
    Protocol,
}

impl Field {
    const ALL: [Self; 15] = [
        Self::AccessToken,
        Self::Code,
        Self::Error,
        Self::ErrorDescription,
        Self::ErrorUri,
        Self::ExpiresIn,
        Self::Expiry,
        Self::IdToken,
        Self::Iss,
        Self::Lifetime,
        Self::RefreshToken,
        Self::Response,
        Self::Scope,
        Self::State,
        Self::TokenType,
    ];

    /// The parameters of an authorization response.
    pub(super) const AUTHORIZATION_RESPONSE: [Self; 9] = [
        Self::AccessToken,
        Self::Code,
        Self::Error,
        Self::ErrorDescription,
        Self::ErrorUri,
        Self::IdToken,
        Self::Iss,
        Self::Response,
        Self::State,
    ];

    /// The members of a token response.
    pub(super) const TOKEN_RESPONSE: [Self; 9] = [
        Self::AccessToken,
        Self::Error,
        Self::ErrorDescription,
        Self::ErrorUri,
        Self::ExpiresIn,
        Self::Expiry,
        Self::RefreshToken,
        Self::Scope,
        Self::TokenType,
    ];

    /// The protocol's name for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::Code => "code",
            Self::Error => "error",
            Self::ErrorDescription => "error_description",
            Self::ErrorUri => "error_uri",
            Self::ExpiresIn | Self::Lifetime => "expires_in",
            Self::Expiry => "expiry",
            Self::IdToken => "id_token",
            Self::Iss => "iss",
            Self::RefreshToken => "refresh_token",
            Self::Response => "response",
            Self::Scope => "scope",
            Self::State => "state",
            Self::TokenType => "token_type",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    const fn precedence(self) -> Precedence {
        match self {
            Self::Code | Self::Error | Self::ErrorDescription | Self::ErrorUri => Precedence::Protocol,
            _ => Precedence::Dialect,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Where a value was found.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// Under the protocol's own name.
    Protocol,
    /// At a place that the dialect names.
    Dialect,
}

/// The values of a response by their fields, each as it came.
pub(super) struct Fields<V> {
    protocol: [Option<V>; Field::ALL.len()],
    dialect: [Option<V>; Field::ALL.len()],
    /// The fields for which the dialect names a place.
    moved: u16,
    /// The fields at whose place, or around it, a member has come.
    visited: u16,
    /// The fields that came twice.
    duplicates: u16,
}

impl<V: Copy> Fields<V> {
    pub(super) const fn new() -> Self {
        Self {
            protocol: [None; Field::ALL.len()],
            dialect: [None; Field::ALL.len()],
            moved: 0,
            visited: 0,
            duplicates: 0,
        }
    }

    /// Notes that a member at the dialect's place for the field has come. `false` if there was one already.
    pub(super) fn visit(&mut self, field: Field) -> bool {
        let is_first = self.visited & field.bit() == 0;
        self.visited |= field.bit();
        is_first
    }

    /// Notes that the dialect names a place for the field, whether or not a value is there.
    pub(super) fn set_moved(&mut self, field: Field) {
        self.moved |= field.bit();
    }

    pub(super) fn set_duplicate(&mut self, field: Field) {
        self.duplicates |= field.bit();
    }

    /// A second value from the same origin is noted as a duplicate.
    pub(super) fn insert(&mut self, field: Field, origin: Origin, value: V) {
        let values = match origin {
            Origin::Protocol => &mut self.protocol,
            Origin::Dialect => &mut self.dialect,
        };
        if values.get_mut(field as usize).is_some_and(|slot| slot.replace(value).is_some()) {
            self.set_duplicate(field);
        }
    }

    /// The value of a field.
    pub(super) fn get(&self, field: Field) -> Option<V> {
        self.get_if(field, |_| true)
    }

    /// The value of a field. One that does not fit under the protocol's own name does not hide another one.
    pub(super) fn get_if(&self, field: Field, fits: impl Fn(V) -> bool) -> Option<V> {
        let [protocol, dialect] = self.both(field);
        match field.precedence() {
            Precedence::Dialect if self.moved & field.bit() != 0 => dialect,
            Precedence::Dialect => protocol,
            Precedence::Protocol => protocol.filter(|value| fits(*value)).or(dialect).or(protocol),
        }
    }

    /// The value under the protocol's own name, and the one at the dialect's place.
    pub(super) fn both(&self, field: Field) -> [Option<V>; 2] {
        [&self.protocol, &self.dialect].map(|values| values.get(field as usize).copied().flatten())
    }

    pub(super) fn is_duplicate(&self, field: Field) -> bool {
        self.duplicates & field.bit() != 0
    }

    /// A field that came twice.
    pub(super) fn duplicate(&self) -> Option<Field> {
        Field::ALL.into_iter().find(|field| self.is_duplicate(*field))
    }
}
