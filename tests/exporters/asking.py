"""Requests to policy engines, what the engines say, and what a naive reading of section 12 says.

A request is a dictionary: agent (the first behind it), actors (all of them), credential, system, action,
request (its name), time, last_read, decision. A target knows no agent and no actors.
"""

import copy
import json
import re
from typing import NamedTuple

import cedarpy
import regorus

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.export import export
from meshmodel.exporters.request import ExportRequest
from tests.exporters.classification import Classification
from tests.reference.mesh import ACTIONS
from tests.reference.reading import Reading

NOW, LONGEST = 10_000_000, 300_000


def request(actors, credential, system, action, **changes):
    """One with a decision for this very request, made after the last read."""
    made = {
        "agent": actors[0],
        "actors": list(actors),
        "credential": credential,
        "system": system,
        "action": action,
        "request": "r-2",
        "time": NOW,
        "last_read": NOW - 90,
    }
    named = ("agent", "actors", "credential", "system", "action", "request")
    made["decision"] = {
        **copy.deepcopy({key: made[key] for key in named}),
        "time": NOW - 50,
        "granted": True,
        "used": False,
    }
    return made | changes


def decided(**changes):
    """A state: the decision differs in this from a fresh one."""
    return lambda each: each["decision"].update(changes)


def changed(**changes):
    """A state: request and decision differ alike."""

    def change(each):
        each.update(changes)
        decided(**changes)(each)

    return change


def without(*keys):
    return lambda each: [each.pop(key) for key in keys]


def times(decision, last_read=None):
    """A decision made so long ago; nothing was read, or so long ago."""

    def change(each):
        each["decision"]["time"] = NOW - decision
        each["last_read"] = 0 if last_read is None else NOW - last_read

    return change


STATES = {
    "fresh": lambda each: None,
    "nothing was read": lambda each: each.update(last_read=0),
    "reads in the future": lambda each: each.update(last_read=NOW + 1),
    "just in time": times(LONGEST, LONGEST + 1),
    "just now": times(0),
    "none": without("decision"),
    "stale": times(91, 90),
    "as old as the last read": times(90, 90),
    "old": times(LONGEST + 1, LONGEST + 2),
    "future": times(-1),
    "reused": decided(request="r-1"),
    "used": decided(used=True),
    "refused": decided(granted=False),
    "of no request": changed(request=""),
    "of another agent": decided(agent="other"),
    "of reordered and doubled actors": lambda each: each["decision"].update(
        actors=[*reversed(each["actors"]), each["actors"][0]]
    ),
    "by doubled actors": lambda each: each.update(actors=each["actors"] * 2),
    "of other actors": lambda each: each["decision"]["actors"].append("other"),
    "of another credential": decided(credential="other"),
    "of another system": decided(system="other"),
    "of another action": lambda each: each["decision"].update(action=other_action(each["action"])),
    "by one who is no actor": changed(agent="other"),
    "by nobody": changed(actors=[]),
    "with one more actor": lambda each: changed(actors=[*each["actors"], "other"])(each),
}
"""What may be the matter with a request and its decision."""
MALFORMED = {
    "no name anywhere": lambda each: (each.pop("request"), each["decision"].pop("request")),
    "a number for a name": changed(request=7),
    "a decision without its use": lambda each: each["decision"].pop("used"),
    "a decision without its time": lambda each: each["decision"].pop("time"),
    "a decision without its actors": lambda each: each["decision"].pop("actors"),
    "keys for the actors of a decision": decided(actors={"0": "bot"}),
    "null for the time of a decision": decided(time=None),
    "words for the time of a decision": decided(time="soon"),
    "half a millisecond for the time of a decision": decided(time=NOW - 50.5),
    "words for a truth": decided(granted="true"),
}
"""What no enforcement point may send with a decision: an engine must not permit it, and an error shows."""
VALUES = (None, True, 7, 7.5, "", "bot", [], ["bot"], [["bot"]], {}, {"0": "bot"}, {"bot": True})
FITTING = {"request": ("", "bot"), "time": (7,), "last_read": (7,), "actors": ([], ["bot"])}
"""What a request has, whether a decision is due or not, with which of these values are of its type."""
INCOMPLETE = {
    **{f"without {key}": without(key) for key in FITTING},
    **{
        f"{value!r} for {key}": lambda each, key=key, value=value: each.update({key: value})
        for key, fitting in FITTING.items()
        for value in VALUES
        if not any(value is each or (value == each and type(value) is type(each)) for each in fitting)
    },
}
"""A request that lacks something, or has it of another type."""


