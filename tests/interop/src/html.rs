//! Parses the first form of a page: only as much HTML as the pages of these servers use.

/// A form and its inputs, in the order of the page.
pub(crate) struct Form {
    pub(crate) action: Option<String>,
    pub(crate) inputs: Vec<Input>,
}

/// A field or a button.
pub(crate) struct Input {
    pub(crate) name: Option<String>,
    pub(crate) value: String,
    pub(crate) is_button: bool,
}

impl Form {
    /// The first form of a page, if there is one.
    pub(crate) fn first_in(page: &str) -> Option<Self> {
        let (_, rest) = page.split_once("<form")?;
        let (tag, rest) = rest.split_once('>')?;
        let (content, _) = rest.split_once("</form>")?;
        let inputs = content.split("<input").skip(1).filter_map(|rest| rest.split_once('>'));
        Some(Self { action: attribute(tag, "action"), inputs: inputs.map(|(tag, _)| Input::read(tag)).collect() })
    }
}

impl Input {
    fn read(tag: &str) -> Self {
        Self {
            name: attribute(tag, "name"),
            value: attribute(tag, "value").unwrap_or_default(),
            is_button: attribute(tag, "type").as_deref() == Some("submit"),
        }
    }
}

/// The value of an attribute in double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    // `&amp;` comes last, so that its result is not unescaped again.
    let entities = [("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}
