
/// A row of `{{ module }}.{{ table }}`.
#[derive(Table, Debug, Clone, PartialEq)]
{% for attribute in attributes %}
#[{{ attribute }}]
{% endfor %}
pub struct {{ type }} {
{% for field in fields %}
{% for attribute in field.attributes %}
    #[{{ attribute }}]
{% endfor %}
    pub {{ field.name }}: {{ field.type }},
{% endfor %}
}
