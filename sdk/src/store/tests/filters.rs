//! Filters, selected fields, and what a scan says of itself.

use proptest::prelude::*;
use sdk_schema::{Timestamp, Value};
use serde_json::json;

use super::fixture::*;
use crate::store::{Is, IsNotNull, IsNull, Scan, Store, StoreError};

/// Posts 1 to 9 of one author with as many votes; those of an odd number are published.
async fn blog() -> Store {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    for number in 1..=9 {
        let mut row = post(number, 1);
        row.votes = i64::from(number) - 5;
        row.published_at = row.published_at.filter(|_| number % 2 == 1);
        insert(&store, &row).await.unwrap();
    }
    store
}

/// The votes of the posts that a scan finds.
async fn check(build: impl Fn(Scan<'_, Post>) -> Scan<'_, Post>) -> Vec<i64> {
    let store = blog().await;
    let found = store.read(async |tx| {
        let votes = build(tx.scan()).select(Post::VOTES).collect().await?.rows;
        let whole = build(tx.scan()).collect().await?.rows;
        assert_eq!(whole.iter().map(|row| row.votes).collect::<Vec<_>>(), votes);
        assert_eq!(build(tx.scan()).count().await?, votes.len() as u64);
        assert_eq!(build(tx.scan()).exists().await?, !votes.is_empty());
        assert_eq!(build(tx.scan()).first().await?, whole.into_iter().next());
        Ok::<_, StoreError>(votes)
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_filter_tries_each_row_of_the_range() {
    assert_eq!(check(|s| s.filter(Post::VOTES, 2..)).await, [2, 3, 4]);
    assert_eq!(check(|s| s.filter(Post::VOTES, -1..1)).await, [-1, 0]);
    assert_eq!(check(|s| s.filter(Post::VOTES, ..=-3)).await, [-4, -3]);
    assert_eq!(check(|s| s.filter(Post::VOTES, Is(0))).await, [0]);
    assert_eq!(check(|s| s.filter(Post::VOTES, 9..)).await, [0; 0]);
    assert_eq!(check(|s| s.filter(Post::SLUG, Is("post-4"))).await, [-1]);
    let both = check(|s| {
        s.filter(Post::VOTES, 0..)
            .filter(Post::SLUG, .."post-7".to_owned())
    });
    assert_eq!(both.await, [0, 1]);
    let reverse = check(|s| {
        let of_author = s.by(Post::AUTHOR, id(1)).range(Post::PUBLISHED_AT, ..);
        of_author.filter(Post::VOTES, 0..=2).rev()
    });
    assert_eq!(
        reverse.await,
        [2, 0, 1],
        "null comes first, so last in reverse"
    );
}

#[tokio::test]
async fn null_is_no_value_but_can_be_asked_for() {
    let is_null = check(|s| s.filter(Post::PUBLISHED_AT, IsNull));
    assert_eq!(is_null.await, [-3, -1, 1, 3]);
    let is_value = check(|s| s.filter(Post::PUBLISHED_AT, IsNotNull));
    assert_eq!(is_value.await, [-4, -2, 0, 2, 4]);
    assert_eq!(
        check(|s| s.filter(Post::PUBLISHED_AT, ..at(4))).await,
        [-4, -2],
        "null is not smaller than a value"
    );
    assert_eq!(
        check(|s| s.filter(Post::PUBLISHED_AT, Is(at(5)))).await,
        [0]
    );
    assert_eq!(
        check(|s| s.filter(Post::PUBLISHED_AT, Is(None::<Timestamp>))).await,
        [-3, -1, 1, 3]
    );
}

#[tokio::test]
async fn a_limit_counts_what_is_given_and_pages_go_on_behind_it() {
    let store = blog().await;
    let mut cursor = None;
    let mut pages = Vec::new();
    loop {
        let page = store.read(async |tx| {
            let scan = tx.scan::<Post>().filter(Post::PUBLISHED_AT, IsNull);
            let page = scan.after(cursor.clone()).limit(2).select(Post::VOTES);
            page.collect().await
        });
        let page = page.await.unwrap();
        pages.push(page.rows);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, [[-3, -1], [1, 3]], "no empty page at the end");
}

/// All pages of a scan, and how many rows each has.
async fn pages_of(
    store: &Store,
    build: impl Fn(Scan<'_, Post>) -> Scan<'_, Post>,
) -> (Vec<i64>, Vec<usize>) {
    let (mut votes, mut sizes) = (Vec::new(), Vec::new());
    let mut cursor = None;
    loop {
        let page = store.read(async |tx| {
            let scan = build(tx.scan()).after(cursor.clone());
            scan.select(Post::VOTES).collect().await
        });
        let page = page.await.unwrap();
        sizes.push(page.rows.len());
        votes.extend(page.rows);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return (votes, sizes),
        }
    }
}

#[tokio::test]
async fn a_page_looks_at_no_more_rows_than_it_may() {
    fn rare(scan: Scan<'_, Post>) -> Scan<'_, Post> {
        scan.filter(Post::VOTES, Is(3)).examine(3)
    }
    let store = blog().await;
    assert_eq!(
        pages_of(&store, rare).await,
        (vec![3], vec![0, 0, 1]),
        "the eighth of nine rows, which is at the end of no page"
    );
    let found = store.read(async |tx| {
        assert_eq!(rare(tx.scan()).count().await?, 1);
        assert!(rare(tx.scan()).exists().await?);
        Ok::<_, StoreError>(rare(tx.scan()).first().await?.map(|row| row.votes))
    });
    assert_eq!(found.await.unwrap(), Some(3));
}

/// Says what a closure is.
fn building<B: Fn(Scan<'_, Post>) -> Scan<'_, Post>>(build: B) -> B {
    build
}

#[test]
fn pages_have_the_rows_of_one_scan_however_few_each_looks_at() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let store = runtime.block_on(blog());
    let pages = |build: &dyn Fn(Scan<'_, Post>) -> Scan<'_, Post>| {
        runtime.block_on(pages_of(&store, build)).0
    };
    let cases = (-5_i64..5, 0_usize..12, 1_usize..5, any::<[bool; 2]>());
    proptest!(|((from, examined, limit, [by_index, reverse]) in cases)| {
        let build = building(|scan| {
            let scan = if by_index {
                scan.by(Post::AUTHOR, id(1)).range(Post::PUBLISHED_AT, ..)
            } else {
                scan
            };
            let scan = scan.filter(Post::VOTES, from..);
            if reverse { scan.rev() } else { scan }
        });
        let in_parts = building(|scan| build(scan).examine(examined).limit(limit));
        prop_assert_eq!(pages(&in_parts), pages(&build));
    });
}

#[tokio::test]
async fn a_scan_gives_the_selected_fields_alone() {
    let store = blog().await;
    let found = store.read(async |tx| {
        let scan = || tx.scan::<Post>().filter(Post::VOTES, 4..);
        let four = (Post::VOTES, Post::SLUG, Post::PUBLISHED_AT, Post::AUTHOR);
        assert_eq!(
            scan().select(Post::SLUG).first().await?,
            Some("post-9".to_owned())
        );
        assert_eq!(
            scan().select(four).collect().await?.rows,
            [(4, "post-9".to_owned(), Some(at(9)), id(1))]
        );
        let mut rows = scan().select((Post::VOTES, Post::VOTES)).rows()?;
        assert_eq!(rows.next().await?, Some((4, 4)));
        assert_eq!(rows.next().await?, None);
        Ok::<_, StoreError>(())
    });
    found.await.unwrap();
}

#[tokio::test]
async fn dynamic_scans_filter_and_select_by_name() {
    let store = blog().await;
    let number = |number: i64| Value::Int(number.into());
    let found = store.read(async |tx| {
        let posts = tx.table("blog.post")?;
        let some = posts.scan().filter("votes", number(3)..);
        let some = some
            .filter("published_at", IsNotNull)
            .select(&["slug", "votes"]);
        let one = posts
            .scan()
            .filter("votes", Is(number(0)))
            .select(&["slug"]);
        let rows = [some.collect().await?.rows, one.collect().await?.rows].concat();
        let rows: Vec<_> = rows.iter().map(|row| row.to_json().to_string()).collect();
        let refused = [
            posts.scan().filter("vote", IsNull).collect().await,
            posts.scan().filter("slug", Is(number(1))).collect().await,
            posts.scan().select(&["text"]).collect().await,
            tx.table("blog.everything")?
                .scan()
                .filter("json", Is(Value::Json(json!(1))))
                .collect()
                .await,
            tx.table("blog.everything")?
                .scan()
                .filter("words", Is(Value::String("a".into())))
                .collect()
                .await,
        ];
        let refused = refused.map(|it| it.unwrap_err().to_string());
        Ok::<_, StoreError>([rows, refused.into()].concat().join("\n"))
    });
    insta::assert_snapshot!(found.await.unwrap(), @r#"
    {"slug":"post-9","votes":4}
    {"slug":"post-5"}
    `blog.post` has no field `vote`; it has id, author, slug, published_at, votes
    field `slug` of `blog.post`: expected string, found 1
    `blog.post` has no field `text`; it has id, author, slug, published_at, votes
    field `json` of `blog.everything`: expected a type with an order, found json
    field `words` of `blog.everything`: expected a type with an order, or `containing` with an element, found vec of string
    "#);
}

#[tokio::test]
async fn rows_older_than_a_field_are_filtered_by_what_they_have_in_its_place() {
    let store = blog().await;
    let field = json!({ "name": "likes", "type": "i32", "default": 7 });
    let wider = json!({ "name": "likes", "type": "i64", "default": 0 });
    let operations = [
        operation(json!({ "add_field": { "table": "post", "field": field } })),
        operation(json!({ "change_field": { "table": "post", "field": wider } })),
    ];
    alter(&store, &operations).await.unwrap();
    let found = store.read(async |tx| {
        let posts = tx.table("blog.post")?;
        let count = async |number: i64| {
            let number = Value::Int(number.into());
            posts.scan().filter("likes", Is(number)).count().await
        };
        Ok::<_, StoreError>((count(7).await?, count(0).await?))
    });
    assert_eq!(found.await.unwrap(), (9, 0));
}

#[tokio::test]
async fn a_scan_says_how_it_finds_its_rows() {
    let store = blog().await;
    let said = store.read(async |tx| {
        let scan = || tx.scan::<Post>();
        let of_author = || scan().by(Post::AUTHOR, id(1));
        let early = || of_author().range(Post::PUBLISHED_AT, ..at(4));
        let page = early().limit(1).collect().await?;
        let scans = [
            scan(),
            scan().range(Post::ID, id(1)..=id(2)).limit(3),
            of_author()
                .range(Post::PUBLISHED_AT, at(1)..at(3))
                .filter(Post::VOTES, 10..)
                .rev()
                .limit(20),
            early().after(page.next),
            scan().by(
                (Post::AUTHOR, Post::PUBLISHED_AT),
                (id(1), None::<Timestamp>),
            ),
            scan().starts_with(Post::SLUG, "post-"),
            scan()
                .filter(Post::PUBLISHED_AT, IsNull)
                .filter(Post::SLUG, Is("a"))
                .filter(Post::VOTES, -1..=1),
            scan().filter(Post::PUBLISHED_AT, IsNotNull),
        ];
        let said = scans.into_iter().map(Scan::explain);
        said.collect::<Result<Vec<_>, StoreError>>()
    });
    let said = said.await.unwrap();
    let lines: Vec<_> = said.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    key (id) of blog.post: all rows
    key (id) of blog.post: id >= "01010101-0101-0101-0101-010101010101", id <= "02020202-0202-0202-0202-020202020202"; at most 3
    index (author, published_at) of blog.post: author = "01010101-0101-0101-0101-010101010101", published_at >= "1970-01-01T00:00:01.000000Z", published_at < "1970-01-01T00:00:03.000000Z"; filter: votes >= 10; from the last; at most 20
    index (author, published_at) of blog.post: author = "01010101-0101-0101-0101-010101010101", published_at < "1970-01-01T00:00:04.000000Z"; after a cursor
    index (author, published_at) of blog.post: author = "01010101-0101-0101-0101-010101010101", published_at is null
    index (slug) of blog.post: slug begins with "post-"
    key (id) of blog.post: all rows; filter: published_at is null, slug = "a", votes >= -1, votes <= 1
    key (id) of blog.post: all rows; filter: published_at is not null
    "#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&said[2]).unwrap(), @r#"
    {
      "table": "blog.post",
      "through": "index",
      "fields": [
        "author",
        "published_at"
      ],
      "served": [
        "author = \"01010101-0101-0101-0101-010101010101\"",
        "published_at >= \"1970-01-01T00:00:01.000000Z\"",
        "published_at < \"1970-01-01T00:00:03.000000Z\""
      ],
      "filters": [
        "votes >= 10"
      ],
      "reverse": true,
      "limit": 20,
      "continues": false,
      "expires": false
    }
    "#);
}
