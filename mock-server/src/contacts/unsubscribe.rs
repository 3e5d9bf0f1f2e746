//! `PUT /contacts/{key}/unsubscribe/{channel}`.

use super::decode;
use super::model::{Contact, SubscribeStatus};
use crate::account::State;
use crate::hints;
use crate::message::Reply;
use crate::refusal::Refusal;
use crate::routes::Call;

/// Unsubscribes one channel. `mcID` may come in the query (official) or the body (recorded), or be left out (client).
///
/// # Errors
/// 404 for an unknown contact; 422 `Channel doesn't exist`, `mcID doesn't belong to this contact` (official).
pub fn unsubscribe(call: &Call, state: &mut State) -> Result<Reply, Refusal> {
    let found = super::find(call, state)?;
    let name = decode(call.param("channel"))?;
    let mut contact = Contact::clone(&found);
    let Some(channel) = contact.channels.get_mut(&name) else {
        return Err(Refusal::messages("Channel doesn't exist")
            .because(format!("the contact has no address in the channel `{name}`"))
            .hint(hints::name("channel", &name, found.channels.iter().map(|(name, _)| name))));
    };
    if let Some(mc_id) = call.query.get("mcID").map(str::to_owned).or_else(|| call.body.text("mcID")) {
        // An mcID is {account}:{message}:{kind}:{cID}:{n} (recorded).
        if mc_id.split(':').nth(3) != Some(contact.id.to_string().as_str()) {
            return Err(Refusal::messages("mcID doesn't belong to this contact"));
        }
    }
    channel.set_status(SubscribeStatus::Unsubscribed, call.now);
    contact.last_modified = call.now;
    state.put_contact(contact).map_err(Refusal::messages)?;
    Ok(Reply::success())
}
