//! The place in a list that one has left and comes back to.

/// Where one was in a list when one went to another page.
pub(crate) struct Left {
    /// The list's address.
    pub(crate) list: String,
    /// The row at its upper edge.
    pub(crate) row: u32,
    pub(crate) active: u32,
}

impl Left {
    /// The row one goes on from when one comes to a list: the same; or the one a product's page leads back to, where
    /// one may have gone on to other products meanwhile.
    pub(crate) fn back(self, list: &str, row: u32) -> Option<u32> {
        match row {
            _ if self.list != list => None,
            row if row == self.row => Some(self.active),
            0 => None,
            row => Some(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_the_row_one_left_or_to_the_one_a_product_names() {
        let back = |list: &str, row| Left { list: "q=lamp".into(), row: 40, active: 45 }.back(list, row);

        assert_eq!(back("q=lamp", 40), Some(45));
        assert_eq!(back("q=lamp", 47), Some(47));
        assert_eq!([back("q=lamp", 0), back("", 40)], [None, None]);
    }
}
