//! Random tables of all field types against a map with the same rows.
//!
//! A table is made up with its key and its indexes, then transactions change
//! it, some of them failing half-way; in between it gains and loses fields, whose
//! types, nullability and place in the key change, and is opened anew. After each, the rows in the order of the key and of every index, in both
//! directions and page by page, are those of the map, sorted by the order of
//! the values, which this file has by itself and not from the key codec.

use std::{cmp::Ordering, collections::BTreeMap, path::Path};

use proptest::{prelude::*, sample::Index as Pick};
use sdk_schema::{Conversion, Field, FieldType, Index, Name, Operation, Row, Table, Value};

use super::fixture::*;
use crate::{
    clock::Clock,
    store::{Store, StoreError, fuzz::samples},
};

/// A table before it is known which types its fields have.
#[derive(Debug, Clone)]
struct Shape {
    /// The key has one field or two; these are their types.
    key: Vec<Pick>,
    /// The other fields, and whether they may be null.
    fields: Vec<(Pick, bool)>,
    /// Fields of an index behind its first, and whether it is unique.
    indexes: Vec<(Vec<Pick>, bool)>,
}

/// Which of its values each field gets; a row has as many as it needs.
type Choice = Vec<Pick>;

#[derive(Debug, Clone)]
enum Step {
    Insert(Choice),
    Update(Choice),
    Upsert(Choice),
    /// Of the row that would have been written.
    Delete(Choice),
}

#[derive(Debug, Clone)]
enum Act {
    /// Some steps, and after how many of them the closure fails.
    Write(Vec<Step>, Option<Pick>),
    AddField(Pick, Option<Pick>),
    DropField(Pick),
    /// Of which field, and to which of the types that may hold its values.
    ChangeType(Pick, Pick),
    /// Null is allowed where it was not, or no longer is; then the default.
    ChangeNull(Pick, Option<Pick>),
    ChangeKey(Vec<Pick>),
    Reopen,
}

const MOST_FIELDS: usize = 14;

fn choice() -> impl Strategy<Value = Choice> {
    prop::collection::vec(any::<Pick>(), MOST_FIELDS)
}