def other_action(action):
    return ACTIONS[ACTIONS.index(action) - 1]


def in_state(asked, state):
    made = copy.deepcopy(asked)
    state(made)
    return made


# The naive reading


def is_complete(asked):
    """Whether a request of the right types has a name, and nothing was read after it."""
    return asked["request"] != "" and asked["last_read"] <= asked["time"]


def is_fresh(asked, *, knows_agent):
    """Whether there is a decision for this very request, read condition by condition."""
    decision = asked.get("decision")
    if decision is None or not decision["granted"] or decision["used"]:
        return False
    same = ["request", "credential", "system", "action", *(["agent"] if knows_agent else [])]
    if any(decision[key] != asked[key] for key in same):
        return False
    if knows_agent and set(decision["actors"]) != set(asked["actors"]):
        return False
    age = asked["time"] - decision["time"]
    return 0 <= age <= LONGEST and decision["time"] > asked["last_read"]


class Answers:
    """What is right to answer for one model: verdicts by (credential, system, action) and agent."""

    def __init__(self, snapshot, view="built"):
        reading = Reading(snapshot, view)
        self.verdicts, self.persons = {}, set()
        for agent in reading.acting_agents():
            read = Classification(reading, agent)
            for _, system, action in sorted(n for n in reading.mesh.effective(agent) if n[0] == "access"):
                kind = read.kind(system, action)[0]
                for credential in read.granting(system, action):
                    due = kind == "require" or self._decides(reading, credential, system, action)
                    verdict = "denied" if kind == "deny" else "asked" if due else "free"
                    self.verdicts.setdefault((credential, system, action), {})[agent] = verdict
        for person in reading.mesh.agents - set(reading.acting_agents()):
            read = Classification(reading, person)
            for _, system, action in (n for n in reading.mesh.effective(person) if n[0] == "access"):
                self.persons |= {(each, system, action) for each in read.granting(system, action)}

    @staticmethod
    def _decides(reading, credential, system, action):
        """A checkpoint on the grant step covers it, or the admin by which alone it is granted."""
        granted = reading.mesh.s.grant[credential, system].actions
        wanted = {action} if action in granted else {action, "admin"}
        return any(
            k.step == "grant"
            and (k.from_, k.to) == (credential, system)
            and wanted & set(k.actions or ACTIONS)
            for k in reading.meeting
        )

    def initiator(self, asked):
        verdicts = self.verdicts.get((asked["credential"], asked["system"], asked["action"]), {})
        found = {verdicts.get(actor) for actor in asked["actors"]}
        if not is_complete(asked) or asked["agent"] not in asked["actors"] or not found <= {"free", "asked"}:
            return False
        return found == {"free"} or is_fresh(asked, knows_agent=True)

    def alike(self, key):
        """The verdicts of all who reach it, people among them."""
        return set(self.verdicts.get(key, {}).values()) | ({"free"} if key in self.persons else set())

    def undecided(self):
        return {key for key in self.verdicts if len(self.alike(key)) > 1}

    def target(self, asked):
        key = asked["credential"], asked["system"], asked["action"]
        alike = self.alike(key) if key in self.verdicts else set()
        if alike != {"asked"} or not is_complete(asked):
            return alike == {"free"} and is_complete(asked)
        if not is_fresh(asked, knows_agent=False):
            return False
        agent = asked["decision"]["agent"]
        return agent in self.verdicts[key] and agent in asked["decision"]["actors"]


