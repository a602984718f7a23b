//! How an answer travels to a page: as JSON.

use leptos::server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Error, Value};

/// The encoding of every answer.
pub type Answer = Post<Json>;

/// JSON that is read in two steps. A parser of its own for every type would be a third of the program in the browser;
/// this way there is one, and each type is picked out of what it has read.
pub struct Json;

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = Error;

    fn encode(answer: &T) -> Result<server_fn::Bytes, Error> {
        JsonEncoding::encode(answer)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = Error;

    fn decode(bytes: server_fn::Bytes) -> Result<T, Error> {
        serde_json::from_slice::<Value>(&bytes).and_then(serde_json::from_value)
    }
}