fn shape() -> impl Strategy<Value = Shape> {
    let index = (prop::collection::vec(any::<Pick>(), 0..3), prop::bool::ANY);
    (
        prop::collection::vec(any::<Pick>(), 1..3),
        prop::collection::vec((any::<Pick>(), prop::bool::ANY), 0..8),
        prop::collection::vec(index, 0..4),
    )
        .prop_map(|(key, fields, indexes)| Shape {
            key,
            fields,
            indexes,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => choice().prop_map(Step::Insert),
        2 => choice().prop_map(Step::Update),
        3 => choice().prop_map(Step::Upsert),
        1 => choice().prop_map(Step::Delete),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let steps = prop::collection::vec(step(), 1..10);
    let write = (steps, prop::option::weighted(0.3, any::<Pick>()));
    let first = prop::collection::vec(step(), 1..5).prop_map(|steps| Act::Write(steps, None));
    let act = prop_oneof![
        6 => write.prop_map(|(steps, fails)| Act::Write(steps, fails)),
        1 => (any::<Pick>(), any::<Option<Pick>>()).prop_map(|(ty, of)| Act::AddField(ty, of)),
        1 => any::<Pick>().prop_map(Act::DropField),
        4 => (any::<Pick>(), any::<Pick>()).prop_map(|(field, ty)| Act::ChangeType(field, ty)),
        2 => (any::<Pick>(), any::<Option<Pick>>()).prop_map(|(it, value)| Act::ChangeNull(it, value)),
        1 => prop::collection::vec(any::<Pick>(), 1..3).prop_map(Act::ChangeKey),
        1 => Just(Act::Reopen),
    ];
    (first, prop::collection::vec(act, 1..12)).prop_map(|(first, mut acts)| {
        acts.insert(0, first);
        acts
    })
}

/// The order of values as the page of the formats has it: null first, numbers by
/// size with NaN last and one zero, everything else by its bytes.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Uint(one), Value::Uint(other)) => one.cmp(other),
        (Value::F32(one), Value::F32(other)) => order_floats((*one).into(), (*other).into()),
        (Value::F64(one), Value::F64(other)) => order_floats(*one, *other),
        (Value::String(one), Value::String(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        (Value::Id(one), Value::Id(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Timestamp(one), Value::Timestamp(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Enum(one), Value::Enum(other)) => one.as_str().cmp(other.as_str()),
        other => panic!("values of one field are of one type: {other:?}"),
    }
}

fn order_floats(one: f64, other: f64) -> Ordering {
    one.partial_cmp(&other)
        .unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
}

fn order_all(one: &[Value], other: &[Value]) -> Ordering {
    let pairs = one.iter().zip(other);
    let unequal = pairs.map(|(one, other)| order(one, other));
    unequal.fold(Ordering::Equal, Ordering::then)
}

/// Values of a key, in their order.
#[derive(Debug, Clone)]
struct Key(Vec<Value>);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        order_all(&self.0, &other.0)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl Shape {
    fn table(&self) -> Table {
        let orderable = samples::orderable();
        let mut types = samples::types();
        // Every other field has a type that can change.
        let changing: Vec<_> = types.iter().filter(|ty| can_change(ty)).cloned().collect();
        types.extend(changing.iter().cycle().take(types.len()).cloned());
        let named = |number: usize, ty: &FieldType, nullable: bool| {
            let mut field = Field::new(name(&format!("f{number}")), ty.clone());
            field.nullable = nullable;
            field
        };
        let key = self.key.iter().map(|ty| (ty.get(&orderable), false));
        let rest = self
            .fields
            .iter()
            .map(|(ty, nullable)| (ty.get(&types), *nullable));
        let fields = key.chain(rest).enumerate();
        let fields: Vec<_> = fields
            .map(|(at, (ty, nullable))| named(at, ty, nullable))
            .collect();
        let key: Vec<_> = fields[..self.key.len()]
            .iter()
            .map(|field| field.name.clone())
            .collect();
        Table {
            name: name("random"),
            key,
            indexes: self.indexes(&fields),
            fields,
            feed: true,
        }
    }

    /// Each index begins with another field, so that it is clear which one a
    /// scan goes by.
    fn indexes(&self, fields: &[Field]) -> Vec<Index> {
        let able: Vec<_> = fields[1..]
            .iter()
            .filter(|field| field.ty.is_orderable())
            .collect();
        let firsts = able.iter().zip(&self.indexes);
        let index = |(first, (rest, unique)): (&&Field, &(Vec<Pick>, bool))| {
            let mut names = vec![first.name.clone()];
            for field in rest.iter().map(|pick| pick.get(&able)) {
                if !names.contains(&field.name) {
                    names.push(field.name.clone());
                }
            }
            Index {
                fields: names,
                unique: *unique,
            }
        };
        firsts.map(index).collect()
    }
}

/// The rows that there should be.
#[derive(Debug, Clone)]
struct Model {
    table: Table,
    rows: BTreeMap<Key, Vec<Value>>,
    /// How many fields there ever were.
    named: usize,
}

impl Model {
    fn position(&self, field: &sdk_schema::Name) -> usize {
        let position = self
            .table
            .fields
            .iter()
            .position(|known| known.name == *field);
        position.expect("a field of the table")
    }

    fn parts(&self, fields: &[sdk_schema::Name], row: &[Value]) -> Vec<Value> {
        fields
            .iter()
            .map(|field| row[self.position(field)].clone())
            .collect()
    }

    fn key(&self, row: &[Value]) -> Key {
        Key(self.parts(&self.table.key, row))
    }

    /// The values that a row gets.
    fn values(&self, choice: &Choice) -> Vec<Value> {
        let value = |(field, pick): (&Field, &Pick)| {
            let mut values = samples::values(&field.ty);
            values.extend(small(&field.ty));
            if field.nullable {
                values.push(Value::Null);
                values.push(Value::Null);
            }
            pick.get(&values).clone()
        };
        self.table.fields.iter().zip(choice).map(value).collect()
    }

    fn row(&self, values: &[Value]) -> Row {
        let names = self.table.fields.iter().map(|field| field.name.clone());
        names.zip(values.iter().cloned()).collect()
    }

    /// Whether another row has the values that must be unique.
    fn is_taken(&self, key: &Key, row: &[Value]) -> bool {
        let unique = self.table.indexes.iter().filter(|index| index.unique);
        unique.into_iter().any(|index| {
            let own = self.parts(&index.fields, row);
            let has_null = own.contains(&Value::Null);
            let mut others = self.rows.iter().filter(|(other, _)| *other != key);
            !has_null
                && others.any(|(_, other)| {
                    order_all(&own, &self.parts(&index.fields, other)) == Ordering::Equal
                })
        })
    }

    /// Does what a step does; says what it is refused for.
    fn take(&mut self, step: &Step) -> &'static str {
        let (Step::Insert(choice)
        | Step::Update(choice)
        | Step::Upsert(choice)
        | Step::Delete(choice)) = step;
        let row = self.values(choice);
        let key = self.key(&row);
        let exists = self.rows.contains_key(&key);
        match step {
            Step::Insert(_) if exists => return "exists",
            Step::Update(_) if !exists => return "missing",
            Step::Delete(_) => {
                self.rows.remove(&key);
                return "done";
            }
            _ if self.is_taken(&key, &row) => return "taken",
            _ => {}
        }
        // The key may be written otherwise: of zero there are two.
        self.rows.remove(&key);
        self.rows.insert(key, row);
        "done"
    }

    /// The rows by an index and then by their keys.
    fn sorted(&self, index: &Index) -> Vec<Row> {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by(|(key, row), (other_key, other)| {
            let parts = |row| self.parts(&index.fields, row);
            order_all(&parts(row), &parts(other)).then_with(|| key.cmp(other_key))
        });
        rows.iter().map(|(_, values)| self.row(values)).collect()
    }
}

fn outcome(result: &Result<(), StoreError>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(StoreError::AlreadyExists { .. }) => "exists",
        Err(StoreError::NotFound { .. }) => "missing",
        Err(StoreError::UniqueViolation { .. }) => "taken",
        Err(error) => panic!("{error}"),
    }
}

async fn write(store: &Store, model: &mut Model, steps: &[Step], fails: Option<Pick>) {
    let fails_after = fails.map(|pick| pick.index(steps.len() + 1));
    let mut expected = model.clone();
    let steps = &steps[..fails_after.unwrap_or(steps.len())];
    let known = model.clone();
    let expect: Vec<_> = steps.iter().map(|step| expected.take(step)).collect();
    let result = store.write(async |tx| {
        let mut table = tx.table("blog.random")?;
        for (step, expect) in steps.iter().zip(&expect) {
            let row = |choice| known.row(&known.values(choice));
            let done = match step {
                Step::Insert(choice) => table.insert(row(choice)).await,
                Step::Update(choice) => table.update(row(choice)).await,
                Step::Upsert(choice) => table.upsert(row(choice)).await,
                Step::Delete(choice) => {
                    let key = known.key(&known.values(choice));
                    table.delete(&key.0).await.map(drop)
                }
            };
            assert_eq!(outcome(&done), *expect, "{step:?}");
        }
        match fails_after {
            Some(_) => Err(StoreError::Full),
            None => Ok(()),
        }
    });
    assert_eq!(result.await.is_err(), fails_after.is_some());
    if fails_after.is_none() {
        *model = expected;
    }
}

async fn add_field(store: &Store, model: &mut Model, ty: Pick, default: Option<Pick>) {
    if model.table.fields.len() == MOST_FIELDS {
        return;
    }
    let number = model.named;
    model.named += 1;
    let types = samples::types();
    let mut field = Field::new(name(&format!("f{number}")), ty.get(&types).clone());
    let values = samples::values(&field.ty);
    field.default = default
        .map(|pick| pick.get(&values).clone())
        .filter(|value| can_be_default(&field, value));
    field.nullable = field.default.is_none();
    let value = field.default.clone().unwrap_or(Value::Null);
    model.table.fields.push(field.clone());
    model
        .rows
        .values_mut()
        .for_each(|row| row.push(value.clone()));
    let table = name("random");
    alter(store, &[Operation::AddField { table, field }])
        .await
        .unwrap();
}

async fn drop_field(store: &Store, model: &mut Model, pick: Pick) {
    let is_free = |field: &&Field| {
        let mut indexes = model.table.indexes.iter();
        !model.table.key.contains(&field.name)
            && !indexes.any(|index| index.fields.contains(&field.name))
    };
    let free: Vec<_> = model.table.fields.iter().filter(is_free).collect();
    if free.is_empty() {
        return;
    }
    let field = pick.get(&free).name.clone();
    let position = model.position(&field);
    model.table.fields.remove(position);
    for row in model.rows.values_mut() {
        row.remove(position);
    }
    let table = name("random");
    alter(store, &[Operation::DropField { table, field }])
        .await
        .unwrap();
}

/// The types to which a field of a type may change.
fn successors(ty: &FieldType) -> Vec<FieldType> {
    let variants = |names: &[&str]| FieldType::Enum(names.iter().map(|it| name(it)).collect());
    let enums = [
        variants(&["calm", "angry", "asleep"]),
        variants(&["asleep", "calm"]),
        variants(&["angry", "new"]),
        variants(&["new", "asleep", "calm", "angry"]),
    ];
    let lists = enums.clone().map(|ty| FieldType::Vec(Box::new(ty)));
    let all = samples::orderable().into_iter().chain(enums).chain(lists);
    let may_hold = |to: &FieldType| {
        matches!(
            ty.conversion_to(to),
            Conversion::Wider | Conversion::Checked
        )
    };
    all.filter(may_hold).collect()
}

fn can_change(ty: &FieldType) -> bool {
    !successors(ty).is_empty()
}

/// Values that most types to which one changes hold: rows have them often.
fn small(ty: &FieldType) -> Vec<Value> {
    let json = match ty {
        FieldType::F32 | FieldType::F64 => [0.5, -2.0].map(serde_json::Value::from),
        ty if can_change(ty) => [0, 1].map(serde_json::Value::from),
        _ => return Vec::new(),
    };
    let values = json
        .iter()
        .filter_map(|json| Value::from_json(ty, json).ok());
    values.cycle().take(8).collect()
}

/// The value as one of another type, if it is one: by way of its spelling, which
/// is the same for all integers.
fn converted(to: &FieldType, value: &Value) -> Option<Value> {
    match (to, value) {
        (_, Value::Null) => Some(Value::Null),
        (FieldType::F64, Value::F32(value)) => Some(Value::F64(f64::from(*value))),
        (FieldType::F32, Value::F64(value)) if value.is_nan() => Some(Value::F32(f32::NAN)),
        (FieldType::F32, Value::F64(value)) => {
            let narrow: f32 = value.to_string().parse().ok()?;
            (f64::from(narrow).to_bits() == value.to_bits()).then_some(Value::F32(narrow))
        }
        _ => Value::from_json(to, &value.to_json()).ok(),
    }
}

impl Model {
    /// The same rows in another table, unless one does not fit or two collide.
    fn changed(
        &self,
        table: Table,
        change: impl Fn(&mut Vec<Value>) -> Option<()>,
    ) -> Option<Self> {
        let mut new = Self {
            table,
            rows: BTreeMap::new(),
            named: self.named,
        };
        for row in self.rows.values() {
            let mut row = row.clone();
            change(&mut row)?;
            let key = new.key(&row);
            if new.rows.contains_key(&key) || new.is_taken(&key, &row) {
                return None;
            }
            new.rows.insert(key, row);
        }
        Some(new)
    }
}

/// Applies an operation that the rows may refuse.
async fn try_alter(store: &Store, model: &mut Model, expected: Option<Model>, step: Operation) {
    let done = alter(store, std::slice::from_ref(&step)).await;
    match (expected, done) {
        (Some(new), Ok(())) => *model = new,
        (None, Err(StoreError::Alter { .. })) => {}
        (expected, done) => panic!(
            "{step:?} on {:?}: {done:?}, expected {:?}",
            model.rows,
            expected.map(|it| it.rows)
        ),
    }
}

async fn change_field(store: &Store, model: &mut Model, field: Field) {
    let position = model.position(&field.name);
    let mut table = model.table.clone();
    table.fields[position] = field.clone();
    let expected = model.changed(table, |row| {
        let value = converted(&field.ty, &row[position])?;
        row[position] = match value {
            Value::Null if !field.nullable => field.default.clone()?,
            value => value,
        };
        Some(())
    });
    let table = name("random");
    let step = Operation::ChangeField { table, field };
    try_alter(store, model, expected, step).await;
}

async fn change_type(store: &Store, model: &mut Model, pick: Pick, ty: Pick) {
    let can_change = |field: &&Field| {
        let in_key = model.table.key.contains(&field.name);
        can_change(&field.ty) && (!in_key || matches!(field.ty, FieldType::Enum(_)))
    };
    let fields: Vec<_> = model.table.fields.iter().filter(can_change).collect();
    if fields.is_empty() {
        return;
    }
    let mut field = (*pick.get(&fields)).clone();
    let types = successors(&field.ty);
    field.ty = ty.get(&types).clone();
    field.default = None;
    change_field(store, model, field).await;
}

async fn change_null(store: &Store, model: &mut Model, pick: Pick, default: Option<Pick>) {
    let mut field = pick.get(&model.table.fields).clone();
    if model.table.key.contains(&field.name) {
        return;
    }
    field.nullable = !field.nullable;
    field.default = default
        .filter(|_| !field.nullable)
        .map(|pick| pick.get(&samples::values(&field.ty)).clone())
        .filter(|value| can_be_default(&field, value));
    change_field(store, model, field).await;
}

/// Whether a value reads back as itself, as a default must: NaN does not.
fn can_be_default(field: &Field, value: &Value) -> bool {
    Value::from_json(&field.ty, &value.to_json()).as_ref() == Ok(value)
}

async fn change_key(store: &Store, model: &mut Model, picks: &[Pick]) {
    let able = |field: &&Field| !field.nullable && field.ty.is_orderable();
    let able: Vec<_> = model.table.fields.iter().filter(able).collect();
    let mut key: Vec<Name> = Vec::new();
    for field in picks.iter().map(|pick| pick.get(&able)) {
        if !key.contains(&field.name) {
            key.push(field.name.clone());
        }
    }
    // It stays clear by what a scan goes.
    let is_led = |index: &Index| index.fields[0] == key[0];
    if model.table.indexes.iter().any(is_led) {
        return;
    }
    let mut table = model.table.clone();
    table.key.clone_from(&key);
    let expected = model.changed(table, |_| Some(()));
    let table = name("random");
    try_alter(store, model, expected, Operation::ChangeKey { table, key }).await;
}

/// Rows as text, which of a NaN is equal to itself.
fn texts(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.to_json().to_string()).collect()
}

/// All rows in the order of a field, page by page.
async fn scan(store: &Store, field: &str, reverse: bool, limit: usize) -> Vec<Row> {
    let all = store.read(async |tx| {
        let table = tx.table("blog.random")?;
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let scan = table.scan().range(field, ..).limit(limit).after(after);
            let page = if reverse { scan.rev() } else { scan }.collect().await?;
            assert!(page.rows.len() == limit || page.next.is_none());
            rows.extend(page.rows);
            // The text of a cursor is what clients keep.
            after = page
                .next
                .map(|next| next.to_string().parse().expect("a cursor"));
            if after.is_none() {
                return Ok::<_, StoreError>(rows);
            }
        }
    });
    all.await.unwrap()
}

