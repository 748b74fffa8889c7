//! Texts that go to a terminal: on one line, no longer than a cell, and without
//! anything that steers it.

/// The longest cell of a table, in characters.
const MAX_CELL: usize = 40;

/// The text on one line, with spaces for control characters.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// The text without control characters except the ends of its lines.
pub(crate) fn lines(text: &str) -> String {
    text.replace(|letter: char| letter.is_control() && letter != '\n', " ")
}

/// The text on one line, cut to the width of a cell.
pub(crate) fn cell(text: &str) -> String {
    let text = one_line(text);
    if text.chars().count() <= MAX_CELL {
        return text;
    }
    text.chars().take(MAX_CELL - 1).chain(['…']).collect()
}

/// Rows in aligned columns below their titles.
pub(crate) fn columns(titles: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(titles).chain(rows.iter().map(Vec::as_slice));
    let width = |at: usize| {
        let cells = all().filter_map(|row| row.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..titles.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_on_its_line_and_steers_no_terminal() {
        assert_eq!(cell("two\nlines\u{1b}[2J\u{9b}2J"), "two lines [2J 2J");
        assert_eq!(cell(&"ä".repeat(41)), "ä".repeat(39) + "…");
    }
}
