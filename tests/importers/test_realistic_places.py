"""Some two thousand places in which files of clients keep secrets: none of them is in what an import gives.

A word without the shape of a secret that stands where a name may stand (``npx hunter2``,
``docker run hunter2``) cannot be told from a name, so words stand only where the place says what they are.
"""

import json

import pytest

from meshmodel.importers.answers import import_answer, import_text, ledger_lines, ledger_text
from meshmodel.importers.importing import prepare
from meshmodel.interchange import write_text
from meshmodel.model.records import Snapshot
from meshmodel.model.secret_pattern import RANDOM, fake

HEX = "9f86d081884c7d659a2feaa0c55ad015"
UUID = "7a0f3c1e-5b2d-4e6f-8a9b-0c1d2e3f4a5b"
WORDS = {
    "word": "hunter2-blue",
    "capitals": "Hunter2Blue",
    "mixed": "xyzzy_9.plugh",
    "uuid": UUID,
}
"""Secrets that only their place gives away."""
SHAPES = {
    "github": fake("ghp", "_", RANDOM[:36]),
    "google": fake("AIza", RANDOM[:35]),
    "provider": fake("sk", "-ant-api03-", RANDOM),
    "aws": fake("AKIA", "IOSFODNN7EXAMPLE"),
    "hubspot": fake("pat-", "na1-", UUID),
    "heroku": fake("HRKU", "-", UUID),
    "ethereum": fake("0x", HEX, HEX),
    "fireworks": fake("fw", "_", RANDOM[:24]),
    "hex": HEX,
    "random": RANDOM,
}
"""Secrets that show themselves wherever they stand."""
RUNNERS = {
    "uvx": ["uvx"],
    "npx": ["npx", "-y"],
    "pnpm": ["pnpm", "dlx"],
    "yarn": ["yarn", "dlx"],
    "bunx": ["bunx"],
    "node": ["node"],
    "python": ["python3"],
    "module": ["python3", "-m"],
    "deno": ["deno", "run"],
    "uv": ["uv", "run"],
    "tool": ["uv", "tool", "run"],
    "sudo": ["sudo"],
    "env": ["env"],
    "docker": ["docker", "run", "-i"],
    "path": ["/opt/bin/server"],
    "windows": ["cmd", "/c", "npx"],
    "pipx": ["pipx", "run"],
    "npm": ["npm", "exec"],
}
OPTIONS = (
    "--password", "--PASSWORD", "-password", "--pass", "--pw", "--token", "--api-key", "--api_key",
    "--apiKey", "--client-secret", "--access-token", "--bearer", "--auth-token", "--creds",
)  # fmt: skip


def of_options(secret):
    """Behind an option that names it: before and after the program, joined, quoted, in a line."""
    for runner in RUNNERS.values():
        for option in OPTIONS[:: 2 if len(runner) > 1 else 1]:
            yield from ([*runner, option, secret, "x-mcp"], [*runner, "x-mcp", option, secret])
        yield [*runner, f"--token={secret}", "x-mcp"]
        yield [*runner, f"--token:{secret}", "x-mcp"]
        yield [*runner, "-e", f"API_TOKEN={secret}", "x-mcp"]
        yield [*runner, f"--env=API_TOKEN={secret}", "x-mcp"]
        yield [*runner, "--header", f"Authorization: Bearer {secret}", "x-mcp"]
        yield [*runner, f"--header=X-Api-Key:{secret}", "x-mcp"]
        yield [*runner, "x-mcp", f"https://u:{secret}@h.example.com/mcp"]
        yield [*runner, f"https://h.example.com/mcp?token={secret}", "x-mcp"]
        yield [*runner, f"--url=https://h.example.com/mcp?api_key={secret}"]
        yield [*runner, "--config", json.dumps({"apiKey": secret, "dir": "/srv"}), "x-mcp"]
        yield [*runner, f"API_TOKEN={secret}", "x-mcp"]
        line = " ".join(runner)
        for shell in (["sh", "-c"], ["bash", "-lc"], ["env", "-S"], []):
            yield [*shell, f"{line} --password {secret} x-mcp"]
            yield [*shell, f"{line} x-mcp --password '{secret}'"]
            yield [*shell, f"API_TOKEN={secret} {line} x-mcp"]
            yield [*shell, f"{line} x-mcp --hook https://h.example.com/in?token={secret}"]
        yield ["sh", "-c", f"cd /srv && {line} --token {secret} x-mcp"]


