"""A shell completes commands, options, values, topics and files by the script that is printed for it."""

import subprocess

import pytest

from tests.commands.running import ROOT, refused, run

WANTED = {
    "meshmodel ch": {"check"},
    "meshmodel check --fail": {"--fail-on"},
    "meshmodel check --fail-on cr": {"critical"},
    "meshmodel check models/agent": {"models/agent-chain.toml"},
    "meshmodel export --to cedars": {"cedarschema"},
    "meshmodel help quick": {"quick-line"},
    "meshmodel demo fin": {"finance-orchestrator"},
    "meshmodel policy ve": {"verify"},
    "meshmodel --print-completion ba": {"bash"},
}
"""By what is typed the words that it could become."""
BASH = """
source /dev/stdin
COMP_LINE="$*"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_POINT=${#COMP_LINE}
_shtab_meshmodel
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; fpath=($FOLDER $fpath); autoload -U compinit; compinit -u -D; echo rea""dy'
zpty -r shell shown $'*ready\\r*'
zpty -n -w shell $1$'\\t\\x01echo "<\\x05>"\\n'
zpty -r shell shown $'*\\n<*>*'
print -r -- $shown
"""


def script(shell):
    done = run("--print-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def words(*called, **options):
    return subprocess.run(
        called, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT, **options
    ).stdout


def test_bash_completes_what_is_typed():
    made = script("bash")
    for typed, wanted in WANTED.items():
        assert set(words("bash", "-c", BASH, "bash", *typed.split(), input=made).split()) == wanted, typed


@pytest.mark.slow
@pytest.mark.engines
def test_fish_completes_what_is_typed(tmp_path):
    (tmp_path / "script").write_text(script("fish"), encoding="utf-8")
    for typed, wanted in WANTED.items():
        said = words("fish", "-c", f"source {tmp_path / 'script'}; complete -C '{typed}'")
        assert {line.partition("\t")[0] for line in said.splitlines()} == wanted, typed


@pytest.mark.slow
@pytest.mark.engines
def test_zsh_completes_what_is_typed(tmp_path):
    (tmp_path / "_meshmodel").write_text(script("zsh"), encoding="utf-8")
    environment = {"FOLDER": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "dumb", "HOME": "/"}
    for typed, (wanted,) in list(WANTED.items())[2:5]:
        said = words("zsh", "-c", ZSH, "zsh", typed, env=environment)
        assert f"{typed.rpartition(' ')[0]} {wanted}" in said, typed


def test_a_shell_that_is_not_known_and_a_missing_library_are_told_in_one_line(tmp_path):
    assert "tcsh" in refused("--print-completion", "tcsh")
    (tmp_path / "shtab.py").write_text("raise ImportError", encoding="utf-8")
    line = refused("--print-completion", "bash", env={"PYTHONPATH": str(tmp_path), "PATH": ""})
    assert "install meshmodel[completion]" in line
