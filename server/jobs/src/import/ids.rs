//! Ids that follow from the job and the line, not from chance: a batch that is repeated because nobody knows
//! whether it was committed makes the same products again, and the store sees that they are there.

use domain::{
    clock::Timestamp,
    ids::{ImageId, JobId, OpId, ProductId, VariantId},
};
use sha2::{Digest, Sha256};
use shopify_csv::Ids;

/// The ids of everything one row group of the file makes.
pub(crate) struct RecordIds {
    at: Timestamp,
    line: u64,
    seed: [u8; 32],
    parts: u32,
}

impl RecordIds {
    /// `at` is when the job was made: the ids sort among those of that time.
    pub(crate) fn new(job: JobId, at: Timestamp, line: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(job.0.as_bytes());
        hash.update(line.to_be_bytes());
        Self { at, line, seed: hash.finalize().into(), parts: 0 }
    }

    /// Ascends with the line, so that the products of one file lie side by side in the index of ids.
    pub(crate) fn product(&self) -> ProductId {
        let mut random = [0; 10];
        // A version 7 id keeps four bits of the first byte and six of the third: 30 bits of the line go around them.
        random[1] = (self.line >> 22) as u8;
        random[2] = ((self.line >> 16) & 0x3f) as u8;
        random[3] = (self.line >> 8) as u8;
        random[4] = self.line as u8;
        random[5..].copy_from_slice(&self.seed[..5]);
        ProductId::new(self.at, random)
    }

    pub(crate) fn op(&self) -> OpId {
        let mut random = [0; 10];
        random.copy_from_slice(&self.seed[5..15]);
        OpId::new(self.at, random)
    }

    /// Different for every part of the record, because the number stands in the last four bytes as it is.
    fn next_part(&mut self) -> [u8; 10] {
        self.parts += 1;
        let mut random = [0; 10];
        random.copy_from_slice(&self.seed[15..25]);
        for (byte, number) in random[6..].iter_mut().zip(self.parts.to_be_bytes()) {
            *byte ^= number;
        }
        random
    }
}

impl Ids for RecordIds {
    fn variant(&mut self) -> VariantId {
        VariantId::new(self.at, self.next_part())
    }

    fn image(&mut self) -> ImageId {
        ImageId::new(self.at, self.next_part())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn job(number: u8) -> JobId {
        JobId::new(AT, [number; 10])
    }

    #[test]
    fn the_same_line_of_the_same_job_makes_the_same_ids() {
        let (mut once, mut again) = (RecordIds::new(job(1), AT, 7), RecordIds::new(job(1), AT, 7));
        assert_eq!((once.product(), once.op(), once.variant(), once.image()), (again.product(), again.op(), again.variant(), again.image()));
    }

    #[test]
    fn other_lines_and_other_jobs_make_others() {
        let mut seen = HashSet::new();
        for number in 1..=2 {
            for line in 2..2_000 {
                let mut ids = RecordIds::new(job(number), AT, line);
                assert!(seen.insert(ids.product().0) && seen.insert(ids.op().0));
                assert!((0..3).all(|_| seen.insert(ids.variant().0) && seen.insert(ids.image().0)));
            }
        }
    }

    #[test]
    fn ids_of_products_ascend_with_the_line() {
        let ids: Vec<ProductId> =
            [2, 3, 255, 256, 65_535, 65_536, 70_000, 4_194_303, 4_194_304, 900_000_000].map(|line| RecordIds::new(job(1), AT, line).product()).into();
        assert!(ids.is_sorted());
    }
}
