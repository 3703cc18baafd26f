"""A served model by https: with a certificate of its own, and behind a proxy that has one."""

import asyncio
import http.client
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.commands.running import MODELS, refused
from tests.serve.room import UPGRADE, Browser, serving

pytestmark = pytest.mark.slow


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate that an address signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mesh")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


async def test_with_a_certificate_it_listens_on_another_address_by_https_alone(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "127.0.0.2")
    options = "--listen", "127.0.0.2", "--cert", str(cert), "--key", str(key)
    with serving(tmp_path, "support-agent", *options) as room:
        origin = f"https://127.0.0.2:{room.port}"
        assert room.links["edit"] == f"{origin}/join/{room.token('edit')}"
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(room.ask, "/")  # 127.0.0.1
        plain = http.client.HTTPConnection("127.0.0.2", room.port, timeout=10)
        with pytest.raises((OSError, http.client.HTTPException)):
            await asyncio.to_thread(lambda: (plain.request("GET", "/"), plain.getresponse()))
        trusting = ssl.create_default_context(cafile=cert)
        jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trusting), cookie_jar=jar, headers={"Origin": origin}
        ) as session:
            async with session.post(room.links["edit"], data={"name": "Ada"}) as joined:
                assert joined.status == 200
                assert "Secure" in joined.history[0].headers["Set-Cookie"]
                policy = joined.headers["Content-Security-Policy"]
                assert f"connect-src 'self' wss://127.0.0.2:{room.port};" in policy
            async with session.ws_connect(f"{origin}/ws?width=120&height=40") as socket:
                browser = Browser(socket, 120, 40)
                await browser.shows("Support agent")
                await socket.close()
                await browser.closed()


def test_behind_a_proxy_it_answers_to_the_name_of_that_alone(tmp_path: Path) -> None:
    with serving(tmp_path, "support-agent", "--public-url", "https://mesh.example") as room:
        proxied = {"Host": "mesh.example", "Origin": "https://mesh.example"}
        assert room.links["watch"] == f"https://mesh.example/join/{room.token('watch')}"
        path = f"/join/{room.token('watch')}"
        assert room.ask(path).status == 403, "by its own address"
        assert room.ask(path, "POST", "name=Bo", Origin=room.origin, Host="mesh.example").status == 403
        joined = room.ask(path, "POST", "name=Bo", **proxied)
        assert joined.status == 303
        cookie = joined.headers["Set-Cookie"]
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
        given = proxied | {"Cookie": cookie.partition(";")[0]}
        page = room.ask("/", **given)
        assert 'data-session-websocket-url="wss://mesh.example/ws"' in page.body.decode()
        upgrade = {name.replace("-", "_"): text for name, text in UPGRADE.items()}
        assert room.ask("/ws", **upgrade, **given).status == 101


@pytest.mark.parametrize(
    "url",
    ["mesh.example", "http://mesh.example", "https://", "https://mesh.example/x", "https://a:b@mesh.example"],
)
def test_an_address_that_browsers_cannot_use_safely_is_refused(url: str) -> None:
    assert refused("serve", MODELS / "support-agent.toml", "--public-url", url).startswith("--public-url ")
