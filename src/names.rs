//! Stable names for the variants of an error.

/// Adds `name` to each error enum.
macro_rules! names {
    ($($error:ident: $($variant:ident)+;)+) => {$(
        impl $error {
            /// The name of the variant, which stays the same: for a metric, or for a host that has words of its own.
            /// Unlike `Display` it brings no formatting along.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant),)+
                }
            }
        }
    )+};
}

pub(crate) use names;
