"""What import-linter sees is true in every run of the tests, not only in `make check`."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_imports_point_down():
    linter = shutil.which("lint-imports", path=Path(sys.executable).parent)
    assert linter is not None

    verdict = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert verdict.returncode == 0, verdict.stdout
