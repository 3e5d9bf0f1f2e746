//! Byte strings in one piece of memory. An exchange has a dozen of them, and the journal makes and forgets one with
//! every request: one piece is one allocation, and little to touch when its time is over.

/// A list of byte strings.
#[derive(Debug)]
pub(super) struct Packed(Box<[u8]>);

/// What stands before each string: its length.
const PREFIX: usize = size_of::<usize>();

impl Packed {
    /// Packs what `parts` gives; it is asked twice, first for the lengths.
    pub(super) fn new<'a, I: Iterator<Item = &'a [u8]>>(parts: impl Fn() -> I) -> Self {
        let size = parts().map(|part| PREFIX + part.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        for part in parts() {
            bytes.extend_from_slice(&part.len().to_ne_bytes());
            bytes.extend_from_slice(part);
        }
        Self(bytes.into_boxed_slice())
    }

    /// The strings, in their order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk()?;
            let (part, after) = after.split_at_checked(usize::from_ne_bytes(*length))?;
            rest = after;
            Some(part)
        })
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_as_it_was() {
        for parts in [&[][..], &[""], &["a", "", "b\0c"]] {
            let packed = Packed::new(|| parts.iter().map(|part| part.as_bytes()));
            assert_eq!(
                packed.parts().collect::<Vec<_>>(),
                parts.iter().map(|p| p.as_bytes()).collect::<Vec<_>>()
            );
        }
    }
}
