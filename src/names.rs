//! Stable names for the variants of an error.

/// Adds `name` to each error enum.
macro_rules! names {
    ($($error:ident: $($variant:ident)+;)+) => {$(
        impl $error {
            /// The name of the variant, which stays the same in later versions: for a metric, or for a program that has its
            /// own messages. Unlike `Display` it links no formatting.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant),)+
                }
            }
        }
    )+};
}

pub(crate) use names;