def of_positions(secret):
    """Where nothing names it, as the program and its version too."""
    for runner in RUNNERS.values():
        yield from ([*runner, secret], [*runner, "x-mcp", secret], [*runner, "-k", secret, "x-mcp"])
        yield from ([*runner, f"x-mcp@{secret}"], [*runner, f"/srv/{secret}/x.js"], [*runner, f"--{secret}"])
        yield [f"{' '.join(runner)} {secret}"]
        yield [*runner, "x-mcp", f"https://h.example.com/s/{secret}/in"]
        yield [*runner, f"machine h.example.com login bot password {secret}"]


def of_keys(secret):
    """What stands under other keys of a server; ``name`` is where a name is expected."""
    yield {"command": "x", "env": {"API_TOKEN": secret, "DB_PASS": secret, "X_PWD": secret}}
    yield {"command": "x", "env": {"URL": f"https://u:{secret}@h.example.com/", "K": f"TOKEN={secret}"}}
    yield {
        "command": "x",
        "env": {"NODE_OPTIONS": f"--require=x --token={secret}", "HOOK": f"a --pw {secret}"},
    }
    yield {"command": "x", "env": {"NETRC": f"machine h.example.com login bot password {secret}"}}
    yield {"command": "x", "cwd": f"https://u:{secret}@h.example.com/"}
    yield {"url": f"https://u:{secret}@h.example.com/mcp?token={secret}"}
    yield {
        "url": "https://h.example.com/",
        "headers": {"X-Api-Key": secret, "Authorization": f"Bearer {secret}"},
    }
    yield {"url": "https://h.example.com/", "oauth": {"clientSecret": secret}}


def of_names(secret):
    yield {"command": "x", "env": {secret: "x", "B_TOKEN": f"${{{secret}}}"}}
    yield {"command": "x", "env": {secret: SHAPES["github"]}}
    yield {"command": secret}
    yield {"command": "docker", "args": ["run", "-e", f"{secret}={SHAPES['github']}", "x"]}
    yield {"command": "docker", "args": ["run", secret, "x"]}
    yield {"command": "npx", "args": [secret]}
    yield {"command": "uvx", "args": ["--from", secret, "x"]}
    yield {"url": "https://h.example.com/", "headers": {secret: SHAPES["github"]}}
    yield {"url": f"https://h.example.com/{secret}/mcp"}


def servers(kind, secret):
    turn = [*PLACES].index(kind)  # each kind has other places of those that are alike
    lines = [*of_options(secret)][turn % 4 :: 4]
    more = [*of_keys(secret)]
    if kind in SHAPES:
        lines = [*lines[::5], *[*of_positions(secret)][turn % 2 :: 2]]
    if kind in SHAPES or kind == "uuid":
        more += of_names(secret)
    if kind in SHAPES:
        more += [{"url": f"https://{secret}.h.example.com/"}]
    return [{"command": words[0], "args": words[1:]} for words in lines] + more


def given_by(content, folder, kind):
    """All that an import gives; the ledger names leaves by their keys, and a bare UUID may be one."""
    path = folder / ".mcp.json"
    path.write_text(json.dumps({"mcpServers": content}), encoding="utf-8")
    done = prepare([path], folder, Snapshot(), [])
    rows = [] if kind == "uuid" else done.rows
    return "\n".join(
        [
            write_text(done.after),
            ledger_text(rows),
            ledger_lines(rows),
            json.dumps(import_answer(done, applied=True)),
            import_text(done, "m", "done"),
            repr(done.imported),
        ]
    )


PLACES = {**WORDS, **SHAPES}


def test_there_are_some_two_thousand_places():
    assert sum(len(servers(*each)) for each in PLACES.items()) > 2_000


@pytest.mark.parametrize(
    "kinds", [["word", "github", "uuid"], pytest.param([*PLACES], marks=pytest.mark.slow)], ids=["few", "all"]
)
def test_no_place_leaks(kinds, tmp_path):
    for kind in kinds:
        secret = PLACES[kind]
        content = {f"s{number}": each for number, each in enumerate(servers(kind, secret))}
        if secret.lower() in given_by(content, tmp_path, kind).lower():
            for name, server in content.items():
                assert secret.lower() not in given_by({name: server}, tmp_path, kind).lower(), server
