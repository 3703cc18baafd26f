"""``meshmodel serve``: one model for a room of people, in their browsers."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import NAMED, Subparsers
from meshmodel.commands.output import say
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    import socket
    import ssl

    from meshmodel.serve.server import Address

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8612
_LOCAL: Final = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "serve",
        help="let several people work on one model in their browsers",
        description=(
            "Serve one model to the browsers of several people. It listens on this machine alone, and prints "
            "an address for those who edit and one for those who watch; Ctrl+C ends it."
        ),
    )
    parser.add_argument("model", type=Source.parse, metavar="MODEL", help=NAMED)
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"the port to listen on ({PORT})")
    parser.add_argument("--guests", type=int, default=20, metavar="N", help="how many may be there (20)")
    parser.add_argument(
        "--listen", metavar="ADDRESS", help="another address of this machine; needs --cert and --key"
    )
    parser.add_argument("--cert", type=Path, metavar="FILE", help="its certificate, for https")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the private key of that")
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help="how browsers call it behind a proxy, such as https://mesh.example",
    )
    parser.add_argument(
        "--keep-links",
        action="store_true",
        help="print the addresses of the last start with this option, and know who was in",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl+C."""
    if sys.platform == "win32":
        raise MeshmodelError("meshmodel serve needs terminals of Unix: run it in WSL")
    try:
        from meshmodel.serve import page, server
        from meshmodel.serve.links import Links
    except ModuleNotFoundError as missing:
        raise MeshmodelError(
            f"meshmodel serve needs {missing.name}: pip install 'meshmodel[serve]'"
        ) from None
    from meshmodel.store.load import load

    page.static_folder()
    source: Source = arguments.model.absolute()
    title = load(source).about.name or one_line(source.name)
    if arguments.guests < 1:
        raise MeshmodelError("--guests: at least 1")
    address = _address(arguments)
    with _bind(address.host, address.port) as listening:
        server.serve(
            source,
            listening,
            address,
            _say,
            most=arguments.guests,
            title=title,
            host=_host(),
            links=Links(source, keep=arguments.keep_links),
        )
    return 0


def _host() -> str:
    """By which name people know who shares the model: that of the account."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return "The host"


def _say(text: str) -> None:
    """A line, at once: who waits for it may read it through a pipe."""
    say(text)
    sys.stdout.flush()


def _address(arguments: argparse.Namespace) -> "Address":
    """Where to listen, and how browsers call that.

    Raises:
        MeshmodelError: the options contradict each other.
    """
    from meshmodel.serve.server import Address

    host: str = arguments.listen or LOOPBACK
    port: int = arguments.port
    if not 0 < port < 65536:
        raise MeshmodelError("--port: a number from 1 to 65535")
    if (arguments.cert is None) != (arguments.key is None):
        raise MeshmodelError("--cert and --key go together")
    if arguments.listen is not None and arguments.cert is None:
        raise MeshmodelError(
            "--listen: needs --cert FILE and --key FILE, else others in the network read along; "
            "or leave it out, and let a proxy with a certificate pass on to this machine (--public-url)"
        )
    tls = None if arguments.cert is None else _tls(arguments.cert, arguments.key)
    if arguments.public_url is not None:
        origin = _origin(arguments.public_url)
        if origin.startswith("http:") and not _LOCAL.fullmatch(origin):
            raise MeshmodelError(
                f"--public-url {one_line(origin)}: needs https, else others in the network read along"
            )
        return Address(host, port, origin, tls)
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # refused here
        raise MeshmodelError(f"--listen {host}: say with --public-url how browsers call it")
    name = f"[{host}]" if ":" in host else host
    return Address(host, port, _origin(f"{'https' if tls else 'http'}://{name}:{port}"), tls)


def _bind(host: str, port: int) -> "socket.socket":
    """A socket that listens there and nowhere else; raises MeshmodelError where it cannot."""
    import socket

    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise MeshmodelError(f"{host} port {port}: {why}; choose another with --port or --listen") from None


def _tls(certificate: Path, key: Path) -> "ssl.SSLContext":
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        why = (error.strerror or str(error)).lower()
        raise MeshmodelError(f"{one_line(certificate)} with {one_line(key)}: no certificate: {why}") from None
    return context


def _origin(url: str) -> str:
    """Scheme, name and port of an address as browsers send them: the usual port is left out."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MeshmodelError(
            f"--public-url {one_line(url)}: no address, such as https://mesh.example"
        ) from None
    is_whole = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_whole:
        raise MeshmodelError(f"--public-url {one_line(url)}: no address, such as https://mesh.example")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{name}" + ("" if port in {None, usual} else f":{port}")
