//! Rounds: every contender in turn, again and again, so that what the machine
//! does meanwhile meets all of them alike.

/// What was measured of one contender, one value for each round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The middle value; of an even number, the mean of the middle two. None
    /// when nothing was measured.
    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let upper = sorted.get(sorted.len() / 2)?;
        let lower = sorted.get((sorted.len() - 1) / 2)?;
        Some(f64::midpoint(*lower, *upper))
    }

    /// The smallest and the greatest value.
    pub(crate) fn extremes(&self) -> Option<(f64, f64)> {
        let least = self.0.iter().copied().min_by(f64::total_cmp)?;
        let greatest = self.0.iter().copied().max_by(f64::total_cmp)?;
        Some((least, greatest))
    }
}

/// The order of `contenders` in a round: each round begins one further.
pub(crate) fn order(round: usize, contenders: usize) -> impl Iterator<Item = usize> {
    (0..contenders).map(move |turn| (turn + round) % contenders)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expect: Option<f64>) {
        let samples = Samples(values.to_vec());
        assert_eq!(samples.median(), expect, "{values:?}");
    }

    #[test]
    fn the_median_is_the_middle_value() {
        check(&[], None);
        check(&[3.0], Some(3.0));
        check(&[3.0, 1.0, 2.0], Some(2.0));
        check(&[4.0, 1.0, 2.0, 3.0], Some(2.5));
    }

    #[test]
    fn each_contender_begins_a_round_once() {
        let firsts: Vec<_> = (0..3).filter_map(|round| order(round, 3).next()).collect();
        assert_eq!(firsts, [0, 1, 2]);
        assert_eq!(order(4, 3).collect::<Vec<_>>(), [1, 2, 0]);
    }
}
