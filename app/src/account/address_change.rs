//! Server functions that change the address a person signs in with: for browsers only, since they handle a password.

use leptos::prelude::*;

use crate::error::Error;

/// Requests another address to sign in with. It takes effect once the link that is sent there confirms it; the current one is notified.
#[server(name = ChangeAddress, prefix = "/call", endpoint = "change_address")]
pub async fn change_address(
    /// The address to sign in with from then on.
    email: String,
    /// The current password.
    present: String,
) -> Result<(), Error> {
    super::change_address::ask(&crate::context::Caller::current()?, &email, present).await
}

/// The pending address of the signed-in person.
#[server(name = ShowWaitingAddress, prefix = "/call", endpoint = "show_waiting_address", input = server_fn::codec::GetUrl)]
pub async fn show_waiting_address() -> Result<Option<String>, Error> {
    super::change_address::waiting(&crate::context::Caller::current()?).await
}

/// Sends the link to the pending address again.
#[server(name = SendAddressChange, prefix = "/call", endpoint = "send_address_change")]
pub async fn send_address_change() -> Result<(), Error> {
    super::change_address::send_again(&crate::context::Caller::current()?).await
}

/// Withdraws the request for another address, and its links.
#[server(name = ForgetAddressChange, prefix = "/call", endpoint = "forget_address_change")]
pub async fn forget_address_change() -> Result<(), Error> {
    super::change_address::forget(&crate::context::Caller::current()?).await
}
