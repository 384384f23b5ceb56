#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: plot.py FAMILY JSON > SVG

Draw the ratios of a family with gnuplot, a bar for each row: to the left is less, to
the right more than the peer; green is better, red is worse.
"""

import json
import subprocess
import sys

ROW = 16    # pixels
SCRIPT = """
set terminal svg size 900,{height} font "sans,11" noenhanced
set title "{title}: Porch / peer"
set logscale x 10
set xrange [{low}:{high}]
set yrange [{count}:-1] noextend
set grid x
set tics scale 0
set xtics add ("1" 1)
set arrow from 1,-1 to 1,{count} nohead front
unset key
plot "-" using 2:1:($2 < 1 ? $2 : 1):($2 < 1 ? 1 : $2):($1 - 0.4):($1 + 0.4):3:ytic(4) \\
    with boxxyerror fillstyle solid noborder linecolor rgb variable
{data}
e
"""


def main():
    family, name = sys.argv[1:]
    with open(name) as file:
        rows = [json.loads(line) for line in file]
    data = []
    for at, row in enumerate(rows):
        ratio = row["ratio"]
        better = ratio > 1 if row["unit"].endswith("/s") else ratio < 1
        data.append(f'{at} {ratio} {0x4c9f70 if better else 0xc8553d} '
                    f'"{row["id"]}: {row["peer_name"]}"')
    ratios = [row["ratio"] for row in rows]
    script = SCRIPT.format(height=ROW * len(rows) + 90, title=family.capitalize(),
                           count=len(rows), low=min(ratios + [1]) / 1.3,
                           high=max(ratios + [1]) * 1.3, data="\n".join(data))
    svg = subprocess.run(["gnuplot"], input=script, check=True, capture_output=True,
                         text=True).stdout
    head, _, rest = svg.partition("\n")
    print(f"{head}\n<!-- SPDX-License-Identifier: GPL-2.0 -->\n{rest}", end="")


main()
