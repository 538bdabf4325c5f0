"""Definitions are quick to import: aws_cdk comes with ``define_backend`` only."""

from __future__ import annotations

import subprocess
import sys


def test_definitions_import_no_aws_cdk() -> None:
    code = """
import sys
import amplify_tui
for name in set(amplify_tui.__all__) - {"Backend", "define_backend"}:
    getattr(amplify_tui, name)
print(sorted(each for each in sys.modules if each.partition(".")[0] in ("aws_cdk", "jsii")))
print(sorted(each for each in sys.modules if each.startswith("workbench.")
             and not each.startswith("workbench.backend")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"
