from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_keys_tells_the_apps_own_bindings() -> None:
    """Where this fails, run ``python docs/keys_page.py``."""
    spec = importlib.util.spec_from_file_location("keys_page", DOCS / "keys_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (DOCS / "keys.md").read_text()
    assert "`sandbox.redeploy`" in written
    assert module.page(written) == written
