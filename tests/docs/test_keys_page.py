from __future__ import annotations

from scripts.keys_page import PAGE, page


def test_the_page_of_keys_has_the_apps_own_bindings() -> None:
    """If this fails, run ``python -m scripts.keys_page``."""
    written = PAGE.read_text()
    assert "`sandbox.redeploy`" in written
    assert page(written) == written
