//! Protos that are written from descriptors compile to the same descriptors.

use std::{collections::BTreeMap, fs, path::Path};

use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor};
use sdk_client::proto_text;

use crate::descriptors::{POOL, compile};

/// Writes all files of a pool into a folder and compiles one of them again.
fn again(pool: &DescriptorPool, file: &str) -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in proto_text::tree(pool).unwrap() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    compile(&[folder.path()], file)
}

/// All comments of a file, by what they are about.
fn comments(file: &FileDescriptor) -> BTreeMap<Vec<i32>, (Vec<String>, String, String)> {
    let info = file.file_descriptor_proto().source_code_info.clone();
    let locations = info.unwrap_or_default().location.into_iter();
    let said = locations.map(|it| {
        let trimmed = |text: &str| text.trim().to_owned();
        let detached = it.leading_detached_comments.iter().map(|it| trimmed(it));
        let texts = (
            detached.collect::<Vec<_>>(),
            trimmed(it.leading_comments()),
            trimmed(it.trailing_comments()),
        );
        (it.path, texts)
    });
    said.filter(|(_, texts)| *texts != Default::default())
        .collect()
}

/// A file with all of its options, as text that says what differs.
fn document(file: &FileDescriptor) -> String {
    let pool = file.parent_pool();
    let desc = pool.get_message_by_name("google.protobuf.FileDescriptorProto");
    let desc = desc.unwrap_or_else(|| {
        prost_reflect::ReflectMessage::descriptor(&prost_types::FileDescriptorProto::default())
    });
    let mut message = DynamicMessage::decode(desc, file.encode_to_vec().as_slice()).unwrap();
    message.clear_field_by_name("source_code_info");
    let json = serde_json::to_value(&message).unwrap();
    format!("{json:#}")
}

#[track_caller]
fn check(pool: &DescriptorPool, name: &str) {
    let written = again(pool, name);
    for file in written.files() {
        if !file.name().starts_with("google/") {
            let original = pool.get_file_by_name(file.name()).unwrap();
            assert_eq!(document(&file), document(&original));
            assert_eq!(comments(&file), comments(&original), "{}", file.name());
        }
    }
}

#[test]
fn what_is_written_compiles_to_the_same_descriptors() {
    check(&POOL, "shop/v1/shop.proto");
}

#[test]
fn names_that_hide_others_are_written_in_full() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hiding.proto"), HIDING).unwrap();
    check(&compile(&[folder.path()], "hiding.proto"), "hiding.proto");
}

#[test]
fn proto2_keeps_its_labels_and_defaults() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.proto"), OLD).unwrap();
    check(&compile(&[folder.path()], "old.proto"), "old.proto");
}

#[test]
fn a_proto_reads_as_if_a_person_had_written_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hiding.proto"), HIDING).unwrap();
    let pool = compile(&[folder.path()], "hiding.proto");
    let file = pool.get_file_by_name("hiding.proto").unwrap();
    insta::assert_snapshot!(proto_text::of_file(&file), @r#"
    // Detached.

    // About the file.
    syntax = "proto3";

    // About the package.
    package hide.v1;

    import "google/protobuf/timestamp.proto"; // For times.

    option java_package = "org.example.\"hide\"";
    option deprecated = true;

    // A message.
    message Outer {
      // Behind the brace.

      // Detached from the field.

      // Two
      //   lines.
      Inner first = 1; // Behind it.
      .hide.v1.Inner second = 2;
      google.protobuf.Timestamp third = 3 [json_name = "3rd", deprecated = true];
      // One of them.
      oneof one {
        string text = 4;
        bytes data = 5;
      }
      map<int32, .hide.v1.Inner> map = 6;
      optional bool maybe = 7;
      repeated int32 packed = 8 [packed = false];
      message Inner {
        hide.Deep deep = 1;
        reserved 2, 4 to 6, 100 to max;
        reserved "old", "older";
      }
      enum Level {
        option allow_alias = true;
        LEVEL_UNSPECIFIED = 0;
        LEVEL_NONE = 0 [deprecated = true];
        LEVEL_LOW = -1;
        reserved 5, 7 to 9;
        reserved "LEVEL_OLD";
      }
    }

    message Inner {}

    // It is called like the package.
    message hide {
      message Deep {}
    }

    service Hide {
      option deprecated = true;
      rpc Call(Outer.Inner) returns (Inner);
      rpc Stream(stream hide.Deep) returns (stream Inner) {
        option idempotency_level = IDEMPOTENT;
      }
    }
    "#);
}

#[test]
fn what_every_tool_has_is_not_written() {
    let names: Vec<_> = proto_text::tree(&POOL).unwrap();
    let names: Vec<_> = names.iter().map(|(name, _)| Path::new(name)).collect();
    assert_eq!(
        names,
        [
            Path::new("sdk/v1/options.proto"),
            Path::new("shop/v1/shop.proto")
        ]
    );
}

#[test]
fn files_of_grpc_are_known_by_their_package() {
    let reflection = tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET;
    let pool = DescriptorPool::decode(reflection).unwrap();
    // Its name would be a proto at the root of the export.
    assert!(pool.get_file_by_name("reflection_v1.proto").is_some());
    assert_eq!(proto_text::tree(&pool).unwrap(), []);
}

const HIDING: &str = r#"// Detached.

// About the file.
syntax = "proto3";

// About the package.
package hide.v1;

import "google/protobuf/timestamp.proto"; // For times.

option java_package = "org.example.\"hide\"";
option deprecated = true;

// A message.
message Outer {
  // Behind the brace.

  // Detached from the field.

  // Two
  //   lines.
  Inner first = 1; // Behind it.
  .hide.v1.Inner second = 2;
  google.protobuf.Timestamp third = 3 [deprecated = true, json_name = "3rd"];
  // One of them.
  oneof one {
    string text = 4;
    bytes data = 5;
  }
  map<int32, .hide.v1.Inner> map = 6;
  optional bool maybe = 7;
  repeated int32 packed = 8 [packed = false];
  message Inner {
    reserved 2, 4 to 6, 100 to max;
    reserved "old", "older";
    .hide.v1.hide.Deep deep = 1;
  }
  enum Level {
    option allow_alias = true;
    LEVEL_UNSPECIFIED = 0;
    LEVEL_NONE = 0 [deprecated = true];
    LEVEL_LOW = -1;
    reserved 5, 7 to 9;
    reserved "LEVEL_OLD";
  }
}

message Inner {}

// It is called like the package.
message hide {
  message Deep {}
}

service Hide {
  option deprecated = true;
  rpc Call(Outer.Inner) returns (Inner);
  rpc Stream(stream .hide.v1.hide.Deep) returns (stream Inner) {
    option idempotency_level = IDEMPOTENT;
  }
}
"#;

const OLD: &str = r#"syntax = "proto2";

package old;

message Old {
  required string name = 1 [default = "a \"b\""];
  optional int32 number = 2 [default = -3];
  optional bytes data = 3 [default = "\001\"x"];
  optional float ratio = 4 [default = inf];
  optional Kind kind = 5 [default = KIND_B];
  repeated Old more = 6;
  extensions 100 to 199, 1000 to max;
  enum Kind {
    KIND_A = 1;
    KIND_B = 2;
  }
  extend Old {
    optional string inner = 101;
  }
}

extend Old {
  optional Old outer = 100;
}
"#;
