//! The printer: a file from its first line to its last.
//!
//! Things of one kind stay in their order; where the pool knows where they stood,
//! things of different kinds do so, too.

use prost_reflect::{
    DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, OneofDescriptor, ServiceDescriptor, Syntax,
};

use super::{
    names,
    options::{self, quoted},
};
use crate::comments::{self, unindent};

/// The text of a file.
pub(super) fn file(file: &FileDescriptor) -> String {
    let mut printer = Printer {
        file: file.clone(),
        text: String::new(),
        depth: 0,
    };
    printer.head();
    for item in items_of_file(file) {
        printer.text.push('\n');
        printer.item(&item, file.package_name());
    }
    printer.text
}

struct Printer {
    file: FileDescriptor,
    text: String,
    depth: usize,
}

/// What stands in a file or in a message.
enum Item {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
    Service(ServiceDescriptor),
    Extension(ExtensionDescriptor),
}

fn items_of_file(file: &FileDescriptor) -> Vec<Item> {
    let items = file.enums().map(Item::Enum);
    let items = items.chain(file.messages().map(Item::Message));
    let items = items.chain(file.extensions().map(Item::Extension));
    let items = items.chain(file.services().map(Item::Service));
    in_order(file, items.collect())
}

fn items_of_message(message: &MessageDescriptor) -> Vec<Item> {
    let messages = message.child_messages().filter(|it| !it.is_map_entry());
    let items = message.child_enums().map(Item::Enum);
    let items = items.chain(messages.map(Item::Message));
    let items = items.chain(message.child_extensions().map(Item::Extension));
    in_order(&message.parent_file(), items.collect())
}

fn in_order(file: &FileDescriptor, mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| {
        let path = match item {
            Item::Message(it) => it.path(),
            Item::Enum(it) => it.path(),
            Item::Service(it) => it.path(),
            Item::Extension(it) => it.path(),
        };
        comments::location(file, path).map(|it| it.span.clone())
    });
    items
}

