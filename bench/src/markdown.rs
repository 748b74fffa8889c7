//! Tables for pages.

use std::fmt::Write;

/// A table whose first column is text and whose others are numbers.
#[derive(Debug)]
pub(crate) struct Table {
    columns: usize,
    text: String,
}

impl Table {
    pub(crate) fn new<'a>(head: impl IntoIterator<Item = &'a str>) -> Self {
        let head: Vec<_> = head.into_iter().collect();
        let mut table = Self {
            columns: head.len(),
            text: String::new(),
        };
        table.row(head.iter().map(ToString::to_string));
        let rest = "---:|".repeat(table.columns.saturating_sub(1));
        table.text.push_str("|---|");
        table.text.push_str(&rest);
        table.text.push('\n');
        table
    }

    /// Adds a row; cells that are missing stay empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<_> = cells.into_iter().collect();
        self.text.push('|');
        for column in 0..self.columns {
            let cell = cells.get(column).map_or("", String::as_str);
            // Writing to a text does not fail.
            let _ = write!(self.text, " {cell} |");
        }
        self.text.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A number with three digits that count.
pub(crate) fn three_digits(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    group_thousands(&text)
}

/// Puts commas between the thousands of a number.
pub(crate) fn group_thousands(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_numbers_at_the_right() {
        let mut table = Table::new(["work", "ours", "target"]);
        table.row(["get", "1"].map(str::to_owned));
        let expect = "| work | ours | target |\n|---|---:|---:|\n| get | 1 |  |\n";
        assert_eq!(table.finish(), expect);
    }

    fn check(value: f64, expect: &str) {
        assert_eq!(three_digits(value), expect);
    }

    #[test]
    fn numbers_show_the_digits_that_count() {
        check(0.0, "0.00");
        check(1.234, "1.23");
        check(9.999, "10.0");
        check(12.34, "12.3");
        check(999.6, "1,000");
        check(1_234_567.0, "1,234,567");
    }
}
