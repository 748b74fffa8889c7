//! From files to faults and Rust.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{Import, Protos, compile, rust_text};

/// A folder with these protos.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join("proto").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// A file of the module `blog` with these declarations.
fn blog(declarations: &str) -> TempDir {
    let head = "syntax = \"proto3\";\npackage blog.v1;\nimport \"sdk/v1/options.proto\";\n";
    folder(&[("blog/v1/blog.proto", &format!("{head}{declarations}"))])
}

fn compiled(dir: &Path, imports: &[Import]) -> Result<Option<Protos>, String> {
    compile(dir, &"blog".parse().unwrap(), imports).map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

fn refusal(dir: &TempDir) -> String {
    compiled(dir.path(), &[]).unwrap_err()
}

const MESSAGES: &str = "message Ask { string title = 1; }\nmessage Answer { uint64 done = 1; uint64 total = 2; string what = 3; }\n";

/// A service with one method that has these options.
fn method(returns: &str, options: &str) -> TempDir {
    blog(&format!(
        "service Blog {{\n  rpc Tell(Ask) returns ({returns}) {{ {options} }}\n}}\n{MESSAGES}"
    ))
}

#[test]
fn a_module_without_protos_has_none() {
    assert!(compiled(folder(&[]).path(), &[]).unwrap().is_none());
    let text = rust_text(None);
    insta::assert_snapshot!(text, @r#"
    #[doc(hidden)]
    pub mod __sdk_proto {
        pub const DESCRIPTORS: &[u8] = &[];
        /// Services with what is wrong when nothing serves them.
        pub const SERVICES: &[(&str, &str)] = &[];
    }
    "#);
}

#[test]
fn each_kind_of_policy_is_accepted() {
    for policy in [
        "{public: true}",
        "{signed_in: true}",
        "{role: \"operator\"}",
        "{permission: \"blog.post.write\"}",
    ] {
        let dir = method("Answer", &format!("option (sdk.v1.policy) = {policy};"));
        let protos = compiled(dir.path(), &[]).unwrap().unwrap();
        assert_eq!(protos.services[0].name, "blog.v1.Blog");
    }
}

#[test]
fn a_method_without_a_policy_is_refused_where_it_stands() {
    insta::assert_snapshot!(refusal(&method("Answer", "")), @r#"proto/blog/v1/blog.proto:5:3: method `blog.v1.Blog.Tell` has no policy: say who may call it, such as `option (sdk.v1.policy) = {signed_in: true};` (with import "sdk/v1/options.proto")"#);
}

#[test]
fn a_policy_that_says_nothing_is_refused() {
    let refused = |policy: &str| {
        let option = format!("option (sdk.v1.policy) = {policy};");
        let text = refusal(&method("Answer", &option));
        text.trim_start_matches("proto/blog/v1/blog.proto:5:3: method `blog.v1.Blog.Tell`")
            .to_owned()
    };
    insta::assert_snapshot!(refused("{}"), @": its policy is empty: expected one of public, signed_in, role, permission");
    insta::assert_snapshot!(refused("{public: false}"), @": a policy of public = false says nothing: expected true, or another policy");
    insta::assert_snapshot!(refused("{permission: \"Blog Write\"}"), @": permission `Blog Write`: expected lower-case words with dots between, such as `blog.write`");
}

#[test]
fn progress_names_fields_of_a_stream() {
    let refused = |returns: &str, progress: &str| {
        let options = format!(
            "option (sdk.v1.policy) = {{public: true}}; option (sdk.v1.progress) = {progress};"
        );
        refusal(&method(returns, &options))
    };
    insta::assert_snapshot!(refused("Answer", "{done: \"done\"}"), @"proto/blog/v1/blog.proto:5:3: method `blog.v1.Blog.Tell`: progress is told by a stream, and it returns none");
    insta::assert_snapshot!(refused("stream Answer", "{done: \"what\", total: \"total\"}"), @"proto/blog/v1/blog.proto:5:3: method `blog.v1.Blog.Tell`: progress by done = `what`: expected a field of `blog.v1.Answer` that holds a number");
}

#[test]
fn a_package_is_that_of_the_module() {
    let dir = folder(&[
        (
            "other/v1/a.proto",
            "syntax = \"proto3\";\npackage other.v1;\n",
        ),
        ("blog/b.proto", "syntax = \"proto3\";\npackage blog.v2;\n"),
        ("blog/c.proto", "syntax = \"proto3\";\npackage blog;\n"),
    ]);
    insta::assert_snapshot!(refusal(&dir), @r"
    proto/blog/b.proto:2:1: a file of package `blog.v2` stands in proto/blog/v2
    proto/blog/c.proto:2:1: package `blog`: expected the module's name and a version, such as `blog.v1`
    proto/other/v1/a.proto:2:1: package `other.v1`: expected the module's name and a version, such as `blog.v1`
    ");
}

#[test]
fn a_file_that_cannot_be_read_says_where() {
    // What was expected comes in no fixed order.
    let refused = refusal(&blog("message Post { strin title = 1 }"));
    assert!(
        refused.starts_with("proto/blog/v1/blog.proto:4:32: expected "),
        "{refused}"
    );
    assert!(refused.ends_with(", but found '}'"), "{refused}");
    insta::assert_snapshot!(refusal(&blog("message Post { Title title = 1; }")), @"proto/blog/v1/blog.proto:4:16: name 'Title' is not defined");
    insta::assert_snapshot!(refusal(&blog("import \"shop/v1/shop.proto\";")), @"proto/blog/v1/blog.proto:4:1: import 'shop/v1/shop.proto' not found");
    insta::assert_snapshot!(refusal(&folder(&[("blog/v1/notes.txt", "")])), @"proto/blog/v1/notes.txt: has no place here: expected *.proto");
}

#[test]
fn messages_of_a_required_module_are_those_of_its_crate() {
    let shop = folder(&[(
        "shop/v1/shop.proto",
        "syntax = \"proto3\"; package shop.v1; message Item { string name = 1; }",
    )]);
    let dir = blog("import \"shop/v1/shop.proto\";\nmessage Post { shop.v1.Item item = 1; }");
    let import = Import {
        module: "shop".parse().unwrap(),
        folder: shop.path().join("proto"),
    };
    let protos = compiled(dir.path(), &[import]).unwrap().unwrap();
    let text = rust_text(Some(&protos));
    assert!(
        text.contains("pub item: ::core::option::Option<::shop::proto::shop::v1::Item>"),
        "{text}"
    );
    assert!(!text.contains("pub struct Item"), "{text}");
}

#[test]
fn the_rust_reaches_everything_through_the_sdk() {
    let dir = method("stream Answer", "option (sdk.v1.policy) = {public: true};");
    let protos = compiled(dir.path(), &[]).unwrap().unwrap();
    let text = rust_text(Some(&protos));
    let stray: Vec<_> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| {
            let own = line.replace("::sdk::__private::", "");
            ["tonic::", "prost::", "tonic_prost::"]
                .iter()
                .any(|path| line.contains(path) && own.len() == line.len())
        })
        .collect();
    assert!(stray.is_empty(), "{stray:#?}");
    assert!(text.contains("pub type BlogClient = blog_client::BlogClient<::sdk::rpc::Channel>;"));
}

#[test]
fn equal_protos_make_equal_rust_and_descriptors() {
    let dir = method("Answer", "option (sdk.v1.policy) = {public: true};");
    let once = compiled(dir.path(), &[]).unwrap().unwrap();
    let again = compiled(dir.path(), &[]).unwrap().unwrap();
    assert_eq!(rust_text(Some(&once)), rust_text(Some(&again)));
    assert_eq!(once.descriptors, again.descriptors);
}
