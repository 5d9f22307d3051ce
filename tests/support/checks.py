# SPDX-License-Identifier: Apache-2.0
"""What tests with real daemons say of them: a check that fails ends its test. Shared by
tests/engines and tests/service."""

import time

LOOK_S = 0.01


class Failure(Exception):
    pass


def check(name, found, expected):
    if found != expected:
        raise Failure(f"{name}: {found!r}, expected {expected!r}")


def check_that(name, condition, found=""):
    if not condition:
        raise Failure(f"{name}: {found!r}")


def wait_until(what, condition, seconds):
    """Looks until `condition()` is true; a failure if it never is."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(LOOK_S)
