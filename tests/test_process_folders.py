from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workbench.process_folders import make_process_folder

MAKE = "import sys; from pathlib import Path; import workbench.process_folders as f; "
MAKE += "print(f.make_process_folder(Path(sys.argv[1]), 'ours-'))"


def test_folders_of_ended_processes_go_and_all_others_stay(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-c", MAKE, tmp_path], capture_output=True, text=True, check=True
    )
    ended = Path(made.stdout.strip())
    assert ended.is_dir()
    others = {tmp_path / name for name in ("ours-name", "ours-" + "9" * 16, f"other-{2**22}-x")}
    for other in others:
        other.mkdir()
    mine = make_process_folder(tmp_path, "ours-")
    again = make_process_folder(tmp_path, "ours-")
    assert set(tmp_path.iterdir()) == {mine, again, *others}