impl Printer {
    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&"  ".repeat(self.depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn comment(&mut self, text: &str) {
        for line in unindent(text).lines() {
            self.line(format!("// {line}").trim_end());
        }
    }

    /// The comments before something, with blank lines between those that do
    /// not belong to it.
    fn leading(&mut self, path: &[i32]) {
        let Some(location) = comments::location(&self.file, path).cloned() else {
            return;
        };
        for detached in &location.leading_detached_comments {
            self.comment(detached);
            self.line("");
        }
        self.comment(location.leading_comments());
    }

    fn trailing(&self, path: &[i32]) -> Option<String> {
        let location = comments::location(&self.file, path)?;
        let text = location.trailing_comments.clone()?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// A statement of one line with its comments.
    fn statement(&mut self, path: &[i32], statement: &str) {
        self.leading(path);
        match self.trailing(path).map(|text| unindent(&text)) {
            None => self.line(statement),
            Some(text) if !text.contains('\n') => self.line(&format!("{statement} // {text}")),
            Some(text) => {
                self.line(statement);
                self.comment(&text);
                self.line("");
            }
        }
    }

    /// A block with its comments.
    fn block(&mut self, path: &[i32], opening: &str, inside: impl FnOnce(&mut Self)) {
        self.leading(path);
        self.line(&format!("{opening} {{"));
        self.depth += 1;
        if let Some(text) = self.trailing(path) {
            self.comment(&text);
            self.line("");
        }
        let opened = self.text.len();
        inside(self);
        self.depth -= 1;
        if self.text.len() == opened && self.text.ends_with("{\n") {
            self.text.truncate(opened - 1);
            self.text.push_str("}\n");
        } else {
            self.line("}");
        }
    }

    fn head(&mut self) {
        let file = self.file.clone();
        let proto = file.file_descriptor_proto();
        let syntax = match file.syntax() {
            Syntax::Proto2 => "syntax = \"proto2\";",
            Syntax::Proto3 => "syntax = \"proto3\";",
        };
        self.statement(&[12], syntax);
        if !file.package_name().is_empty() {
            self.line("");
            self.statement(&[2], &format!("package {};", file.package_name()));
        }
        for (at, import) in (0..).zip(&proto.dependency) {
            if at == 0 {
                self.line("");
            }
            let public = proto.public_dependency.contains(&at);
            let word = if public { "import public" } else { "import" };
            self.statement(&[3, at], &format!("{word} {};", quoted(import.as_bytes())));
        }
        let options = options::pairs(&file.options());
        if !options.is_empty() {
            self.line("");
        }
        self.options(options);
    }

    fn options(&mut self, options: Vec<(String, String)>) {
        for (name, value) in options {
            self.line(&format!("option {name} = {value};"));
        }
    }

    fn item(&mut self, item: &Item, scope: &str) {
        match item {
            Item::Message(message) => self.message(message),
            Item::Enum(desc) => self.enumeration(desc),
            Item::Service(service) => self.service(service),
            Item::Extension(extension) => self.extension(extension, scope),
        }
    }

    fn message(&mut self, message: &MessageDescriptor) {
        let opening = format!("message {}", message.name());
        self.block(message.path(), &opening, |printer| {
            printer.options(options::pairs(&message.options()));
            printer.fields(message);
            for item in items_of_message(message) {
                printer.item(&item, message.full_name());
            }
            printer.reserved(message);
        });
    }

    /// The fields as declared; those of a oneof together, where its first stands.
    fn fields(&mut self, message: &MessageDescriptor) {
        let mut printed: Vec<OneofDescriptor> = Vec::new();
        let mut fields: Vec<_> = message.fields().collect();
        // In the order of the descriptor, which is that of the source.
        fields.sort_by(|one, other| one.path().cmp(other.path()));
        for field in &fields {
            match field
                .containing_oneof()
                .filter(|oneof| !oneof.is_synthetic())
            {
                None => self.field(field),
                Some(oneof) if printed.contains(&oneof) => {}
                Some(oneof) => {
                    let opening = format!("oneof {}", oneof.name());
                    self.block(oneof.path(), &opening, |printer| {
                        printer.options(options::pairs(&oneof.options()));
                        let inside = fields.iter();
                        inside
                            .filter(|field| field.containing_oneof().as_ref() == Some(&oneof))
                            .for_each(|field| printer.field(field));
                    });
                    printed.push(oneof);
                }
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor) {
        let scope = field.parent_message().full_name();
        let proto = field.field_descriptor_proto();
        let label = match field.containing_oneof() {
            Some(oneof) if !oneof.is_synthetic() => "",
            _ => label(field.is_map(), proto, self.file.syntax()),
        };
        let ty = match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let [key, value] = [entry.map_entry_key_field(), entry.map_entry_value_field()];
                let [key, value] = [key, value].map(|it| self.type_name(&it.kind(), scope));
                format!("map<{key}, {value}>")
            }
            kind => self.type_name(&kind, scope),
        };
        let statement = format!("{label}{ty} {} = {}", field.name(), field.number());
        let options = field_options(&field.options(), proto);
        self.statement(field.path(), &format!("{statement}{options};"));
    }

    fn extension(&mut self, extension: &ExtensionDescriptor, scope: &str) {
        let extended = extension.containing_message();
        let pool = self.file.parent_pool();
        let extended = names::shortest(pool, scope, extended.full_name(), extended.package_name());
        self.line(&format!("extend {extended} {{"));
        self.depth += 1;
        let proto = extension.field_descriptor_proto();
        let label = label(false, proto, self.file.syntax());
        let ty = self.type_name(&extension.kind(), scope);
        let options = field_options(&extension.options(), proto);
        let (name, number) = (extension.name(), extension.number());
        let statement = format!("{label}{ty} {name} = {number}{options};");
        self.statement(extension.path(), &statement);
        self.depth -= 1;
        self.line("}");
    }

    fn type_name(&self, kind: &Kind, scope: &str) -> String {
        let pool = self.file.parent_pool();
        match kind {
            Kind::Message(message) => {
                names::shortest(pool, scope, message.full_name(), message.package_name())
            }
            Kind::Enum(desc) => names::shortest(pool, scope, desc.full_name(), desc.package_name()),
            scalar => format!("{scalar:?}"),
        }
    }

    /// The numbers and names that no field may have.
    fn reserved(&mut self, message: &MessageDescriptor) {
        let proto = message.descriptor_proto();
        // Their ends are exclusive here.
        let ranges = proto.reserved_range.iter();
        let ranges = ranges
            .map(|range| (range.start(), range.end() - 1))
            .collect();
        self.reserved_lines(ranges, &proto.reserved_name);
        for range in &proto.extension_range {
            let range = numbers(range.start(), range.end() - 1);
            self.line(&format!("extensions {range};"));
        }
    }

    fn reserved_lines(&mut self, ranges: Vec<(i32, i32)>, names: &[String]) {
        let ranges: Vec<_> = ranges
            .into_iter()
            .map(|(start, end)| numbers(start, end))
            .collect();
        if !ranges.is_empty() {
            self.line(&format!("reserved {};", ranges.join(", ")));
        }
        let names: Vec<_> = names.iter().map(|name| quoted(name.as_bytes())).collect();
        if !names.is_empty() {
            self.line(&format!("reserved {};", names.join(", ")));
        }
    }

    fn enumeration(&mut self, desc: &EnumDescriptor) {
        let opening = format!("enum {}", desc.name());
        self.block(desc.path(), &opening, |printer| {
            printer.options(options::pairs(&desc.options()));
            let proto = desc.enum_descriptor_proto();
            let mut values: Vec<_> = desc.values().collect();
            values.sort_by(|one, other| one.path().cmp(other.path()));
            for value in values {
                let options = bracketed(options::pairs(&value.options()));
                let statement = format!("{} = {}{options};", value.name(), value.number());
                printer.statement(value.path(), &statement);
            }
            // Their ends are inclusive here.
            let ranges = proto.reserved_range.iter();
            let ranges = ranges.map(|range| (range.start(), range.end())).collect();
            printer.reserved_lines(ranges, &proto.reserved_name);
        });
    }

    fn service(&mut self, service: &ServiceDescriptor) {
        let scope = service.full_name();
        let opening = format!("service {}", service.name());
        self.block(service.path(), &opening, |printer| {
            printer.options(options::pairs(&service.options()));
            for method in service.methods() {
                let named =
                    |message: MessageDescriptor| printer.type_name(&Kind::Message(message), scope);
                let stream = |streams| if streams { "stream " } else { "" };
                let opening = format!(
                    "rpc {}({}{}) returns ({}{})",
                    method.name(),
                    stream(method.is_client_streaming()),
                    named(method.input()),
                    stream(method.is_server_streaming()),
                    named(method.output()),
                );
                let options = options::pairs(&method.options());
                if options.is_empty() {
                    printer.statement(method.path(), &format!("{opening};"));
                } else {
                    printer.block(method.path(), &opening, |printer| printer.options(options));
                }
            }
        });
    }
}

/// A number, or a range with both of its ends.
fn numbers(start: i32, end: i32) -> String {
    match (start, end) {
        (start, end) if start == end => start.to_string(),
        (start, end) if end >= MAX_NUMBER => format!("{start} to max"),
        (start, end) => format!("{start} to {end}"),
    }
}

/// The largest number of a field.
const MAX_NUMBER: i32 = (1 << 29) - 1;

fn label(is_map: bool, proto: &prost_types::FieldDescriptorProto, syntax: Syntax) -> &'static str {
    use prost_types::field_descriptor_proto::Label;
    match proto.label() {
        _ if is_map => "",
        Label::Repeated => "repeated ",
        Label::Required => "required ",
        Label::Optional if syntax == Syntax::Proto2 || proto.proto3_optional() => "optional ",
        Label::Optional => "",
    }
}

fn field_options(options: &DynamicMessage, proto: &prost_types::FieldDescriptorProto) -> String {
    use prost_types::field_descriptor_proto::Type;
    let mut pairs = Vec::new();
    if let Some(default) = &proto.default_value {
        let is_text = matches!(proto.r#type(), Type::String);
        let default = match proto.r#type() {
            _ if is_text => quoted(default.as_bytes()),
            // They are escaped in the descriptor.
            Type::Bytes => format!("\"{default}\""),
            _ => default.clone(),
        };
        pairs.push(("default".to_owned(), default));
    }
    if let Some(name) = &proto.json_name
        && *name != json_name(proto.name())
        && proto.extendee.is_none()
    {
        pairs.push(("json_name".to_owned(), quoted(name.as_bytes())));
    }
    pairs.extend(options::pairs(options));
    bracketed(pairs)
}

fn bracketed(pairs: Vec<(String, String)>) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| format!("{name} = {value}"));
    format!(" [{}]", pairs.collect::<Vec<_>>().join(", "))
}

/// The name that a field has in JSON unless it says another.
fn json_name(name: &str) -> String {
    let mut upper = false;
    let letters = name.chars().filter_map(|letter| {
        if letter == '_' {
            upper = true;
            return None;
        }
        let letter = if upper {
            letter.to_ascii_uppercase()
        } else {
            letter
        };
        upper = false;
        Some(letter)
    });
    letters.collect()
}