# The engines


class Said(NamedTuple):
    """Whether an engine permits, and its error; an error is a denial."""

    permits: bool
    error: str = ""


class Texts(NamedTuple):
    """The policies of one model for one side, as they are exported."""

    side: str
    cedar: str
    cedarschema: str
    rego: str
    data: str

    @property
    def package(self):
        return re.search(r"^package (\S+)$", self.rego, re.MULTILINE)[1]

    @property
    def policy(self):
        """What the data have under the name of the package, and nothing beside it."""
        data = json.loads(self.data)
        for part in (*self.package.split("."), "policy"):
            ((name, data),) = data.items()
            assert name == part
        return data

    @property
    def namespace(self):
        return re.match(r"namespace (\S+) ", self.cedarschema)[1]


def texts(snapshot, side, view="built"):
    analysis = analyse(snapshot, view=view)
    forms = ("cedar", "cedarschema", "rego", "rego-data")
    return Texts(side, *(export(analysis, ExportRequest(to, asks=side)).decode() for to in forms))


def cedar_request(asked, side, namespace):
    """As an enforcement point puts it to Cedar; what is no entity or value of Cedar's goes in as it is."""

    def entity(kind, name):
        return {"__entity": {"type": f"{namespace}::{kind}", "id": name}}

    def entities(record):
        made = dict(record)
        for key, kind in (("agent", "Agent"), ("credential", "Credential"), ("system", "System")):
            if key in made:
                made[key] = entity(kind, made[key])
        if isinstance(actors := made.get("actors"), list):
            made["actors"] = [entity("Agent", each) if isinstance(each, str) else each for each in actors]
        return made

    context = entities(asked)
    if "decision" in asked:
        context["decision"] = entities(asked["decision"])
    known = (
        ("agent", "system", "action")
        if side == "initiator"
        else ("agent", "actors", "credential", "system", "action")
    )
    for key in known:
        context.pop(key, None)
    kind, name = ("Agent", asked["agent"]) if side == "initiator" else ("Credential", asked["credential"])
    return {
        "principal": f'{namespace}::{kind}::"{name}"',
        "action": f'{namespace}::Action::"{asked["action"]}"',
        "resource": f'{namespace}::System::"{asked["system"]}"',
        "context": context,
    }


def ask_cedar(made, asked, *, with_schema=True, beside=()):
    """The answers of Cedar to several requests; ``beside`` is loaded into the same engine."""
    loaded = (made, *beside)
    schema = cedarpy.Schema.from_str("".join(each.cedarschema for each in loaded)) if with_schema else None
    policies = cedarpy.PolicySet.from_str("\n".join(each.cedar for each in loaded))
    requests = [cedar_request(each, made.side, made.namespace) for each in asked]
    results = cedarpy.is_authorized_batch(requests, policies, cedarpy.Entities.from_json_str("[]"), schema)
    return [Said(each.allowed, "; ".join(each.diagnostics.errors)) for each in results]


def ask_rego(made, asked, *, beside=()):
    """The answers of a Rego engine to several requests; ``beside`` is loaded into the same engine."""
    engine = regorus.Engine()
    for number, each in enumerate((made, *beside)):
        engine.add_policy(f"{number}.rego", each.rego)
        engine.add_data_json(each.data)
    found = []
    for each in asked:
        hidden = ("agent", "actors") if made.side == "target" else ()
        engine.set_input_json(json.dumps({key: value for key, value in each.items() if key not in hidden}))
        try:
            answer = engine.eval_rule(f"data.{made.package}.allow")
            found.append(Said(answer is True, "" if answer in (True, False) else f"answers {answer}"))
        except RuntimeError as error:
            found.append(Said(permits=False, error=str(error)))
    return found


def is_valid(made):
    """Whether Cedar's strict validation passes."""
    return bool(cedarpy.validate_policies(made.cedar, made.cedarschema))
