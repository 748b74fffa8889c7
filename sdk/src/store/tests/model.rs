//! Random operations against a `BTreeMap` that has the same rows.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::*;
use crate::store::{Store, StoreError};

#[derive(Debug, Clone)]
enum Step {
    Insert(Person),
    Update(Person),
    Upsert(Person),
    Delete(String),
}

type Model = BTreeMap<String, Person>;

fn a_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "a\0", "ab", "b", "ä"]).prop_map(str::to_owned)
}

fn a_person() -> impl Strategy<Value = Person> {
    let other = || prop::option::weighted(0.4, a_name());
    (a_name(), other(), other(), other()).prop_map(|(name, manager, guardian, creditor)| Person {
        name,
        manager,
        guardian,
        creditor,
    })
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        a_person().prop_map(Step::Insert),
        a_person().prop_map(Step::Update),
        a_person().prop_map(Step::Upsert),
        a_name().prop_map(Step::Delete),
    ]
}

/// A transaction of some steps, and whether it fails at its end.
fn transactions() -> impl Strategy<Value = Vec<(Vec<Step>, bool)>> {
    let steps = prop::collection::vec(a_step(), 1..6);
    prop::collection::vec((steps, prop::bool::weighted(0.2)), 1..8)
}

fn targets_exist(model: &Model, person: &Person) -> bool {
    let targets = [&person.manager, &person.guardian, &person.creditor];
    let mut targets = targets.into_iter().flatten();
    targets.all(|target| *target == person.name || model.contains_key(target))
}

/// What the step does to the model; false when it is refused.
fn expect(model: &mut Model, step: &Step) -> bool {
    match step {
        Step::Insert(person) => !model.contains_key(&person.name) && put(model, person),
        Step::Update(person) => model.contains_key(&person.name) && put(model, person),
        Step::Upsert(person) => put(model, person),
        Step::Delete(name) => delete(model, name),
    }
}

fn put(model: &mut Model, person: &Person) -> bool {
    let allowed = targets_exist(model, person);
    if allowed {
        model.insert(person.name.clone(), person.clone());
    }
    allowed
}

fn delete(model: &mut Model, name: &str) -> bool {
    let mut gone: Vec<String> = model
        .get(name)
        .map(|p| p.name.clone())
        .into_iter()
        .collect();
    let mut next = 0;
    while let Some(current) = gone.get(next).cloned() {
        let wards = model
            .values()
            .filter(|p| p.guardian.as_ref() == Some(&current));
        let new: Vec<_> = wards
            .map(|p| p.name.clone())
            .filter(|n| !gone.contains(n))
            .collect();
        gone.extend(new);
        next += 1;
    }
    let refers = |field: &Option<String>| field.as_ref().is_some_and(|name| gone.contains(name));
    if model
        .values()
        .any(|p| refers(&p.creditor) && !gone.contains(&p.name))
    {
        return false;
    }
    model.retain(|name, _| !gone.contains(name));
    for person in model.values_mut().filter(|p| refers(&p.manager)) {
        person.manager = None;
    }
    true
}

async fn run(store: &Store, model: &mut Model, steps: &[Step], fails: bool) {
    let mut expected = model.clone();
    let outcomes: Vec<_> = steps
        .iter()
        .map(|step| expect(&mut expected, step))
        .collect();
    let result = store
        .write(async |tx| {
            for (step, allowed) in steps.iter().zip(&outcomes) {
                let done = match step {
                    Step::Insert(person) => tx.insert(person).await,
                    Step::Update(person) => tx.update(person).await,
                    Step::Upsert(person) => tx.upsert(person).await,
                    Step::Delete(name) => tx.delete::<Person>(name).await.map(drop),
                };
                assert_eq!(done.is_ok(), *allowed, "{step:?}: {done:?}");
            }
            if fails { Err(StoreError::Full) } else { Ok(()) }
        })
        .await;
    assert_eq!(result.is_err(), fails);
    if !fails {
        *model = expected;
    }
}

/// Compares all rows, and those that each index finds.
async fn compare(store: &Store, model: &Model) {
    let expected: Vec<_> = model.values().cloned().collect();
    assert_eq!(all::<Person>(store).await, expected);
    for (number, field) in [Person::MANAGER, Person::GUARDIAN, Person::CREDITOR]
        .into_iter()
        .enumerate()
    {
        let value = |p: &Person| [&p.manager, &p.guardian, &p.creditor][number].clone();
        let mut sorted = expected.clone();
        sorted.sort_by_key(|person| (value(person), person.name.clone()));
        let page = store.read(async |tx| tx.scan::<Person>().range(field, ..).collect().await);
        assert_eq!(page.await.unwrap().rows, sorted);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_store_does_what_a_map_with_the_same_rules_does(transactions in transactions()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = store().await;
            let mut model = Model::new();
            for (steps, fails) in &transactions {
                run(&store, &mut model, steps, *fails).await;
                compare(&store, &model).await;
            }
        });
    }
}
