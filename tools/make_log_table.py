#!/usr/bin/env python3
"""Writes sim/network/log_table.h: logarithms and powers of two over one octave, in integers.

log_table[i] is log2(1 + i / CELLS), power_table[i] is 2^(i / CELLS) - 1, both in units of 2^-30 and rounded. With them an
exponential and a Pareto distribution are drawn without any floating point. With --check nothing is written: exit 1 if
the checked-in file differs.
"""
import math
import os
import sys

CELL_BITS, SHIFT = 10, 30
CELLS = 1 << CELL_BITS
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim", "network", "log_table.h")


def table(name, values):
    lines = [f"static const uint32_t {name}[(1 << LOG_CELL_BITS) + 1] = {{"]
    for i in range(0, len(values), 8):
        lines.append("\t" + ", ".join(str(v) for v in values[i:i + 8]) + ",")
    return lines + ["};", ""]


def text():
    logarithms = [round(math.log2(1 + i / CELLS) * 2 ** SHIFT) for i in range(CELLS + 1)]
    powers = [round((2 ** (i / CELLS) - 1) * 2 ** SHIFT) for i in range(CELLS + 1)]
    lines = [
        "/* log_table.h: log2(1 + x) and 2^x - 1 for x from 0 to 1, in 2^-30.",
        " * Written by tools/make_log_table.py, which says what the entries are; do not edit. */",
        "#ifndef OCTOSIM_LOG_TABLE_H",
        "#define OCTOSIM_LOG_TABLE_H",
        "",
        "#include <stdint.h>",
        "",
        f"enum {{ LOG_CELL_BITS = {CELL_BITS}, LOG_SHIFT = {SHIFT} }};",
        "",
    ]
    return "\n".join(lines + table("log_table", logarithms) + table("power_table", powers) + ["#endif", ""])


def main():
    if sys.argv[1:] == ["--check"]:
        with open(PATH, encoding="ascii") as file:
            if file.read() != text():
                sys.exit("make_log_table.py: sim/network/log_table.h is not what this script writes")
    elif sys.argv[1:]:
        sys.exit("usage: make_log_table.py [--check]")
    else:
        with open(PATH, "w", encoding="ascii") as file:
            file.write(text())


main()
