//! Types of fields.

use insta::assert_snapshot;

use super::schema;
use crate::ui::field_faults;

#[test]
fn reads_scalars_by_the_last_segment_of_their_path() {
    assert_snapshot!(schema(
        "a: bool, b: i8, c: u128, d: f32, e: std::string::String, f: Vec<u8>, g: Id<Post>,
         h: sdk::Timestamp, i: Date, j: chrono::NaiveDate, k: serde_json::Json, r#type: u16"
    ), @r#"
        {"name":"a","type":"bool"}
        {"name":"b","type":"i8"}
        {"name":"c","type":"u128"}
        {"name":"d","type":"f32"}
        {"name":"e","type":"string"}
        {"name":"f","type":"bytes"}
        {"name":"g","type":"id"}
        {"name":"h","type":"timestamp"}
        {"name":"i","type":"date"}
        {"name":"j","type":"date"}
        {"name":"k","type":"json"}
        {"name":"type","type":"u16"}
    "#);
}

#[test]
fn reads_options_lists_and_enums() {
    assert_snapshot!(schema(
        "a: Option<i64>, b: Vec<String>, c: Option<Vec<Id<Tag>>>, d: Kind, e: Vec<Kind>, f: Vec<Vec<u8>>"
    ), @r#"
        {"name":"a","type":"i64","nullable":true}
        {"name":"b","type":{"vec":"string"}}
        {"name":"c","type":{"vec":"id"},"nullable":true}
        {"name":"d","type":{"enum":["draft","online"]}}
        {"name":"e","type":{"vec":{"enum":["draft","online"]}}}
        {"name":"f","type":{"vec":"bytes"}}
    "#);
}

#[test]
fn types_from_macros_are_read_through_their_invisible_groups() {
    let group =
        proc_macro2::Group::new(proc_macro2::Delimiter::None, quote::quote!(Option<String>));
    let ty = syn::parse2(proc_macro2::TokenTree::from(group).into()).unwrap();
    assert!(crate::model::TypeModel::parse(&ty).unwrap().nullable);
}

#[test]
fn refuses_nested_options_and_lists() {
    assert_snapshot!(field_faults("a: Option<Option<i64>>,"), @r"
        4:15: a field cannot be `Option<i64>`: an Option inside an Option says nothing more; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Option<Option<i64>>,
          |               ^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: Vec<Option<i64>>,"), @r"
        4:12: a field cannot be `Option<i64>`: a Vec holds values, not Options; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Vec<Option<i64>>,
          |            ^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: Option<Vec<Vec<String>>>,"), @r"
        4:19: a field cannot be `Vec<String>`: a Vec cannot hold Vecs: use Json; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Option<Vec<Vec<String>>>,
          |                   ^^^^^^^^^^^
    ");
}

#[test]
fn says_what_to_write_instead_of_a_type() {
    assert_snapshot!(field_faults("a: usize,"), @r"
        4:8: a field cannot be `usize`: use u64 or u32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: usize,
          |        ^^^^^
    ");
    assert_snapshot!(field_faults("a: string,"), @r"
        4:8: a field cannot be `string`: use String; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: string,
          |        ^^^^^^
    ");
    assert_snapshot!(field_faults("a: Option<isize>,"), @r"
        4:15: a field cannot be `isize`: use i64 or i32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Option<isize>,
          |               ^^^^^
    ");
    assert_snapshot!(field_faults("a: &'static str,"), @r"
        4:8: a field cannot be `&'static str`: a row owns its text: use String; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: &'static str,
          |        ^^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: DateTime<Utc>,"), @r"
        4:8: a field cannot be `DateTime<Utc>`: use Timestamp; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: DateTime<Utc>,
          |        ^^^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: HashMap<String, i64>,"), @r"
        4:8: a field cannot be `HashMap<String, i64>`: use Json; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: HashMap<String, i64>,
          |        ^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn lists_the_types_where_none_is_near() {
    assert_snapshot!(field_faults("a: (i64, i64),"), @r"
        4:8: a field cannot be `(i64, i64)`: a field holds one value: use several fields; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: (i64, i64),
          |        ^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: [u8; 16],"), @r"
        4:8: a field cannot be `[u8; 16]`: expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: [u8; 16],
          |        ^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: &Post,"), @r"
        4:8: a field cannot be `&Post`: a row owns what it holds; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: &Post,
          |        ^^^^^
    ");
    assert_snapshot!(field_faults("a: Arc<String>,"), @r"
        4:8: a field cannot be `Arc<String>`: expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Arc<String>,
          |        ^^^^^^^^^^^
    ");
    assert_snapshot!(field_faults("a: Option,"), @r"
        4:8: a field cannot be `Option`: write `Option<T>`; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Option,
          |        ^^^^^^
    ");
    assert_snapshot!(field_faults("a: Id,"), @r"
        4:8: a field cannot be `Id`: expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
          |     a: Id,
          |        ^^
    ");
}

#[test]
fn a_name_that_is_no_enum_of_the_crate_is_refused_where_enums_are_known() {
    assert_snapshot!(schema("a: Colour,"), @r"
        1:34: `Colour` is no type of a field: no enum of this crate with `#[derive(TableEnum)]` has that name; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
    ");
}
