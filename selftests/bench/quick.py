#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: quick.py [-w]

Compare what Porch costs with selftests/bench/baseline.json, or write that anew (-w).

A figure is Porch's instructions for a packet, less those of a receive handler that
drops it, in the same boot. More than 3 % above the baseline is a failure, unless
kernel or compiler are others than the baseline's. Prints TAP.
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BASELINE = os.path.join(HERE, "baseline.json")
RESULT = os.path.join(TOP, "build/bench/quick.json")
LIMIT = 3   # per cent


def compiler():
    """Return what the module was built with."""
    module = os.path.join(TOP, "build/6.12/kmod/porch.ko")
    text = subprocess.run(["readelf", "-p", ".comment", module], check=True,
                          capture_output=True, text=True).stdout
    return re.search(r"GCC: .*", text)[0]


def measure():
    """Return the figures, as a baseline has them."""
    os.makedirs(os.path.dirname(RESULT), exist_ok=True)
    subprocess.run([os.path.join(HERE, "instructions/run.sh"), "-p", RESULT],
                   check=True, stdout=sys.stderr)
    with open(RESULT) as file:
        rows = [json.loads(line) for line in file]
    return {"kernel": rows[0]["kernel"], "compiler": compiler(),
            "rows": {row["id"]: round(row["porch"] - row["peer"], 1) for row in rows}}


def main():
    now = measure()
    if sys.argv[1:] == ["-w"]:
        with open(BASELINE, "w") as file:
            json.dump(now, file, indent=1)
            file.write("\n")
        return 0
    with open(BASELINE) as file:
        base = json.load(file)

    comparable = True
    for key in "kernel", "compiler":
        if now[key] != base[key]:
            comparable = False
            print(f"# {key}: {now[key]}, not {base[key]} as in the baseline: "
                  "nothing can fail")
    failed = 0
    rows = now["rows"] | {row: None for row in base["rows"].keys() - now["rows"].keys()}
    print(f"1..{len(rows)}")
    for number, (row, value) in enumerate(rows.items(), 1):
        old = base["rows"].get(row)
        worse = False
        if value is None:
            worse = True
            text = "in the baseline, but not measured"
        elif old is None:
            text = f"{value:,.0f}, not in the baseline"
        else:
            # What costs less than the bare handler is below zero.
            percent = (value - old) / max(abs(old), 1) * 100
            worse = comparable and percent > LIMIT
            text = f"{value:,.0f}, {percent:+.1f} %"
        failed += worse
        print(f"{'not ok' if worse else 'ok'} {number} - {row}: {text}")
    return 1 if failed else 0


sys.exit(main())
