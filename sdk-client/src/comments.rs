//! Comments of protos, as source info keeps them.

use prost_reflect::FileDescriptor;
use prost_types::source_code_info::Location;

/// What was written about one thing.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Comment(Option<String>);

impl Comment {
    /// The comment of what stands at `path` in a file: that before it, or
    /// that behind it on its line.
    pub(crate) fn of(file: &FileDescriptor, path: &[i32]) -> Self {
        let Some(location) = location(file, path) else {
            return Self::default();
        };
        let texts = [location.leading_comments(), location.trailing_comments()];
        let text = texts.into_iter().find(|text| !text.trim().is_empty());
        Self(text.map(unindent))
    }

    /// Its first paragraph, on one line and without a full stop.
    pub(crate) fn about(&self) -> Option<String> {
        let paragraph = self.0.as_ref()?.split("\n\n").next()?;
        let line = paragraph.lines().collect::<Vec<_>>().join(" ");
        Some(line.trim_end_matches('.').to_owned())
    }

    /// All of it.
    pub(crate) fn whole(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Where something stands in its file.
pub(crate) fn location<'a>(file: &'a FileDescriptor, path: &[i32]) -> Option<&'a Location> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    info.location.iter().find(|location| location.path == path)
}

/// A comment without the space that stands behind each `//`.
pub(crate) fn unindent(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        crate::text::one_line(line)
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    text.trim_matches('\n').to_owned()
}
