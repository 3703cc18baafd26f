"""No error and no answer repeats a value that looks like a secret, wherever somebody wrote it."""

import json

from meshmodel import cli
from meshmodel.model.secret_pattern import RANDOM, fake
from tests.rows import all_rows

TOKEN = fake("ghp", "_", RANDOM[:36])
MODEL = 'format = "meshmodel/1"\nname = "m"\n[[agent]]\nid = "a"\n'
MAP = 'format = "meshmodel-map/1"\n'
BASELINE = {"rule": TOKEN, "subject": TOKEN, "severity": "high", "actions": [], "agents": [TOKEN]}


def baseline(**changed: object) -> str:
    findings = [{**BASELINE, **changed}]
    return json.dumps(
        {"format": "meshmodel-baseline/1", "models": [{"model": "m.toml", "findings": findings}]}
    )


@all_rows(
    ("words", "content"),
    [
        (["check", "file.toml"], f'{MODEL}[[agent]]\nid = "{TOKEN}"\n'),
        (["check", "file.toml"], f'{MODEL}[[agent]]\nid = "b"\nruns_on = "{TOKEN}"\n'),
        (["check", "file.toml"], f'{MODEL}[[{TOKEN}]]\nid = "b"\n'),
        (["check", "file.toml"], f"{MODEL}{TOKEN} = 1\n"),
        (["check", "file.toml"], f"{MODEL}[{TOKEN}]\n[{TOKEN}]\n"),
        (["check", "file.toml"], f'{MODEL}[[hold]]\nagent = "{TOKEN}"\ncredential = "c"\n'),
        (["check", "file.toml"], f'format = "{TOKEN}"\n'),
        (["check", "m.toml", "--fail-on", TOKEN], ""),
        (["check", "m.toml", f"--{TOKEN}"], ""),
        (["check", "m.toml", "--baseline", "file"], baseline()),
        (["check", "m.toml", "--baseline", "file"], baseline(severity=TOKEN)),
        (["check", "m.toml", "--baseline", "file"], baseline(actions=[TOKEN])),
        (["check", "m.toml", "--baseline", "file"], baseline(actions=TOKEN)),
        (["check", "m.toml", "--json", "--baseline", "file"], baseline()),
        (["explain", "m.toml", TOKEN], ""),
        (["export", "m.toml", "--to", "svg", "--dpi", TOKEN], ""),
        (["import", "file", "--as", "mcp", "-o", "new.toml"], f'{{"{TOKEN}": 1, "{TOKEN}": 1}}'),
        (["import", "file", "--as", "kubernetes", "-o", "new.toml"], f"a: *{TOKEN}\n"),
        (["trace", "m.toml", "file", "--format", "jsonl"], json.dumps({TOKEN: 1})),
        (["trace", "m.toml", "file", "--format", "csv"], f"time,{TOKEN}\n"),
        (["trace", "m.toml", "m.toml", "--format", "cloudtrail", "--map", "file"], f"{MAP}{TOKEN} = 1"),
        ([TOKEN], ""),
    ],
)  # fmt: skip
def test_a_secret_is_in_no_line(words, content, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.toml").write_text(MODEL, encoding="utf-8")
    for name in ("file", "file.toml"):
        (tmp_path / name).write_text(content, encoding="utf-8")
    cli.main(words)
    out, error = capsys.readouterr()
    assert out + error
    for shown in (TOKEN, TOKEN.lower(), TOKEN[:16]):
        assert shown not in out + error
