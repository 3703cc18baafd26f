"""The formats that are one text of the whole model, for other programs, with what writes them."""

from collections.abc import Callable, Mapping
from typing import Final

from meshmodel.analysis.analysis import Analysis
from meshmodel.exporters.graphs.mermaid import mermaid
from meshmodel.exporters.graphs.network import graphml, node_link
from meshmodel.exporters.graphs.opengraph import extension, payload
from meshmodel.exporters.tickets import tickets_csv, tickets_json

TEXTS: Final[Mapping[str, Callable[[Analysis], str]]] = {
    "mermaid": mermaid,
    "graphml": graphml,
    "node-link": node_link,
    "opengraph": payload,
    "opengraph-schema": lambda _: extension(),
    "tickets": tickets_csv,
    "tickets-json": tickets_json,
}
