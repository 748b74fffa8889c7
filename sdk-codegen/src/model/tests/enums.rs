//! `#[derive(TableEnum)]`.

use insta::assert_snapshot;

use crate::{model::TableEnum, ui::faults};

#[test]
fn variants_are_named_in_snake_case_unless_they_say_otherwise() {
    let input = syn::parse_quote! {
        enum Stage { NotYet, #[table_enum(name = "online")] Live }
    };
    let names = TableEnum::parse(&input).unwrap().names();
    assert_eq!(names, ["not_yet", "online"]);
}

#[test]
fn refuses_what_a_field_cannot_hold() {
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind { Draft, Live(u8), Gone { at: u8 } }"), @r"
        1:45: variant `Live` holds data: a field holds the name of a variant alone; use Json, or several fields
          | #[derive(TableEnum)] enum Kind { Draft, Live(u8), Gone { at: u8 } }
          |                                             ^^^^
        1:56: variant `Gone` holds data: a field holds the name of a variant alone; use Json, or several fields
          | #[derive(TableEnum)] enum Kind { Draft, Live(u8), Gone { at: u8 } }
          |                                                        ^^^^^^^^^^
    ");
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind {}"), @r"
        1:27: an enum of a table needs at least one variant
          | #[derive(TableEnum)] enum Kind {}
          |                           ^^^^
    ");
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind<T> { Draft }"), @r"
        1:31: an enum of a table has no generics
          | #[derive(TableEnum)] enum Kind<T> { Draft }
          |                               ^^^
    ");
    assert_snapshot!(faults("#[derive(TableEnum)] struct Kind;"), @r"
        1:29: `#[derive(TableEnum)]` is for enums
          | #[derive(TableEnum)] struct Kind;
          |                             ^^^^
    ");
}

#[test]
fn refuses_two_variants_of_one_name() {
    assert_snapshot!(faults(
        "#[derive(TableEnum)] enum Kind { Draft, #[table_enum(name = \"draft\")] Live }"
    ), @r#"
        1:71: `Draft` is named `draft` too
          | #[derive(TableEnum)] enum Kind { Draft, #[table_enum(name = "draft")] Live }
          |                                                                       ^^^^
    "#);
}

#[test]
fn refuses_mistakes_in_the_attribute() {
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind { #[table_enum(rename = \"a\")] Draft }"), @r#"
        1:47: `#[table_enum]` has no key `rename`: expected `name`
          | #[derive(TableEnum)] enum Kind { #[table_enum(rename = "a")] Draft }
          |                                               ^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind { #[table_enum(name = \"In Work\")] Draft }"), @r#"
        1:54: `In Work` is not a name: expected lower snake case, a letter first, at most 63 bytes
          | #[derive(TableEnum)] enum Kind { #[table_enum(name = "In Work")] Draft }
          |                                                      ^^^^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(TableEnum)] enum Kind { #[table_enum] Draft }"), @r#"
        1:36: expected `#[table_enum(name = "…")]`
          | #[derive(TableEnum)] enum Kind { #[table_enum] Draft }
          |                                    ^^^^^^^^^^
    "#);
}
