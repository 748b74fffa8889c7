//! Comments of protos, as source info keeps them.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FileDescriptor};
use prost_types::source_code_info::Location;

/// The comments of all files of a pool.
#[derive(Debug, Clone, Default)]
pub(crate) struct Comments {
    /// By file, and by the path of what they are about.
    texts: HashMap<String, HashMap<Vec<i32>, String>>,
}

/// What was written about one thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Comment<'a>(Option<&'a str>);

impl Comments {
    /// Reads them all once: help asks for many.
    pub(crate) fn new(pool: &DescriptorPool) -> Self {
        let texts = pool.files().map(|file| {
            let info = file.file_descriptor_proto().source_code_info.as_ref();
            let locations = info.map(|info| info.location.as_slice());
            let locations = locations.unwrap_or_default().iter();
            let commented = locations.filter_map(|it| Some((it.path.clone(), text(it)?)));
            (file.name().to_owned(), commented.collect())
        });
        Self {
            texts: texts.collect(),
        }
    }

    /// The comment of what stands at `path` in a file: that before it, or
    /// that behind it on its line.
    pub(crate) fn of(&self, file: &FileDescriptor, path: &[i32]) -> Comment<'_> {
        let text = self.texts.get(file.name()).and_then(|it| it.get(path));
        Comment(text.map(String::as_str))
    }
}

impl<'a> Comment<'a> {
    /// Its first paragraph, on one line and without a full stop.
    pub(crate) fn about(self) -> Option<String> {
        let paragraph = self.0?.split("\n\n").next()?;
        let line = paragraph.lines().collect::<Vec<_>>().join(" ");
        Some(line.trim_end_matches('.').to_owned())
    }

    /// Its first sentence, for lists of commands.
    pub(crate) fn summary(self) -> Option<String> {
        let about = self.about()?;
        let sentence = about.split_once(". ").map(|(first, _)| first.to_owned());
        Some(sentence.unwrap_or(about))
    }

    /// All of it.
    pub(crate) fn whole(self) -> Option<&'a str> {
        self.0
    }
}

fn text(location: &Location) -> Option<String> {
    let texts = [location.leading_comments(), location.trailing_comments()];
    let text = texts.into_iter().find(|text| !text.trim().is_empty());
    text.map(unindent)
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
