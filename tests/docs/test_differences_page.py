from __future__ import annotations

from scripts.differences_page import PAGE, page


def test_the_page_has_the_differences_of_the_table() -> None:
    """If this fails, run ``python -m scripts.differences_page``."""
    written = PAGE.read_text()
    assert "### Cognito user pools" in written
    assert page(written) == written
