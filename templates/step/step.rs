
{% if kind == "once" %}
/// What `{{ name }}` does, in a sentence.
///
/// It is called once, in the transaction of its migration.
{% elif kind == "each" %}
/// What `{{ name }}` does with a row of `{{ table }}`, in a sentence.
///
/// It is called for each row, in batches that are transactions of their own.
{% elif kind == "text" or kind == "parse" or kind == "enum" %}
/// Makes the values of `{{ new }}` ({{ to }}) of `{{ table }}` from those of `{{ old }}` ({{ from }}).
///
{% if kind == "text" %}
/// They are the same values as text.
{% else %}
/// A value that is no {{ to }} ends the migration with its row.
{% endif %}
{% elif kind == "write" %}
/// Makes the values of `{{ new }}` ({{ to }}) of `{{ table }}` from those of `{{ old }}` ({{ from }}).
///
/// To be written: until then the first row that has a value ends the migration, and no
/// value is lost.
{% elif kind == "variants" %}
/// Replaces the values of `{{ new }}` of `{{ table }}` that are no variants any more.
///
/// To be written: until then the first row with such a value ends the migration. From
/// {{ from }}
/// to {{ to }}.
{% elif kind == "fit" %}
/// Changes the values of `{{ new }}` of `{{ table }}` that are {{ from }} and no {{ to }}.
///
/// It leaves rows as they are; where a value does not fit, the migration ends when the
/// field changes, and no value is lost.
{% elif kind == "fill" %}
/// Fills `{{ new }}` ({{ to }}) of `{{ table }}` where it is null, which it no longer may be.
///
/// To be written: until then the first row that holds null ends the migration.
{% elif kind == "id" %}
/// Gives each row of `{{ table }}` its `{{ new }}`, which is going to be its key.
{% else %}
/// Gives each row of `{{ table }}` its `{{ new }}` ({{ to }}), which is going to be in its key.
///
/// To be written: until then the first row ends the migration.
{% endif %}
#[step]
{% if kind == "once" %}
pub async fn {{ name }}(_tx: &mut WriteTx<'_>) -> Result<()> {
{% elif broken %}
pub async fn {{ name }}(
    _tx: &mut WriteTx<'_>,
    {{ row }}: &mut Row,
) -> Result<()> {
{% else %}
pub async fn {{ name }}(_tx: &mut WriteTx<'_>, {{ row }}: &mut Row) -> Result<()> {
{% endif %}
{% if kind == "text" or kind == "enum" or kind == "write" %}
    use sdk::schema::{Name, Value};

{% elif kind == "parse" %}
    use sdk::schema::{FieldType, Name, Value};

{% elif kind == "variants" or kind == "id" %}
    use sdk::schema::{Name, Value};

{% elif kind == "fill" %}
    use sdk::schema::Value;

{% endif %}
{% if kind == "text" or kind == "parse" or kind == "enum" or kind == "write" %}
    const OLD: &str = "{{ old }}";
    const NEW: &str = "{{ new }}";

    let value = match row.get(OLD) {
        Some(Value::Null) | None => Value::Null,
{% if kind == "text" %}
        Some(old) => Value::String(old.to_string()),
{% elif kind == "parse" %}
        Some(old) => Value::from_text(&FieldType::{{ variant }}, &old.to_string())
            .map_err(|error| sdk::Error::msg(format!("`{OLD}`: {error}")))?,
{% elif kind == "enum" %}
        Some(old) => Name::new(&old.to_string())
            .map(Value::Enum)
            .map_err(|error| sdk::Error::msg(format!("`{OLD}`: {error}")))?,
{% else %}
        Some(old) => {
            let message = format!("`{OLD}` is {old}: what is `{NEW}` then?");
            return Err(sdk::Error::msg(message));
        }
{% endif %}
    };
    row.set(Name::new(NEW)?, value);
    Ok(())
{% elif kind == "variants" %}
    const FIELD: &str = "{{ new }}";

    let Some(Value::Enum(old)) = row.get(FIELD) else {
        return Ok(());
    };
    // What takes the place of a variant that is gone.
    let new: Option<&str> = match old.as_str() {
{% for variant in gone %}
        "{{ variant }}" => None,
{% endfor %}
        _ => return Ok(()),
    };
    let message = || sdk::Error::msg(format!("`{FIELD}` is {old}: what takes its place?"));
    let new = Name::new(new.ok_or_else(message)?)?;
    row.set(Name::new(FIELD)?, Value::Enum(new));
    Ok(())
{% elif kind == "fill" %}
    const FIELD: &str = "{{ new }}";

    if row.get(FIELD) == Some(&Value::Null) {
        let message = format!("`{FIELD}` is null: what takes its place?");
        return Err(sdk::Error::msg(message));
    }
    Ok(())
{% elif kind == "id" %}
    row.set(Name::new("{{ new }}")?, Value::Id(Id::<Row>::new().uuid()));
    Ok(())
{% elif kind == "identify" %}
    const FIELD: &str = "{{ new }}";

    let message = format!("the row has no `{FIELD}` yet: what is it?");
    Err(sdk::Error::msg(message))
{% else %}
    Ok(())
{% endif %}
}
