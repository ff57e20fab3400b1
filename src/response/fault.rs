//! Which party can fix an error.

/// Who has to act on an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// You: your program, its configuration, its HTTP stack or its random source.
    Host,
    /// The server's operator.
    Server,
    /// Nobody: anyone can call a redirect URI. The login is untouched.
    Stranger,
    /// The user, who said no.
    User,
}
