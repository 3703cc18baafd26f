"""Sentences that reports and the workbench share."""

from dataclasses import replace

from meshmodel.analysis.analysis import analyse
from meshmodel.app.presentation.phrases import door_of, door_on_way, why_no_place
from meshmodel.model import records as r
from tests.reference.random_models import snapshot_of


def coarse(*more, queue_zone="works"):
    """A clerk writes into a queue and so starts a printer, guarded; that one writes into files.

    Args:
        more: records to add.
        queue_zone: the zone of the queue; the clerk is at home at the desk.
    """
    return snapshot_of(
        [
            r.Zone("desk"),
            r.Zone("works"),
            r.System("queue", zone=queue_zone),
            r.System("files", zone="works", sensitivity="confidential"),
            r.Agent("clerk", kind="service", home="desk"),
            r.Agent("printer", kind="service", home="works"),
            r.Credential("queue-key"),
            r.Credential("file-key"),
            r.Hold("clerk", "queue-key"),
            r.Hold("printer", "file-key"),
            r.Grant("queue-key", "queue", ("write",)),
            r.Grant("file-key", "files", ("write",)),
            r.Trigger("queue", "printer"),
            r.Checkpoint("starting", "policy-decision", "trigger", "queue", "printer"),
            *more,
        ]
    )


def on_the_way(analysis):
    """The door on the way of the clerk to the files, which is controlled as a whole."""
    told = analysis.explain("clerk", "files")
    assert told.state == "controlled"
    return door_on_way({each.subject for each in analysis.doors}, told)


def test_a_step_on_the_way_to_a_controlled_crossing_is_a_door_of_its_own():
    analysis = analyse(coarse())
    (finding,) = (each for each in analysis.findings if each.rule == "coarse-checkpoint")
    assert analysis.explain_finding(finding) == analysis.explain("clerk", "files")
    assert on_the_way(analysis) == ("queue-key", "queue")


def test_a_step_that_crosses_nothing_is_no_door():
    assert on_the_way(analyse(coarse(queue_zone="desk"))) is None


def test_a_door_that_is_open_only_for_others_is_none_on_the_way():
    asking = r.Checkpoint("queueing", "policy-decision", "grant", "queue-key", "queue", decided_at="gate")
    warden = [
        r.System("gate", zone="desk"),
        r.Agent("warden", kind="service", home="desk"),
        r.Credential("gate-key"),
        r.Hold("warden", "gate-key"),
        r.Hold("warden", "queue-key"),
        r.Grant("gate-key", "gate", ("admin",)),
    ]
    analysis = analyse(coarse(asking, *warden))
    assert [(each.subject, each.agents) for each in analysis.doors] == [("queue-key>queue", ("warden",))]
    assert on_the_way(analysis) is None


def test_the_first_of_several_doors_on_the_way_is_told():
    relay = [
        r.System("relay", zone="works"),
        r.Agent("carrier", kind="service", home="desk"),
        r.Credential("relay-key"),
        r.Hold("carrier", "queue-key"),
        r.Grant("relay-key", "relay", ("write",)),
        r.Hold("clerk", "relay-key"),
        r.Trigger("relay", "carrier"),
    ]
    snapshot = coarse(*relay)
    held = {key: each for key, each in snapshot.hold.items() if key != ("clerk", "queue-key")}
    analysis = analyse(replace(snapshot, hold=held))
    assert {each.subject for each in analysis.doors} == {"relay-key>relay", "queue-key>queue"}
    assert on_the_way(analysis) == ("relay-key", "relay")


def test_the_door_of_a_finding_is_the_grant_that_it_names_else_the_last_one_without_a_checkpoint():
    analysis = analyse(coarse())
    way = analysis.explain("clerk", "files")
    (door,) = (each for each in analysis.findings if each.subject == "queue-key>queue")
    (whole,) = (each for each in analysis.findings if each.rule == "coarse-checkpoint")
    assert door_of(door, None) == ("grant", "queue-key", "queue")
    assert door_of(whole, way) is None, "its crossing is controlled"
    assert door_of(None, way) == ("grant", "file-key", "files"), "of a way alone"
    assert door_of(None, None) is None


def test_it_is_said_why_a_checkpoint_has_no_place():
    analysis = analyse(coarse())
    snapshot, way = analysis.snapshot, analysis.explain("clerk", "files")
    said = why_no_place(snapshot, way, analysis.doors)
    assert said == (
        "its path to files is checked already (queue-key > queue on its path is a finding of its own)"
    )
    assert why_no_place(snapshot, way, ()) == "its path to files is checked already"
    assert why_no_place(snapshot, None, ()) == "no path of an agent leads through it"
    assert "no trust boundary" in why_no_place(snapshot, replace(way, state=None), ())
    assert "no grant" in why_no_place(snapshot, replace(way, state="uncontrolled"), ())
