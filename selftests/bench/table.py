#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: table.py FAMILY JSON

Print the figures of a family as a table in Markdown.
"""

import json
import sys

COLUMNS = ["id", "Porch", "peer", "figure", "ratio", "note"]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def line(cells, widths):
    return "| " + " | ".join(
        cell.rjust(width) if 0 < i < 5 and i != 2 else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths))) + " |"


def main():
    family, name = sys.argv[1:]
    with open(name) as file:
        rows = [json.loads(text) for text in file]
    cells = [COLUMNS]
    for row in rows:
        cells.append([row["id"], number(row["porch"]), row["peer_name"],
                      number(row["peer"]), f"{row['ratio']:.2f}", row["note"]])
    widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
    print("<!-- SPDX-License-Identifier: GPL-2.0 -->")
    print(f"# {family.capitalize()}")
    print()
    print(f"{', '.join(sorted({row['unit'] for row in rows}))}; "
          f"Linux {', '.join(sorted({row['kernel'] for row in rows}))}. "
          f"Ratio is Porch / peer. Written by `bench.sh {family}`; see `bench.rst`.")
    print()
    print(line(cells[0], widths))
    print("|" + "|".join("-" * (width + 1) + (":" if 0 < i < 5 and i != 2 else "-")
                         for i, width in enumerate(widths)) + "|")
    for row in cells[1:]:
        print(line(row, widths))


main()
