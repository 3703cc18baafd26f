"""MCP servers of kagent, and the workloads that answer at their addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from meshmodel.importers.document import Node
from meshmodel.importers.forms.kubernetes_cluster import Cluster, Manifest
from meshmodel.importers.forms.kubernetes_rules import REACHES, SERVER
from meshmodel.importers.withheld import host_of, is_reference

SERVER_KINDS: Final = ("RemoteMCPServer", "ToolServer", "MCPServer")
_BACKED: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "ReplicationController")

Acting = tuple[str, tuple[str, ...]]
"""An agent and its stable key."""


@dataclass(frozen=True, slots=True)
class Server:
    """An MCP server.

    Attributes:
        name: what it is called.
        agents: who acts there.
        said: the objects that say so.
        system: the system with its address, if it has one.
        credentials: what it is sent.
    """

    name: str
    agents: tuple[Acting, ...]
    said: tuple[Node, ...] = ()
    system: str | None = None
    credentials: tuple[str, ...] = ()


class Servers:
    """Draws servers, each once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._out = cluster.out
        self._servers: dict[tuple[str, str, str], Server] = {}

    def find(self, kind: str, namespace: str, name: str, at: Node) -> Server:
        """A server by its kind (empty: any), namespace and name, also one that is not in the files."""
        kinds = (kind,) if kind else SERVER_KINDS
        found = [each for known in kinds for each in self._cluster.find(known, namespace, name)]
        kind = found[0].kind if found else kind or "ToolServer"
        key = (kind, namespace, name)
        if key not in self._servers:
            self._servers[key] = self._new_server(key, found[0] if found else None, at)
        return self._servers[key]

    def _new_server(self, key: tuple[str, str, str], declared: Manifest | None, at: Node) -> Server:
        kind, space, name = key
        cluster, out = self._cluster, self._out
        if kind == "Service":
            behind, said = self._behind(space, name)
            return Server(name, behind or (self._service(key, at, space, None),), said)
        if declared is None:
            return Server(name, (self._service(key, at, space, None),))
        address = next((node for node in _addresses(declared.spec) if node.text), None)
        if address is None:
            acting = self._service(key, declared.node, space, None)
            for part in ("deployment", "config"):
                cluster.give(declared.spec[part], space, name, acting[0])
            account = declared.spec.get("deployment", "serviceAccountName")
            if account.text:
                given = cluster.run_as(acting[0], space, account.text, account)
                out.take(account, SERVER, ("agent", acting[0]), *given)
            return Server(name, (acting,), (declared.node,))
        credentials = tuple(cluster.give(declared.spec, space, name, None))
        host = host_of(address.text)
        service, where = self._in_cluster(host, space)
        zone = cluster.zone(where, declared.node) if service else None
        if not service and host and not is_reference(host):
            zone = out.element("zone", ("host", host), host, at=declared.node, environment="external")
        system = out.element("system", key, name, at=declared.node, kind="mcp-server", zone=zone)
        behind, said = self._behind(where, service)
        actors = behind or (self._service(key, declared.node, "", system, zone),)
        return Server(name, actors, (declared.node, *said), system, credentials)

    def _service(
        self, key: tuple[str, str, str], at: Node, namespace: str, system: str | None, zone: str | None = None
    ) -> Acting:
        """A service that runs on the system, else in the namespace; what it reaches is asked."""
        name = f"{key[2]} service" if system else key[2]
        home = zone if system else self._cluster.zone(namespace, at)
        made = self._out.element(
            "agent", key, name, at=at, kind="service", home=home,
            runs_on=system or self._cluster.api(namespace, at),
        )  # fmt: skip
        text = f"What does the MCP server {key[2]} reach, and with which credentials?"
        self._out.ask(("agent", made), text, REACHES, at=at.parent or at if at.is_leaf else at)
        return made, key

    def _in_cluster(self, host: str, namespace: str) -> tuple[str, str]:
        """The Service and the namespace that a host of the cluster stands for; empty: it is outside."""
        parts = host.removesuffix(".").split(".")
        if len(parts) == 1 and host and host != "localhost":
            return host, namespace
        is_local = parts[2:] in (["svc"], ["svc", "cluster", "local"])
        if is_local or (len(parts) == 2 and parts[1] in self._cluster.namespaces):
            return parts[0], parts[1]
        return "", ""

    def _behind(self, namespace: str, name: str) -> tuple[tuple[Acting, ...], tuple[Node, ...]]:
        """The workloads whose pods a Service selects, and the objects that say so."""
        found: dict[str, tuple[str, ...]] = {}
        said: dict[str, Node] = {}
        for service in self._cluster.find("Service", namespace, name) if name else ():
            selector = {key: node.text for key, node in service.spec["selector"].items()}
            for each in self._cluster.of_kind(*_BACKED) if selector else ():
                self._cluster.spend(service.node)
                pods = each.node if each.kind == "Pod" else each.spec["template"]
                labels = pods.get("metadata", "labels")
                if each.namespace == namespace and all(
                    labels[at].text == text for at, text in selector.items()
                ):
                    found[self._cluster.workload(each)] = (each.kind, each.namespace, each.name)
                    said |= {at.source: at for at in (service.node, each.node)}
        return tuple(found.items()), tuple(said.values())


def _addresses(spec: Node) -> Iterator[Node]:
    yield spec["url"]
    for transport in ("streamableHttp", "sse"):
        yield spec.get("config", transport, "url")
