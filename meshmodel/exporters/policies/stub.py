"""The policy stub: what each agent may do, where a decision is due, and what to deny.

See ``docs/policy.md#the-policy-stub``.

What ``docs/policy.md#the-policy-stub`` leaves open is read like this:

- An access is reached under a credential whose grant names the action or ``admin``, which implies it: both
  count as grants that end there, as they do for doors in ``docs/semantics.md#paths``.
- ``via`` is how the access is reached at best: ``direct`` before ``own`` before ``deputy``.
- The ``checkpoints`` of an allowed access are those that stand first on every way there: for each start with
  controlled crossings that end there, the ones that count for it on the boundary that it crosses, and on the
  steps that leave its unchecked reach towards that access. Behind them there may be more. The copies of a
  credential in sessions that return values and are limited alike are one.
- ``because`` looks at all crossings that end there: one controlled is enough for ``controlled``.
- The ``credentials`` of a required access are its open doors that are not approved, and ``from`` lists
  the sources of its uncontrolled crossings in the order of their ids, ``home`` among them.
- Tables differ in their system, so those that become one differ in their actions alone; ``reason`` is
  worded for the joined table. Tables stand in the order allow, require, deny, then by system and actions.
- An agent without a home has no ``home``; a model without a name has the empty one. A kind of table
  that an agent has none of is left out.
- The view is that of the analysis given: with ``designed``, planned checkpoints control too.
"""

from typing import Any

import tomli_w

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.policies.facts import EffectiveAccess, PolicyFacts
from meshmodel.exporters.policies.model_names import digest
from meshmodel.exporters.policies.words import PolicyWords
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES

FORMAT = "meshmodel-policy/1"

Table = dict[str, Any]
Key = tuple[str, str]
"""A table without its actions, to find those that are one: its kind, and its fields as text."""


def policy_stub(snapshot: Snapshot, analysis: Analysis) -> str:
    """The policy stub of a model as TOML; equal models give equal text."""
    return tomli_w.dumps(stub_document(snapshot, PolicyFacts(analysis)))


def stub_document(snapshot: Snapshot, facts: PolicyFacts) -> Table:
    """The policy stub as tables, as it is read back."""
    words = PolicyWords(facts)
    content: Table = {
        "format": FORMAT,
        "model": snapshot.about.name or "",
        "model_digest": digest(snapshot),
        "default": "deny",
    }
    mesh = facts.mesh
    agents = [
        _agent(facts, words, number) for number in range(len(mesh.agents)) if not mesh.persons >> number & 1
    ]
    if agents:
        content["agent"] = agents
    return content


def _agent(facts: PolicyFacts, words: PolicyWords, agent: int) -> Table:
    """The table of one agent with all its tables."""
    name = facts.mesh.agents[agent]
    made: Table = {"id": name}
    home = facts.mesh.snapshot.agent[name].home
    if home is not None:
        made["home"] = home
    made["identities"] = facts.identities(agent)
    joined: dict[Key, tuple[Table, list[EffectiveAccess]]] = {}
    for access in facts.accesses(agent):
        kind, table = _table(facts, access)
        joined.setdefault((kind, repr(table)), (table, []))[1].append(access)
    for kind in ("allow", "require", "deny"):
        found = [each for (of, _), each in joined.items() if of == kind]
        if found:
            # Accesses come by system and action; where two tables begin alike the rest decides.
            found.sort(key=lambda each: ([access.node for access in each[1]], repr(each[0])))
            made[kind] = [_finish(words, kind, *each) for each in found]
    return made


def _table(facts: PolicyFacts, access: EffectiveAccess) -> tuple[str, Table]:
    """In which kind of table an access belongs, and that table but for its actions and its reason."""
    begin = {"system": access.system, "actions": []}
    granting = {"credentials": facts.names(facts.granting(access.agent, access.node))}
    via = {"via": facts.via(access)}
    if access.denied:
        return "deny", begin | granting | via | {"enforceable": not facts.others(access)}
    if access.uncontrolled:
        sources = facts.uncontrolled_sources(access)
        return "require", {
            **begin,
            "credentials": facts.names(facts.doors(access)),
            **via,
            "from": sorted(map(facts.source, sources)),
            "severity": SEVERITIES[max(sources.values())],
        }
    because = "controlled" if access.controlled else "approved" if access.approved else "home"
    checkpoints = {"checkpoints": facts.controlling(access)}
    return "allow", begin | granting | via | {"because": because} | checkpoints


def _finish(words: PolicyWords, kind: str, table: Table, accesses: list[EffectiveAccess]) -> Table:
    """A table in the order of ``docs/policy.md#the-policy-stub``, with its actions and its reason."""
    table["actions"] = [ACTIONS[access.action] for access in accesses]
    if kind == "require":
        table |= {"kind": "", "decided_at": "", "freshness": "per-action", "state": "planned"}
        table["reason"] = words.required(accesses[0], table)
    elif kind == "deny":
        table["reason"] = words.denied(accesses[0], table)
    return table
