"""Requests to policy engines, what the engines say, and what a naive reading of section 12 says.

A request is a dictionary: agent (the first behind it), actors (all of them), credential, system, action,
request (its name), time, last_read, decision. A target knows no agent and no actors.
"""

import copy
import json
from typing import NamedTuple

import cedarpy
import regorus

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.export import ExportOptions, export
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
        each.pop("last_read")
        if last_read is not None:
            each["last_read"] = NOW - last_read

    return change


STATES = {
    "fresh": lambda each: None,
    "nothing was read": without("last_read"),
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
    "no time": without("time"),
    "no name": without("request"),
    "no name anywhere": lambda each: (each.pop("request"), each["decision"].pop("request")),
    "null for a name": changed(request=None),
    "null for the last read": lambda each: each.update(last_read=None),
    "a decision without its use": lambda each: each["decision"].pop("used"),
    "a decision without its time": lambda each: each["decision"].pop("time"),
    "null for the time of a decision": decided(time=None),
    "words for the time of a decision": decided(time="soon"),
    "words for a truth": decided(granted="true"),
}
"""What no enforcement point may send: an engine must not permit it, and an error is a denial that shows."""


def other_action(action):
    return ACTIONS[ACTIONS.index(action) - 1]


def in_state(asked, state):
    made = copy.deepcopy(asked)
    state(made)
    return made


# The naive reading


def is_fresh(asked, *, knows_agent):
    """Whether there is a decision for this very request, read condition by condition."""
    decision = asked.get("decision")
    if decision is None or not decision["granted"] or decision["used"] or not asked["request"]:
        return False
    same = ["request", "credential", "system", "action", *(["agent", "actors"] if knows_agent else [])]
    if any(decision[key] != asked[key] for key in same):
        return False
    age = asked["time"] - decision["time"]
    return 0 <= age <= LONGEST and decision["time"] > asked.get("last_read", -1)


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
        if asked["agent"] not in asked["actors"] or not found <= {"free", "asked"}:
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
        if alike != {"asked"}:
            return alike == {"free"}
        return is_fresh(asked, knows_agent=False) and asked["decision"]["agent"] in self.verdicts[key]


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


def texts(snapshot, side, view="built"):
    analysis = analyse(snapshot, view=view)
    forms = ("cedar", "cedarschema", "rego", "rego-data")
    return Texts(side, *(export(snapshot, analysis, ExportOptions(to, side=side)).decode() for to in forms))


def cedar_request(asked, side):
    """As an enforcement point puts it to Cedar; what is no entity or value of Cedar's goes in as it is."""

    def entity(kind, name):
        return {"__entity": {"type": kind, "id": name}}

    def entities(record):
        made = dict(record)
        for key, kind in (("agent", "Agent"), ("credential", "Credential"), ("system", "System")):
            if key in made:
                made[key] = entity(kind, made[key])
        return made | {"actors": [entity("Agent", each) for each in record["actors"]]}

    context = entities(asked)
    if "decision" in asked:
        context["decision"] = entities(asked["decision"])
    known = (
        ("agent", "system", "action")
        if side == "initiator"
        else ("agent", "actors", "credential", "system", "action")
    )
    for key in known:
        context.pop(key)
    kind, name = ("Agent", asked["agent"]) if side == "initiator" else ("Credential", asked["credential"])
    return {
        "principal": f'{kind}::"{name}"',
        "action": f'Action::"{asked["action"]}"',
        "resource": f'System::"{asked["system"]}"',
        "context": context,
    }


def ask_cedar(made, asked, *, with_schema=True):
    """The answers of Cedar to several requests."""
    schema = cedarpy.Schema.from_str(made.cedarschema) if with_schema else None
    policies, entities = cedarpy.PolicySet.from_str(made.cedar), cedarpy.Entities.from_json_str("[]")
    results = cedarpy.is_authorized_batch(
        [cedar_request(each, made.side) for each in asked], policies, entities, schema
    )
    return [Said(each.allowed, "; ".join(each.diagnostics.errors)) for each in results]


def ask_rego(made, asked):
    """The answers of a Rego engine to several requests."""
    engine = regorus.Engine()
    engine.add_policy("policy.rego", made.rego)
    engine.add_data_json(made.data)
    found = []
    for each in asked:
        hidden = ("agent", "actors") if made.side == "target" else ()
        engine.set_input_json(json.dumps({key: value for key, value in each.items() if key not in hidden}))
        try:
            answer = engine.eval_rule("data.meshmodel.authz.allow")
            found.append(Said(answer is True, "" if answer in (True, False) else f"answers {answer}"))
        except RuntimeError as error:
            found.append(Said(permits=False, error=str(error)))
    return found


def is_valid(made):
    """Whether Cedar's strict validation passes."""
    return bool(cedarpy.validate_policies(made.cedar, made.cedarschema))
