# SPDX-License-Identifier: GPL-2.0-or-later
"""Chance that can be repeated: the seed is printed, and KHTTPD_SEED in the environment is taken instead."""

import os
import random


def draw(capsys):
    """Return a source of random numbers, and print what makes the same one again."""
    seed = os.environ.get("KHTTPD_SEED") or str(random.SystemRandom().randrange(1 << 32))
    with capsys.disabled():
        print(f" KHTTPD_SEED={seed}", end=" ", flush=True)
    return random.Random(seed)
