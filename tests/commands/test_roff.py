"""The page for man: all commands and options of the manual, and no line that is a request by accident."""

import re
from importlib import import_module
from zipfile import ZipFile

from meshmodel.commands.help import TOPICS, commands_of, manual_for_man, page
from meshmodel.commands.roff import man_page
from tests.docs.pages import ROOT

PAGE = r"""# Title

An *intro* with `--option`, **strong words**, a back\slash and a [link](files.md#models).
'quoted' first

## meshmodel one

    meshmodel one [-x]

| argument | what |
|---|---|
| `-x A\|B` | what `it` does |

- .first
  goes on

```sh
.sh is no request
```

```text
what it prints
```
"""


def test_markdown_becomes_roff():
    made = man_page(PAGE, [("files", "Where - files are")], "a program", "1.2").splitlines()
    assert made[0] == '.TH MESHMODEL 1 "" "meshmodel 1.2" "User Commands"'
    text = "\n".join(made)
    assert r"with \fB\-\-option\fR, \fBstrong words\fR, a back\eslash and a link (\fBmeshmodel help" in text
    assert "\n.SH COMMANDS\n.SS meshmodel one\n" in text
    assert "\n.TP\n\\fB\\-x A|B\\fR\nwhat \\fBit\\fR does\n" in text
    assert "\n.IP \\(bu 2\n\\&.first goes on\n" in text
    assert "\n.nf\n\\&.sh is no request\n.fi\n" in text
    assert "what it prints" not in text
    assert text.endswith(".TP\n\\fBfiles\\fR\nWhere \\- files are")


def test_every_command_option_and_page_of_the_manual_is_in_it():
    made = manual_for_man()
    plain = made.replace(r"\-", "-").replace(r"\fB", "").replace(r"\fR", "")
    for command, section in commands_of(page("commands")).items():
        assert f".SS meshmodel {command}\n" in plain
        options = re.findall(r"^\| `(-[^` ]+)", section, re.MULTILINE)
        part = plain.partition(f".SS meshmodel {command}\n")[2].partition("\n.SS ")[0]
        assert [each for each in options if f".TP\n{each}" not in part] == []
    assert [topic for topic in TOPICS if f".TP\n{topic}\n" not in plain] == []
    requests = {"TH", "SH", "SS", "PP", "TP", "IP", "RS", "RE", "nf", "fi", "nh", "ad"}
    assert set(re.findall(r"^[.'](\S*)", made, re.MULTILINE)) <= requests


def test_a_wheel_has_the_page_where_man_looks(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    name = import_module("hatchling.build").build_wheel(str(tmp_path))
    with ZipFile(tmp_path / name) as wheel:
        (path,) = (
            each for each in wheel.namelist() if each.endswith(".data/data/share/man/man1/meshmodel.1")
        )
        assert wheel.read(path).decode() == f"{manual_for_man()}\n"
