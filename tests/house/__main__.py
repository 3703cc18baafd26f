"""Print the sizes of rooms and of the longest files, for whoever wonders; they fail nothing.

``python -m tests.house`` prints them, and with a commit or tag also how much each room grew since.
"""

import subprocess
import sys
from collections import Counter

from tests.house.sources import ROOT, modules

LONGEST = 20


def room_of(path: str) -> str:
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "(top)"


def main() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules().values()
    }
    rooms, files = Counter[str](), Counter[str]()
    for path, lines in lengths.items():
        rooms[room_of(path)] += lines
        files[room_of(path)] += 1
    grown = Counter[str]()
    if len(sys.argv) > 1:
        changed = subprocess.run(
            ["git", "diff", "--numstat", sys.argv[1], "--", "meshmodel/*.py"],
            cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        for row in changed.stdout.splitlines():
            added, removed, path = row.split("\t")
            grown[room_of(path)] += int(added) - int(removed)
    for room, lines in rooms.most_common():
        since = f"  {grown[room]:+,}" if grown else ""
        print(f"{room:14} {lines:7,} lines in {files[room]:3} files{since}")
    print(f"{'all':14} {sum(rooms.values()):7,} lines in {sum(files.values()):3} files")
    for path, lines in Counter(lengths).most_common(LONGEST):
        print(f"{lines:7,}  {path}")


main()
