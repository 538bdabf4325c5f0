"""Write docs/local-cloud.md's differences from AWS: ``python -m scripts.differences_page``."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.localcloud.differences import section

PAGE = Path(__file__).parents[1] / "docs" / "local-cloud.md"
BEGIN, END = "<!-- differences: begin -->", "<!-- differences: end -->"


def page(old: str) -> str:
    """The page with its tables written again."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n\n{section()}\n{END}", old)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
