"""Faregate itself is held to the standards."""

import time

from standards.engine import check_folder
from tests.conftest import ROOT

SECONDS_MAX = 2
PATIENCE = 5
"""Other tests run beside this one."""


def test_faregate_has_no_findings_and_is_read_in_seconds():
    began = time.process_time()

    findings = check_folder(ROOT)

    assert [(finding.rule_id, finding.place, finding.remark.message) for finding in findings] == []
    assert time.process_time() - began < SECONDS_MAX * PATIENCE
