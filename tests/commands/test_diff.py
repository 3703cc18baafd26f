"""``meshmodel diff``: its options, its exit status and the picture."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from meshmodel import cli
from meshmodel.edits.edit import Put
from meshmodel.interchange import read_file, write_text
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.vocabulary import SEVERITIES
from tests.commands.running import MODELS
from tests.reference.pairs import changed
from tests.reference.random_models import FLAVOURS, random_model

SUPPORT = MODELS / "support-agent.toml"


def test_a_fix_that_is_not_proven_in_time_is_status_two(called, monkeypatch):
    from meshmodel.analysis.analysis import Analysis

    real = Analysis.minimum_fix

    def hurried(self, *, deadline=None, cancelled=None):
        assert deadline == 5
        return replace(real(self), optimal=False, lower_bound=0)

    monkeypatch.setattr(Analysis, "minimum_fix", hurried)
    status, said, _ = called("diff", SUPPORT, SUPPORT, "--deadline", "5", "--json")
    assert status == 2
    assert list(json.loads(said).items())[-1] == ("complete", False)
    assert called("diff", SUPPORT, SUPPORT, "--without-fix")[0] == 0


def test_planned_checkpoints_count_as_designed(called, tmp_path):
    planned = tmp_path / "planned.toml"
    guard = r.Checkpoint("ask", "human-approval", "grant", "file-sas", "attachments", state="planned")
    model = read_file(SUPPORT)
    planned.write_text(write_text(replace(model, checkpoint={"ask": guard})))
    assert called("diff", planned, SUPPORT)[0] == 0
    assert called("diff", planned, SUPPORT, "--as-designed")[0] == 1
    assert called("diff", SUPPORT, planned, "--as-designed", "--markdown")[0] == 0


def test_two_forms_at_once_are_refused(capsys):
    assert cli.main(["diff", str(SUPPORT), str(SUPPORT), "--json", "--markdown"]) == 2
    assert "not allowed with" in capsys.readouterr().err


def test_a_picture_marks_what_was_added(called, tmp_path):
    wider = tmp_path / "wider.toml"
    model = read_file(SUPPORT)
    guard = r.Checkpoint("ask", "human-approval", "grant", "file-sas", "attachments")
    wider.write_text(write_text(replace(model, checkpoint={"ask": guard})))
    for name, begins in (("diff.dot", b"digraph"), ("diff.svg", b"<?xml"), ("diff.png", b"\x89PNG")):
        assert called("diff", SUPPORT, wider, "--picture", tmp_path / name)[0] == 0
        assert (tmp_path / name).read_bytes().startswith(begins)
    drawn = (tmp_path / "diff.svg").read_text()
    assert "what changed" in drawn
    assert ">added<" in drawn
    again = tmp_path / "again.svg"
    called("diff", SUPPORT, wider, "--picture", again)
    assert again.read_text() == drawn


def test_a_picture_replaces_no_model_and_is_named_as_one(called, tmp_path):
    model = tmp_path / "model.svg"
    model.write_bytes(SUPPORT.read_bytes())
    for name, said in ((model, "is a model"), (tmp_path / "x.gif", "a picture ends with")):
        status, out, complaint = called("diff", SUPPORT, SUPPORT, "--picture", name)
        assert (status, out) == (2, "")
        assert said in complaint
    assert model.read_bytes() == SUPPORT.read_bytes()
    assert called("export", SUPPORT, "--to", "svg", "--lens", "changes")[0] == 2


def uncontrolled(document):
    return {
        (each["agent"], each["source"], each["target"], each["action"]): SEVERITIES.index(each["severity"])
        for each in document["crossings"]
        if each["state"] == "uncontrolled"
    }


@pytest.mark.slow
def test_the_status_is_what_check_lists_on_random_pairs(called, tmp_path):
    paths = tmp_path / "old.toml", tmp_path / "new.toml"
    statuses = set()
    for seed in range(24):
        flavour = FLAVOURS[seed % len(FLAVOURS)]
        donor, old = random_model(seed + 500, 5, flavour), random_model(seed, 5, flavour)
        new = old
        added = [*donor.grant.values(), *donor.checkpoint.values(), *donor.system.values()]
        for record in added[:: 1 + seed % 4]:
            with suppress(InvalidModelError):
                new = changed(new, Put(record))
        for path, model in zip(paths, (old, new) if seed % 2 else (new, old), strict=True):
            path.write_text(write_text(model))
        _, said, _ = called("check", *paths, "--crossings", "--json")
        before, after = (uncontrolled(json.loads(line)) for line in said.splitlines())
        expected = any(severity > before.get(ends, -1) for ends, severity in after.items())
        status, _, complaint = called("diff", *paths, "--without-fix")
        assert (status, complaint) == (int(expected), "")
        statuses.add(status)
    assert statuses == {0, 1}
