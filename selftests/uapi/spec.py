#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: spec.py SPEC > FILE: the tables of spec.h, from the family's specification"""

import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    spec = yaml.safe_load(file)

consts = {d["name"]: d["value"] for d in spec["definitions"] if d["type"] == "const"}
enums = {d["name"]: d for d in spec["definitions"] if d["type"] != "const"}


def name_of(*words):
    return "_".join(words).replace("-", "_")


def number(value):
    """A limit: a number, a constant, or the largest one of a type"""
    if isinstance(value, int):
        return value
    if value in consts:
        return consts[value]
    kind, bits = value[0], int(value[1:].split("-")[0])
    return 2 ** (bits - (kind == "s")) - 1


def limits(attr):
    checks = attr.get("checks") or {}
    kind = attr["type"]
    low, high = 0, 0
    if kind in ("u8", "u16", "u32", "u64"):
        high = 2 ** int(kind[1:]) - 1
    if "enum" in attr:
        n = len(enums[attr["enum"]]["entries"])
        high = 2 ** n - 1 if attr.get("enum-as-flags") else n - 1
    high = number(checks.get("max-len", checks.get("max", high)))
    return number(checks.get("min", low)), high


print("/* Made from the specification by spec.py */")
print("#include <linux/porch.h>\n\n#include \"spec.h\"\n")
for attrs in spec["attribute-sets"]:
    print(f"static const struct spec_set {name_of(attrs['name'])}_set;")
for attrs in spec["attribute-sets"]:
    name = name_of(attrs["name"])
    print(f"\nstatic const struct spec_attr {name}_attrs[] = {{")
    for attr in attrs["attributes"]:
        low, high = limits(attr)
        nested = attr.get("nested-attributes")
        print(f"\t{{ PORCH_A_{name_of(attrs['name'], attr['name']).upper()}, "
              f"SPEC_{attr['type'].upper()}, {low}u, {high}u, "
              f"{'&' + name_of(nested, 'set') if nested else 'NULL'}, "
              f"{int(attr.get('multi-attr', False))} }},")
    print("};")
    print(f"\nstatic const struct spec_set {name}_set = "
          f"{{ {name}_attrs, {len(attrs['attributes'])} }};")

ops = [op for op in spec["operations"]["list"] if "do" in op or "dump" in op]
order = {s["name"]: [a["name"] for a in s["attributes"]] for s in spec["attribute-sets"]}
for op in ops:
    asked = op.get("do", {}).get("request", {}).get("attributes", [])
    places = [order[op["attribute-set"]].index(a) for a in asked]
    print(f"\nstatic const unsigned char {name_of(op['name'])}_request[] = "
          f"{{ {', '.join(map(str, places)) or 0} }};")
print("\nconst struct spec_op spec_ops[] = {")
for op in ops:
    name = name_of(op["name"])
    n = len(op.get("do", {}).get("request", {}).get("attributes", []))
    print(f"\t{{ \"{op['name']}\", PORCH_CMD_{name.upper()}, {int('dump' in op)}, "
          f"&{name_of(op['attribute-set'], 'set')}, {name}_request, {n} }},")
print("};\n\nconst int spec_op_count = sizeof(spec_ops) / sizeof(*spec_ops);")
