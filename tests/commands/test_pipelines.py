"""The hook and the workflow of the manual, as they stand there: run, and checked against their schema."""

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from tests.commands.running import MODELS, PROGRAM
from tests.docs.pages import blocks, text_of

SCHEMA = files("check_jsonschema") / "builtin_schemas" / "vendor" / "github-workflows.json"
FILES = {block.name: block.code for block in blocks(text_of("gate")) if block.language == "yaml"}
HOOK = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/meshmodel.yml"
SAFE = "federated-release.toml"
UNSAFE = "support-agent.toml"


@pytest.fixture
def project(tmp_path):
    """A folder that is a project of somebody, and an environment in which ``meshmodel`` is installed."""
    home = tmp_path / "home"
    home.mkdir()
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    environment = {
        "PATH": path,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PRE_COMMIT_HOME": str(home / "cache"),
    }
    environment |= {
        f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    (tmp_path / "project" / "models").mkdir(parents=True)

    def run(*words, status=0):
        done = subprocess.run(
            words,
            cwd=tmp_path / "project",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return tmp_path / "project", run


def put(project: Path, model: str) -> None:
    shutil.copy(MODELS / model, project / "models")


@pytest.mark.slow
def test_the_hook_stops_a_commit_of_a_model_with_a_missing_checkpoint(project):
    folder, run = project
    (folder / HOOK).write_text(FILES[HOOK], encoding="utf-8")
    run("git", "init", "-q", ".")
    run(sys.executable, "-m", "pre_commit", "install")
    put(folder, SAFE)
    run("git", "add", ".")
    run("git", "commit", "-q", "-m", "safe")
    put(folder, UNSAFE)
    run("git", "add", ".")
    said = run("git", "commit", "-q", "-m", "unsafe", status=1)
    assert "missing checkpoint" in said
    assert run("git", "log", "--format=%s").split() == ["safe"]


(README,) = (
    block.code for block in blocks(text_of("README")) if block.language == "yaml" and block.name is None
)


@pytest.mark.parametrize("text", [FILES[WORKFLOW], README], ids=["manual", "README"])
def test_a_workflow_is_one_of_github(text):
    workflow = YAML(typ="safe", pure=True).load(text)
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(workflow)


@pytest.mark.parametrize(("models", "status"), [([SAFE], 0), ([SAFE, UNSAFE], 1)])
def test_the_steps_of_the_workflow_do_as_a_shell_runs_them(project, models, status):
    folder, run = project
    for each in models:
        put(folder, each)
    steps = YAML(typ="safe", pure=True).load(FILES[WORKFLOW])["jobs"]["check"]["steps"]
    (check,) = (each["run"] for each in steps if "meshmodel check" in each.get("run", ""))
    said = run("bash", "-e", "-c", check, status=status)
    assert ("::error file=models/support-agent.toml,line=" in said) == bool(status)
    log = json.loads((folder / "meshmodel.sarif").read_text(encoding="utf-8"))
    assert bool(log["runs"][0]["results"]) == bool(status)
