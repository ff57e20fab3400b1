//! Which party can fix an error.

/// Which party can fix an error.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// You: your program, its configuration, its HTTP stack or its random source.
    Caller,
    /// The server's operator.
    Server,
    /// The input cannot be attributed to anyone: anyone can send a request to a redirect URI. Ignore it and keep waiting.
    Unauthenticated,
    /// The user, who declined.
    User,
}
