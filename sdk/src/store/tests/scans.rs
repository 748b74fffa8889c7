//! Scans by key and index: ranges, prefixes, order, pages.

use super::fixture::*;
use crate::store::{Cursor, Page, Scan, Store, StoreError};

/// Two authors; posts 1 to 6, odd ones by author 1; post 6 is not published.
async fn blog() -> Store {
    let store = store().await;
    insert(&store, &author(1)).await.unwrap();
    insert(&store, &author(2)).await.unwrap();
    for number in 1..=6 {
        let mut row = post(number, 2 - number % 2);
        row.published_at = row.published_at.filter(|_| number < 6);
        insert(&store, &row).await.unwrap();
    }
    store
}

fn numbers(rows: &[Post]) -> Vec<u8> {
    rows.iter()
        .map(|post| post.id.uuid().as_bytes()[0])
        .collect()
}

/// The numbers of the posts that a scan finds, or its error.
async fn check(build: impl Fn(Scan<'_, Post>) -> Scan<'_, Post>) -> Result<Vec<u8>, StoreError> {
    let store = blog().await;
    let found = store.read(async |tx| {
        let page = build(tx.scan::<Post>()).collect().await?;
        assert_eq!(
            page.rows.len() as u64,
            build(tx.scan::<Post>()).count().await?
        );
        Ok(numbers(&page.rows))
    });
    found.await
}

#[tokio::test]
async fn rows_come_in_the_order_of_the_key_and_back() {
    assert_eq!(check(|scan| scan).await.unwrap(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(
        check(|scan| scan.rev().limit(9)).await.unwrap(),
        [6, 5, 4, 3, 2, 1]
    );
    assert_eq!(check(|scan| scan.limit(2)).await.unwrap(), [1, 2]);
    assert_eq!(check(|scan| scan.rev().limit(2)).await.unwrap(), [6, 5]);
}

#[tokio::test]
async fn ranges_of_the_key_have_open_and_closed_ends() {
    let key = |number| id::<Post>(number);
    assert_eq!(check(|s| s.by(Post::ID, key(3))).await.unwrap(), [3]);
    assert_eq!(
        check(|s| s.range(Post::ID, key(2)..key(4))).await.unwrap(),
        [2, 3]
    );
    assert_eq!(
        check(|s| s.range(Post::ID, key(2)..=key(4))).await.unwrap(),
        [2, 3, 4]
    );
    assert_eq!(
        check(|s| s.range(Post::ID, key(5)..)).await.unwrap(),
        [5, 6]
    );
    assert_eq!(check(|s| s.range(Post::ID, ..key(2))).await.unwrap(), [1]);
    assert_eq!(
        check(|s| s.range(Post::ID, key(4)..key(2))).await.unwrap(),
        [0; 0]
    );
}

#[tokio::test]
async fn leading_fields_of_an_index_serve_and_the_next_gives_the_order() {
    assert_eq!(
        check(|s| s.by(Post::AUTHOR, id(1))).await.unwrap(),
        [1, 3, 5]
    );
    let ordered = check(|s| s.by(Post::AUTHOR, id(2)).range(Post::PUBLISHED_AT, ..)).await;
    assert_eq!(ordered.unwrap(), [6, 2, 4], "null comes first");
    let until = check(|s| s.by(Post::AUTHOR, id(2)).range(Post::PUBLISHED_AT, ..at(3))).await;
    assert_eq!(until.unwrap(), [2], "null is not smaller than a value");
    let from = check(|s| {
        s.by(Post::AUTHOR, id(1))
            .range(Post::PUBLISHED_AT, at(2)..)
            .rev()
    })
    .await;
    assert_eq!(from.unwrap(), [5, 3]);
    let both = check(|s| s.by((Post::AUTHOR, Post::PUBLISHED_AT), (id(2), at(4)))).await;
    assert_eq!(both.unwrap(), [4]);
    let swapped = check(|s| s.by(Post::PUBLISHED_AT, at(4)).by(Post::AUTHOR, id(2))).await;
    assert_eq!(
        swapped.unwrap(),
        [4],
        "the order of equal fields does not matter"
    );
}

#[tokio::test]
async fn a_prefix_finds_all_texts_that_begin_so() {
    assert_eq!(
        check(|s| s.starts_with(Post::SLUG, "post-"))
            .await
            .unwrap()
            .len(),
        6
    );
    assert_eq!(
        check(|s| s.starts_with(Post::SLUG, "post-3"))
            .await
            .unwrap(),
        [3]
    );
    assert_eq!(
        check(|s| s.starts_with(Post::SLUG, "posts")).await.unwrap(),
        [0; 0]
    );
    assert_eq!(
        check(|s| s.starts_with(Post::SLUG, ""))
            .await
            .unwrap()
            .len(),
        6
    );
}

#[tokio::test]
async fn a_scan_that_nothing_serves_lists_what_there_is() {
    let error = check(|scan| scan.by(Post::VOTES, 0)).await.unwrap_err();
    insta::assert_snapshot!(error, @"no index of `blog.post` serves a scan by (votes); there are the key (id), (author, published_at), (slug)");
    let gap = check(|s| s.range(Post::PUBLISHED_AT, ..))
        .await
        .unwrap_err();
    insta::assert_snapshot!(gap, @"no index of `blog.post` serves a scan by (published_at); there are the key (id), (author, published_at), (slug)");
}

/// The pages of a scan by author 1, each continued through the text of its cursor.
async fn pages(store: &Store, reverse: bool) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let page: Page<Post> = store
            .read(async |tx| {
                let scan = tx
                    .scan::<Post>()
                    .by(Post::AUTHOR, id(1))
                    .limit(2)
                    .after(cursor.clone());
                if reverse { scan.rev() } else { scan }.collect().await
            })
            .await
            .unwrap();
        pages.push(numbers(&page.rows));
        match page.next {
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended() {
    let store = blog().await;
    assert_eq!(pages(&store, false).await, [vec![1, 3], vec![5]]);
    assert_eq!(pages(&store, true).await, [vec![5, 3], vec![1]]);
    insert(&store, &post(7, 1)).await.unwrap();
    assert_eq!(
        pages(&store, false).await,
        [vec![1, 3], vec![5, 7]],
        "no empty page at the end"
    );
}

#[tokio::test]
async fn rows_that_come_and_go_between_pages_hide_no_other() {
    let store = blog().await;
    let next = store.read(async |tx| {
        let page = tx.scan::<Post>().limit(3).collect().await?;
        Ok::<_, StoreError>(page.next)
    });
    let next = next.await.unwrap();
    store
        .write(async |tx| {
            tx.delete::<Post>(id(3)).await?;
            tx.delete::<Post>(id(4)).await
        })
        .await
        .unwrap();
    let rest = store.read(async |tx| tx.scan::<Post>().after(next.clone()).collect().await);
    assert_eq!(numbers(&rest.await.unwrap().rows), [5, 6]);
}

#[tokio::test]
async fn a_cursor_of_another_scan_is_refused() {
    let store = blog().await;
    let error = store
        .read(async |tx| {
            let page = tx
                .scan::<Post>()
                .by(Post::AUTHOR, id(1))
                .limit(1)
                .collect()
                .await?;
            let in_key_order = tx.scan::<Post>().after(page.next.clone()).collect().await;
            let other_author = tx.scan::<Post>().by(Post::AUTHOR, id(2)).after(page.next);
            let other_author = other_author.collect().await;
            Ok::<_, StoreError>((in_key_order.unwrap_err(), other_author.unwrap_err()))
        })
        .await
        .unwrap();
    insta::assert_snapshot!(error.0, @"the cursor does not fit this scan of `blog.post`: it was made by a scan in another order");
    insta::assert_snapshot!(error.1, @"the cursor does not fit this scan of `blog.post`: it was made by a scan with other values");
    insta::assert_snapshot!("AXI!".parse::<Cursor>().unwrap_err(), @"`AXI!` is not a cursor: expected what an earlier page gave as its end");
    insta::assert_snapshot!("AnIAAAAB".parse::<Cursor>().unwrap_err(), @"`AnIAAAAB` is not a cursor: expected what an earlier page gave as its end");
}

#[tokio::test]
async fn dynamic_scans_take_fields_by_name() {
    use sdk_schema::Value;
    let store = blog().await;
    let author = Value::Id(id::<Author>(2).uuid());
    let found = store.read(async |tx| {
        let posts = tx.table("blog.post")?;
        let early = ..Value::Timestamp(at(3));
        let rows = posts
            .scan()
            .by("author", &author)
            .range("published_at", early);
        let slugs = posts
            .scan()
            .starts_with("slug", "post-5")
            .rev()
            .collect()
            .await?;
        assert_eq!(
            slugs.rows[0].get("slug"),
            Some(&Value::String("post-5".to_owned()))
        );
        assert_eq!(posts.len()?, 6);
        rows.collect().await
    });
    let found = found.await.unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(
        found.rows[0].get("slug"),
        Some(&Value::String("post-2".to_owned()))
    );
    let refused = store.read(async |tx| {
        let posts = tx.table("blog.post")?;
        let unknown = posts
            .scan()
            .by("colour", &author)
            .collect()
            .await
            .unwrap_err();
        let wrong = posts
            .scan()
            .by("slug", &author)
            .collect()
            .await
            .unwrap_err();
        let no_text = posts
            .scan()
            .starts_with("votes", "1")
            .collect()
            .await
            .unwrap_err();
        Ok::<_, StoreError>(format!("{unknown}\n{wrong}\n{no_text}"))
    });
    insta::assert_snapshot!(refused.await.unwrap(), @r#"
    `blog.post` has no field `colour`; it has id, author, slug, published_at, votes
    field `slug` of `blog.post`: expected string, found "02020202-0202-0202-0202-020202020202"
    field `votes` of `blog.post`: expected string, found i64
    "#);
}
