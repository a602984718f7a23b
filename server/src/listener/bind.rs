//! Binds the listening socket.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::Duration,
};

use tokio::{net::TcpListener, time::sleep};

/// How many times an address that is in use is tried again. A killed process leaves its socket for a moment to a child that it had forked
/// and that has not yet started its program.
const TRIES: u32 = 30;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens at an address, and waits up to three seconds for a process that has just ended to release it.
///
/// # Errors
/// When the address is not one of this machine, may not be used, or is still in use.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    for _ in 0..TRIES {
        match TcpListener::bind(address).await {
            Err(problem) if problem.kind() == ErrorKind::AddrInUse => sleep(PAUSE).await,
            bound => return bound,
        }
    }
    TcpListener::bind(address).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_a_process_leaves_in_a_moment_is_waited_for_and_one_that_stays_in_use_is_not() {
        let held = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = held.local_addr().expect("its address");
        let (taken, ()) = tokio::join!(listen(address), async { drop(held) });
        let _taken = taken.expect("it is free by now");
        assert_eq!(listen(address).await.expect_err("it is in use").kind(), ErrorKind::AddrInUse);
    }
}
