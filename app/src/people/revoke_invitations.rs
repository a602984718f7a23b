//! Revokes the open invitations of members, in batches.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    invitation_mail,
    store::invitation::{self, KeptInvitations},
};
use crate::{database::Db, error::Error, outbox};

/// Batch size per statement: each revocation is audited, and statements have a timeout.
const PIECE: usize = 2_000;

/// Revokes the open invitations of members except the kept ones, and cancels their mails; returns the revoked ids. The caller must hold the
/// lock on the organization. Expired invitations let nobody in and stay unchanged.
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
