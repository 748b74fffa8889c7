//! `#[derive(Module)]`.

use insta::assert_snapshot;
use sdk_schema::Name;

use crate::{model::Module, ui::faults};

#[test]
fn reads_the_whole_manifest() {
    let input = syn::parse_quote! {
        #[module(
            name = "blog",
            requires(sys_account::SysAccount, geo::Geo),
            tables(Post, tables::Comment),
            jobs(digest),
            steps(count_votes),
            locale = "de",
            was("diary", "journal"),
        )]
        struct Blog;
    };
    let module = Module::parse(&input).unwrap();
    let requires: Vec<_> = module.requires.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(module.name, "blog");
    assert_eq!(requires, ["sys_account", "geo"]);
    assert_eq!(module.tables.len(), 2);
    assert_eq!((module.jobs.len(), module.steps.len()), (1, 1));
    assert_eq!(module.locale, "de");
    assert_eq!(
        module.was,
        ["diary", "journal"].map(|name| Name::new(name).unwrap())
    );
}

#[test]
fn a_module_needs_no_more_than_a_name() {
    let input = syn::parse_quote!(
        #[module(name = "blog")]
        struct Blog;
    );
    let module = Module::parse(&input).unwrap();
    assert!(module.tables.is_empty());
    assert_eq!(module.locale, "en");
}

#[test]
fn needs_a_name() {
    assert_snapshot!(faults("#[derive(Module)] struct Blog;"), @r#"
        1:26: a module needs a manifest: `#[module(name = "…")]`
          | #[derive(Module)] struct Blog;
          |                          ^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module] struct Blog;"), @r#"
        1:21: expected `#[module(name = "…")]`
          | #[derive(Module)] #[module] struct Blog;
          |                     ^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module(tables(Post))] struct Blog;"), @r#"
        1:21: the manifest lacks `name = "…"`
          | #[derive(Module)] #[module(tables(Post))] struct Blog;
          |                     ^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"Blog\")] struct Blog;"), @r#"
        1:35: `Blog` is not a name: expected lower snake case, a letter first, at most 63 bytes
          | #[derive(Module)] #[module(name = "Blog")] struct Blog;
          |                                   ^^^^^^
    "#);
}

#[test]
fn requires_modules_of_other_crates() {
    assert_snapshot!(faults(
        "#[derive(Module)] #[module(name = \"blog\", requires(Geo, crate::Shop))] struct Blog;"
    ), @r#"
        1:52: expected the module of another crate, such as `sys_account::SysAccount`, found `Geo`
          | #[derive(Module)] #[module(name = "blog", requires(Geo, crate::Shop))] struct Blog;
          |                                                    ^^^
        1:57: expected the module of another crate, such as `sys_account::SysAccount`, found `crate::Shop`
          | #[derive(Module)] #[module(name = "blog", requires(Geo, crate::Shop))] struct Blog;
          |                                                         ^^^^^^^^^^^
    "#);
}

#[test]
fn refuses_unknown_and_repeated_keys() {
    assert_snapshot!(faults(
        "#[derive(Module)]\n#[module(name = \"blog\", table(Post), tables(A, A), jobs(a), jobs(b), steps = \"c\")]\nstruct Blog;"
    ), @r#"
    2:25: `#[module]` has no key `table`: expected `name`, `was`, `requires`, `tables`, `jobs`, `steps`, `services` or `locale`; did you mean `tables`?
      | #[module(name = "blog", table(Post), tables(A, A), jobs(a), jobs(b), steps = "c")]
      |                         ^^^^^
    2:48: `A` is listed twice
      | #[module(name = "blog", table(Post), tables(A, A), jobs(a), jobs(b), steps = "c")]
      |                                                ^
    2:61: `jobs` is given twice
      | #[module(name = "blog", table(Post), tables(A, A), jobs(a), jobs(b), steps = "c")]
      |                                                             ^^^^
    2:70: expected `steps(…)`
      | #[module(name = "blog", table(Post), tables(A, A), jobs(a), jobs(b), steps = "c")]
      |                                                                      ^^^^^^^^^^^
    "#);
}

#[test]
fn one_former_name_needs_no_list() {
    let input = syn::parse_quote!(
        #[module(name = "blog", was = "diary")]
        struct Blog;
    );
    assert_eq!(
        Module::parse(&input).unwrap().was,
        [Name::new("diary").unwrap()]
    );
}

#[test]
fn refuses_former_names_that_are_none() {
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"blog\", was(\"a\", \"a\"))] struct Blog;"), @r#"
    1:43: `a` is listed twice
      | #[derive(Module)] #[module(name = "blog", was("a", "a"))] struct Blog;
      |                                           ^^^^^^^^^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"blog\", was = \"blog\")] struct Blog;"), @r#"
    1:65: the module is `blog` now: `was` lists what it was before
      | #[derive(Module)] #[module(name = "blog", was = "blog")] struct Blog;
      |                                                                 ^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"blog\", was(Diary))] struct Blog;"), @r#"
    1:47: expected string literal
      | #[derive(Module)] #[module(name = "blog", was(Diary))] struct Blog;
      |                                               ^^^^^
    "#);
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"blog\", was())] struct Blog;"), @r#"
    1:43: expected `was("…")`
      | #[derive(Module)] #[module(name = "blog", was())] struct Blog;
      |                                           ^^^^^
    "#);
}

#[test]
fn refuses_generics() {
    assert_snapshot!(faults("#[derive(Module)] #[module(name = \"blog\")] struct Blog<T>(T);"), @r#"
        1:55: a module has no generics
          | #[derive(Module)] #[module(name = "blog")] struct Blog<T>(T);
          |                                                       ^^^
    "#);
}
