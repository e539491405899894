#!/usr/bin/env python3
"""Writes sim/network/normal_table.h: the inverse of the normal distribution's upper tail, in integers.

Entry i = octave * CELLS + j is how many standard deviations above the mean a value lies that is exceeded with
the probability 2^-(octave + 2) * (2 - j / CELLS), in units of 2^-29. Each octave halves the probability, so the
far tail is as finely cut as the middle. With --check nothing is written: exit 1 if the checked-in file differs, or
if an entry disagrees with the complementary error function.
"""
import math
import os
import sys
from statistics import NormalDist

OCTAVES, CELLS, SHIFT = 40, 128, 29
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim", "network", "normal_table.h")


def probability(index):
    octave, cell = divmod(index, CELLS)
    return (2 - cell / CELLS) * 2.0 ** -(octave + 2)


def text():
    normal = NormalDist()
    values = [round(-normal.inv_cdf(probability(i)) * 2 ** SHIFT) + 0 for i in range(OCTAVES * CELLS + 1)]
    for i, value in enumerate(values):
        tail = math.erfc(value / 2 ** SHIFT / math.sqrt(2)) / 2
        if abs(tail / probability(i) - 1) > 1e-7:
            sys.exit(f"make_normal_table.py: entry {i} is exceeded with {tail}, not {probability(i)}")
    lines = [
        "/* normal_table.h: standard deviations above the mean, by the probability of being exceeded, in 2^-29.",
        " * Written by tools/make_normal_table.py, which says what the entries are; do not edit. */",
        "#ifndef OCTOSIM_NORMAL_TABLE_H",
        "#define OCTOSIM_NORMAL_TABLE_H",
        "",
        "#include <stdint.h>",
        "",
        f"enum {{ NORMAL_OCTAVES = {OCTAVES}, NORMAL_CELL_BITS = {CELLS.bit_length() - 1}, NORMAL_SHIFT = {SHIFT} }};",
        "",
        "static const uint32_t normal_table[NORMAL_OCTAVES * (1 << NORMAL_CELL_BITS) + 1] = {",
    ]
    for i in range(0, len(values), 8):
        lines.append("\t" + ", ".join(str(v) for v in values[i:i + 8]) + ",")
    lines += ["};", "", "#endif", ""]
    return "\n".join(lines)


def main():
    if sys.argv[1:] == ["--check"]:
        with open(PATH, encoding="ascii") as file:
            if file.read() != text():
                sys.exit("make_normal_table.py: sim/network/normal_table.h is not what this script writes")
    elif sys.argv[1:]:
        sys.exit("usage: make_normal_table.py [--check]")
    else:
        with open(PATH, "w", encoding="ascii") as file:
            file.write(text())


main()
