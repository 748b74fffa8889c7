#!/usr/bin/env python3
"""Reads what `data dump` writes and prints every row as a line of JSON.

Written from docs/format-store.md alone, with Python's standard library alone,
so that the page is known to be enough. Every key and every index entry is
decoded, too, and held against its row. Usage: format_store.py < DUMP
"""
import base64, datetime, json, struct, sys, uuid

WIDTHS = {"bool": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "i128": 16, "u8": 1, "u16": 2, "u32": 4, "u64": 8,
          "u128": 16, "f32": 4, "f64": 8, "id": 16, "timestamp": 8, "date": 4}
EPOCH = datetime.datetime(1970, 1, 1)


def width(ty):
    """The bytes of a type whose values all have the same; None for others."""
    return WIDTHS.get(ty) if isinstance(ty, str) else None


def value(ty, data):
    """A value, from its bytes in a row."""
    assert width(ty) in (None, len(data)), (ty, data)
    if ty == "bool":
        return {b"\0": False, b"\1": True}[data]
    if ty in ("f32", "f64"):
        return struct.unpack("<f" if ty == "f32" else "<d", data)[0]
    if ty in ("id", "bytes"):
        return data
    if width(ty):
        return int.from_bytes(data, "little", signed=ty[0] != "u")
    if ty == "json":
        return json.loads(data)
    if ty == "string" or "enum" in ty:
        assert ty == "string" or data.decode() in ty["enum"], (ty, data)
        return data.decode()
    element, (count,), rest = ty["vec"], struct.unpack_from("<I", data), data[4:]
    if width(element):
        ends = [width(element) * (at + 1) for at in range(count)]
    else:
        ends, rest = struct.unpack_from(f"<{count}I", rest), rest[4 * count:]
    starts = [0, *ends]
    assert starts[-1] == len(rest), (ty, data)
    return [value(element, rest[start:end]) for start, end in zip(starts, ends)]


def spelled(ty, value):
    """A value as it is spelled in JSON; the type is that of the table, which may be wider than the row's."""
    if value is None or ty in ("bool", "string", "json"):
        return value
    if isinstance(ty, dict):
        return [spelled(ty["vec"], item) for item in value] if "vec" in ty else value
    if ty == "bytes":
        return base64.b64encode(value).decode()
    if ty == "id":
        return str(uuid.UUID(bytes=value))
    if ty == "timestamp":
        return (EPOCH + datetime.timedelta(microseconds=value)).isoformat(timespec="microseconds") + "Z"
    if ty == "date":
        return (EPOCH + datetime.timedelta(days=value)).date().isoformat()
    if ty not in ("f32", "f64"):
        return value if -2**63 <= value < 2**64 else str(value)
    if str(value) in ("nan", "inf", "-inf"):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if ty == "f32":  # the fewest digits that read back as the same float
        texts = (f"{value:.{digits}g}" for digits in range(1, 10))
        return next(float(text) for text in texts if struct.pack("<f", float(text)) == struct.pack("<f", value))
    return value


def row(layouts, data):
    """The values of a row by the numbers of their fields."""
    (head,) = struct.unpack_from("<H", data)
    fields, end_bytes = layouts[head & 0x7FFF], 4 if head & 0x8000 else 2
    nullable = [field["number"] for field in fields if field.get("nullable")]
    nulls = {number for n, number in enumerate(nullable) if data[2 + n // 8] >> n % 8 & 1}
    at, values = 2 + (len(nullable) + 7) // 8, {}
    for field in fields:
        if size := width(field["type"]):
            values[field["number"]] = (field["type"], data[at:at + size])
            at += size
    variable = [field for field in fields if not width(field["type"])]
    start = first = at + end_bytes * len(variable)
    for field in variable:
        end = first + int.from_bytes(data[at:at + end_bytes], "little")
        values[field["number"]] = (field["type"], data[start:end])
        at, start = at + end_bytes, end
    assert start == len(data), "the row goes on after its last value"
    return {number: None if number in nulls else value(*found) for number, found in values.items()}


def key_part(field, data):
    """The value of a field at the beginning of a key, and the rest of the key."""
    ty = field["type"]
    if field.get("nullable"):
        mark, data = data[0], data[1:]
        if mark == 0:
            return None, data
    if size := width(ty):
        part, rest = data[:size], data[size:]
        if ty in ("f32", "f64") and part[0] < 0x80:
            part = bytes(byte ^ 0xFF for byte in part)
        elif ty[0] == "i" and ty != "id" or ty in ("timestamp", "date", "f32", "f64"):
            part = bytes([part[0] ^ 0x80]) + part[1:]
        return value(ty, part if ty == "id" else part[::-1]), rest
    end = 0
    while data[end:end + 2] != b"\0\0":
        end += 2 if data[end] == 0 else 1
    return value(ty, data[:end].replace(b"\0\xff", b"\0")), data[end + 2:]


def key_values(names, fields, key):
    """The values of the named fields at the beginning of a key, and the rest of the key."""
    values = {}
    for field in (field for name in names for field in fields if field["name"] == name):
        part, key = key_part(field, key)
        values[field["name"]] = spelled(field["type"], part)
    return values, key


def main():
    trees = {}
    for line in sys.stdin:
        entry = json.loads(line)
        trees.setdefault(entry["tree"], []).append((bytes.fromhex(entry["key"]), bytes.fromhex(entry["value"])))
    for tree, table in ((key.decode(), value) for key, value in trees["catalogue"] if key != b"store"):
        table = json.loads(table)
        schema, numbers, rows = table["folded"]["table"], table["folded"]["numbers"], {}
        fields = dict(zip(numbers, schema["fields"]))
        for key, data in trees.get(tree, []):
            found = row(table["layouts"], data)
            rows[key] = {f["name"]: spelled(f["type"], found[n]) if n in found else table["absent"][str(n)]
                         for n, f in fields.items()}
            own, rest = key_values(schema["key"], schema["fields"], key)
            assert rest == b"" and own.items() <= rows[key].items(), key
            print(json.dumps({"table": f'{table["module"]}.{schema["name"]}', "row": rows[key]}, ensure_ascii=False))
        # In an index an element stands in the place of its list.
        flat = [{**f, "type": f["type"]["vec"], "nullable": False} if "vec" in f["type"] else f for f in schema["fields"]]
        for index in table.get("indexes", []):
            names, entries = [fields[number]["name"] for number in index["fields"]], trees.get(f'x{index["id"]}', [])
            lists = [f["name"] for f in schema["fields"] if f["name"] in names and "vec" in f["type"]]
            assert len(entries) == sum(len(set(r[lists[0]] or ())) if lists else 1 for r in rows.values()), index
            for entry, held in entries:
                own, rest = key_values(names, flat, entry)
                key = held if index.get("unique") else rest
                assert rest in (b"", key), (index, entry)
                assert all(part in rows[key][n] if n in lists else part == rows[key][n] for n, part in own.items()), entry


main()
