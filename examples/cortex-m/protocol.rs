//! The protocol of the serial line between the device and its bridge. Both include this file.
//!
//! A frame is [`MARK`], a [`Kind`], the length of the payload (two bytes, the higher one first), the payload. Bytes
//! before a mark are skipped: the ROM of a board may print some. There is no checksum, because both ends of the line
//! are on one desk; a radio would need one.
//!
//! The device sends a frame, and then reads until it has the reply, so a UART without a buffer loses nothing.
//!
//! | device | payload | reply | payload |
//! |---|---|---|---|
//! | `Hello` | name of the board | `Config` | three lines: authorization endpoint, token endpoint, API |
//! | `EntropyRequest` | number of bytes | `Entropy` | random bytes |
//! | `HttpRequest` | see below | `HttpResponse`, or `NoResponse` | see below, or an error |
//! | `OpenUrl` | a number of seconds, a line end, a URL for the user's browser | | |
//! | `NextRedirect` | | `Redirect`, or `NoRedirect` if so many seconds have passed since `OpenUrl` | the URL that the browser was sent to |
//! | `Wait` | number of seconds | `Woken` | |
//! | `Log` | a line for the developer | | |
//! | `Measure` | phase, heap, heap with overhead, stack | | |
//! | `Exit` | the outcome | | |
//!
//! Numbers are decimal. An HTTP request is lines: the method, the URL, the longest body that the device can take, one
//! `name: value` for each header, an empty one; then the body. An HTTP response is three lines: the time in seconds since
//! 1970, the status, and the value of `Retry-After` or nothing; then the body. Of a body that is longer than the device can
//! take, one byte more than that is enough.

/// The first byte of a frame.
pub const MARK: u8 = 0xA5;

macro_rules! kinds {
    ($($name:ident = $byte:literal,)+) => {
        /// The kind of a frame.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[repr(u8)]
        pub enum Kind {
            $(
                #[allow(missing_docs, reason = "the table above")]
                $name = $byte,
            )+
        }

        impl Kind {
            /// The kind with this byte.
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    Config = b'c',
    Entropy = b'e',
    EntropyRequest = b'E',
    Exit = b'X',
    Hello = b'H',
    HttpRequest = b'Q',
    HttpResponse = b'q',
    Log = b'L',
    Measure = b'M',
    NextRedirect = b'R',
    NoRedirect = b't',
    NoResponse = b'n',
    OpenUrl = b'O',
    Redirect = b'r',
    Wait = b'W',
    Woken = b'w',
}

/// The header of a frame.
pub const fn header(kind: Kind, payload_len: u16) -> [u8; 4] {
    let [high, low] = payload_len.to_be_bytes();
    [MARK, kind as u8, high, low]
}
