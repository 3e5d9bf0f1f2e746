//! A contact's channels by name. Nearly every contact has one or two: a sorted list of pairs takes a tenth of the
//! memory of a map.

use super::model::Channel;

/// Channels by name, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct Channels(Vec<(Box<str>, Channel)>);

impl Channels {
    /// The channel with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Channel> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// The channel with this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Channel> {
        self.place(name).ok().map(|at| &mut self.0[at].1)
    }

    /// The channel with this name; an empty one, where there was none.
    pub fn get_or_default(&mut self, name: &str) -> &mut Channel {
        let at = self.place(name).unwrap_or_else(|at| {
            // One by one: a list that doubles would mostly be empty.
            self.0.reserve_exact(1);
            self.0.insert(at, (name.into(), Channel::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Puts a channel in the place of the one with this name, if there is one.
    pub fn insert(&mut self, name: &str, channel: Channel) {
        *self.get_or_default(name) = channel;
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Channel)> {
        self.0.iter().map(|(name, channel)| (&**name, channel))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_stay_in_order_and_a_second_one_of_a_name_replaces_the_first() {
        let mut channels = Channels::default();
        for (name, address) in [("sms", "1"), ("email", "2"), ("sms", "3")] {
            channels.insert(name, Channel { address: address.to_owned(), ..Channel::default() });
        }
        let pairs: Vec<_> = channels.iter().map(|(name, channel)| (name, channel.address.as_str())).collect();
        assert_eq!(pairs, [("email", "2"), ("sms", "3")]);
        assert!(channels.get("push").is_none());
    }
}
