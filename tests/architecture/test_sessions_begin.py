"""Where sessions begin: in one place, so that no path leads around a second factor (SEC-34)."""

import re

from tests.conftest import ROOT

BEGINS = re.compile(r"sessions\.(open|replace)\(")
THE_ONE_PLACE = "app/services/sign_in_service.py"


def test_only_the_service_that_demands_a_second_factor_begins_sessions():
    places = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if BEGINS.search(path.read_text(encoding="utf-8"))
    ]

    assert places == [THE_ONE_PLACE]
