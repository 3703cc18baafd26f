"""The key of a model: a credential of who asks it, accepted by the API of its provider."""

import re
from collections.abc import Callable
from typing import Final

from meshmodel.importers.common_systems import CommonSystems
from meshmodel.importers.document import Node
from meshmodel.importers.ledger import Became
from meshmodel.importers.proposal import Proposal
from meshmodel.importers.rule_tables import SHARED
from meshmodel.importers.withheld import is_reference, variable_of
from meshmodel.model.records import Grant, Hold

_SECRET: Final = re.compile(r"\$\{\{\s*(?:secrets|inputs|env|vars)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def name_referred_to(text: str) -> str:
    """The variable or secret that a value stands for; empty where it stands for none."""
    written = _SECRET.fullmatch(text.strip())
    return written[1] if written else variable_of(text, "") if is_reference(text) else ""


def model_key(
    out: Proposal,
    systems: CommonSystems,
    holder: str,
    provider: str,
    node: Node,
    *,
    named: str,
    own: tuple[str, ...],
    keep: Callable[[str, Node], tuple[Became, ...]],
    at: Node,
    host: str = "",
) -> list[Became]:
    """Draw the key of a model: of the variable or secret that it names, else of this model alone.

    Args:
        out: the import.
        systems: draws the API.
        holder: the agent that has it.
        provider: whose model it is.
        node: the key, or what refers to it.
        named: what it is called where it names nothing.
        own: its stable key then.
        keep: draws where it lies, if its value stands there.
        at: where the model stands.
        host: where it is asked, as far as the file says it.
    """
    variable = name_referred_to(node.text)
    row = out.catalogue.variable_named(variable or f"{provider.upper()}_API_KEY")
    key = ("variable", variable) if variable else own
    credential = out.element("credential", key, variable or named, at=node, kind="api-key")
    records: list[Became] = [("credential", credential), out.relate(Hold(holder, credential), at=node)]
    if host and "{" not in host and (row is None or row.zone != host):
        api = systems.model_api(host, host, node)
        records.append(out.relate(Grant(credential, api, ("execute",)), at=node))
    elif row is not None and row.model:
        api = systems.model_api(row.model, row.zone, node)
        records.append(out.relate(Grant(credential, api, ("execute",)), at=node))
    else:
        title = out.title("credential", credential)
        text = f"Which system accepts {title}, for which actions, and how long is it valid?"
        out.ask(("credential", credential), text, SHARED["credential-opens"], at=at)
    if not (variable or is_reference(node.text)):
        records += keep(credential, node)
        out.take(node, SHARED["literal-secret"], *records)
    return records
