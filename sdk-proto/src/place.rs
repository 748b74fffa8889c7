//! Where a declaration stands in its file.

use prost_reflect::{FileDescriptor, MethodDescriptor};
use sdk_schema::Place;

/// The field of a file descriptor that names the package (`descriptor.proto`).
const PACKAGE: i32 = 2;

/// The place of a path of `SourceCodeInfo`, counted from one.
fn of(file: &FileDescriptor, path: &[i32]) -> Option<Place> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|it| it.path == path)?;
    let number = |at: usize| usize::try_from(*location.span.get(at)?).ok();
    Some(Place {
        line: number(0)? + 1,
        column: number(1)? + 1,
    })
}

pub(crate) fn of_package(file: &FileDescriptor) -> Option<Place> {
    of(file, &[PACKAGE])
}

pub(crate) fn of_method(method: &MethodDescriptor) -> Option<Place> {
    of(&method.parent_file(), method.path())
}
