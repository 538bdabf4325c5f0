from __future__ import annotations

from pathlib import Path

import pytest

from workbench.synth.readable_paths import readable_paths

ROOT = Path("/home/me/my app")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Type 'import(\"/home/me/my app/node_modules/@aws-amplify/data-schema/dist/a\").Field'"
            " is not assignable to type 'import(\"/srv/node_modules/.pnpm/z@3/node_modules/z/t\")'",
            "Type 'import(\"@aws-amplify/data-schema/dist/a\").Field'"
            " is not assignable to type 'import(\"z/t\")'",
        ),
        (
            "Module '\"/home/me/my app/amplify/data/resource\"' has no exported member 'x'.",
            "Module '\"amplify/data/resource\"' has no exported member 'x'.",
        ),
        (
            "ENOENT: no such file or directory, open '/home/me/my app/amplify/schema.graphql'",
            "ENOENT: no such file or directory, open 'amplify/schema.graphql'",
        ),
        ("open '/etc/hosts', /home/me/my app/x", "open '/etc/hosts', /home/me/my app/x"),
        ("'/home/me/my app two/x'", "'/home/me/my app two/x'"),
    ],
)
def test_quoted_paths_are_shortened(before: str, after: str) -> None:
    assert readable_paths(before, ROOT) == after
