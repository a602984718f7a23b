//! The events of a run as they come over the wire.

use leptos::{
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{EventSource, MessageEvent},
};

use crate::assistant::RunEvent;

/// What comes from a run.
pub(super) enum StreamMessage {
    /// A connection stands: all events come from the first one on, also those that were heard before.
    Connected,
    /// Something happened.
    Event(Box<RunEvent>),
    /// The connection was cut; the browser tries again by itself.
    Interrupted,
    /// There is no such run, or not any more.
    Lost,
}

/// The names under which an event may come.
const KINDS: [&str; 4] = ["message", "text", "step", "end"];

/// A connection to a run; closed when it is dropped.
pub(super) struct RunEventStream {
    source: EventSource,
    _opened: Closure<dyn FnMut()>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut()>,
}

impl RunEventStream {
    /// Listens to the run at this address; nothing when there can be no connection.
    pub(super) fn open(address: &str, hear: impl Fn(StreamMessage) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let opened = Closure::new({
            let hear = hear.clone();
            move || hear(StreamMessage::Connected)
        });
        let heard = Closure::new({
            let hear = hear.clone();
            move |event: MessageEvent| {
                if let Some(event) = event.data().as_string().and_then(|data| serde_json::from_str(&data).ok()) {
                    hear(StreamMessage::Event(Box::new(event)));
                }
            }
        });
        let failed = Closure::new({
            let source = source.clone();
            move || hear(if source.ready_state() == EventSource::CLOSED { StreamMessage::Lost } else { StreamMessage::Interrupted })
        });
        source.set_onopen(Some(function(&opened)));
        source.set_onerror(Some(function(&failed)));
        for kind in KINDS {
            source.add_event_listener_with_callback(kind, function(&heard)).ok()?;
        }
        Some(Self { source, _opened: opened, _heard: heard, _failed: failed })
    }

    /// Ends the connection. The server has said everything, or nobody listens any more.
    pub(super) fn close(&self) {
        self.source.close();
    }
}

impl Drop for RunEventStream {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

fn function<F: ?Sized + leptos::wasm_bindgen::closure::WasmClosure>(closure: &Closure<F>) -> &js_sys::Function {
    closure.as_ref().unchecked_ref()
}