async fn compare(store: &Store, model: &Model) {
    let by_key = Index {
        fields: model.table.key.clone(),
        unique: true,
    };
    for index in model.table.indexes.iter().chain([&by_key]) {
        let mut expected = texts(&model.sorted(index));
        let first = index.fields[0].as_str();
        assert_eq!(
            texts(&scan(store, first, false, 3).await),
            expected,
            "{index:?}"
        );
        expected.reverse();
        assert_eq!(
            texts(&scan(store, first, true, 2).await),
            expected,
            "{index:?}"
        );
        compare_each_value(store, model, index).await;
    }
    let checked = store.check().await.unwrap();
    assert!(checked.is_clean(), "{:#?}", checked.faults);
}

/// The rows with each value that the first field of an index has.
async fn compare_each_value(store: &Store, model: &Model, index: &Index) {
    let first = &index.fields[0];
    let sorted = model.sorted(index);
    for value in sorted.iter().filter_map(|row| row.get(first)) {
        let same = |row: &&Row| order(row.get(first).expect("the field"), value) == Ordering::Equal;
        let expected: Vec<_> = sorted.iter().filter(same).cloned().collect();
        let found = store.read(async |tx| {
            let table = tx.table("blog.random")?;
            let page = table.scan().by(first, value).collect().await?;
            let count = table.scan().by(first, value).count().await?;
            assert_eq!(count, page.rows.len() as u64);
            Ok::<_, StoreError>(page.rows)
        });
        assert_eq!(
            texts(&found.await.unwrap()),
            texts(&expected),
            "{first} = {value}"
        );
    }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Clock::manual(at(0))).unwrap()
}

async fn run(shape: &Shape, acts: &[Act]) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let table = shape.table();
    alter(&store, &[Operation::CreateTable(table.clone())])
        .await
        .unwrap();
    let mut model = Model {
        named: table.fields.len(),
        table,
        rows: BTreeMap::new(),
    };
    for act in acts {
        match act {
            Act::Write(steps, fails) => write(&store, &mut model, steps, *fails).await,
            Act::AddField(ty, default) => add_field(&store, &mut model, *ty, *default).await,
            Act::DropField(field) => drop_field(&store, &mut model, *field).await,
            Act::ChangeType(field, ty) => change_type(&store, &mut model, *field, *ty).await,
            Act::ChangeNull(field, value) => change_null(&store, &mut model, *field, *value).await,
            Act::ChangeKey(picks) => change_key(&store, &mut model, picks).await,
            Act::Reopen => {
                drop(store);
                store = open(folder.path());
            }
        }
        compare(&store, &model).await;
    }
    store.rewrite("blog.random").await.unwrap();
    compare(&store, &model).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tables_of_all_types_do_what_a_map_with_the_same_rows_does(shape in shape(), acts in acts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(&shape, &acts));
    }
}
