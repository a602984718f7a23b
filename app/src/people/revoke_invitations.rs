//! Taking back what members have invited and nobody has answered, however much it is.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    invitation_mail,
    store::invitation::{self, KeptInvitations},
};
use crate::{database::Db, error::Error, outbox};

/// So many go in one statement: each of them is written down, and a statement has its time.
const PIECE: usize = 2_000;

/// Takes the open invitations of members back, but for what is spared, and keeps their mails from leaving; which they were. To be called
/// while the organization is held. One that has run out lets nobody in, and stays as it is.
pub async fn revoke_open(db: &mut Db, members: &[Uuid], spared: &KeptInvitations, now: Timestamp) -> Result<Vec<Uuid>, Error> {
    let mut taken_back = Vec::new();
    loop {
        let piece = invitation::revoke_of(db, members, spared, now, PIECE as i64).await?;
        outbox::cancel_mails(db, &piece, &invitation_mail::taken_back()).await?;
        let last = piece.len() < PIECE;
        taken_back.extend(piece);
        if last {
            return Ok(taken_back);
        }
    }
}
