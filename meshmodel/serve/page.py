"""What a browser is sent: the pages, what they may do, and the files of the terminal that they show."""

import html
import importlib.util
import json
from pathlib import Path
from typing import Final

from meshmodel.app.limits import PASTE_LIMIT
from meshmodel.model.errors import MeshmodelError

_SCRIPT: Final = "textual.js"
FILES: Final = {_SCRIPT: "js/textual.js", "xterm.css": "css/xterm.css"}
"""The files that are served of the package textual-serve, of which nothing else is used."""
OVER: Final = "The host has ended the room. Every edit was saved."
TAKEN_OVER: Final = "This session goes on in another tab."
"""Why a page shows nothing any more, as it says; there is another reason: the person left."""
OUR_SCRIPT: Final = "page.js"
_SENTENCES: Final = {
    "OVER": OVER,
    "FORGOTTEN": "You are no longer in this room. Open its address again, or ask the host for it.",
    "NEW": "Your workbench was started anew.",
    "LOST_TEXT": "Your workbench was started anew. What you typed meanwhile is lost.",
    "TOO_LONG": (
        f"Nothing was pasted: the text has more than {PASTE_LIMIT // 1024} kB. "
        "Paste it in parts, or have the host import it as a file."
    ),
    "NO_CLIPBOARD": "The browser lets this page not read its clipboard: press Ctrl+V.",
    "LEAVES": "Tab leaves the terminal now. Ctrl+M keeps it there again.",
    "STAYS": "Tab stays in the terminal.",
    "PASTE_LIMIT": PASTE_LIMIT,
}
"""What the script of ours says, and the bytes of a paste."""


def script() -> str:
    """The script of ours, after what it is told."""
    told = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in _SENTENCES.items())
    return told + (Path(__file__).parent / OUR_SCRIPT).read_text("utf-8")


_STYLE: Final = (
    "html, body { height: 100%; margin: 0; background: #121212; color: #e0e0e0; font: 16px sans-serif; }"
    "#ended, #wait { height: 100%; display: flex; align-items: center; justify-content: center; }"
    "form { max-width: 24em; margin: 0 auto; padding: 10vh 1em; } h1 { font-size: 1.4em; }"
    "form * { overflow-wrap: anywhere; }"
    "form input { box-sizing: border-box; width: 100%; margin: .3em 0 1em; }"
    "form [role=alert] { color: #ff8a80; }"
    "#wait, noscript { position: fixed; inset: 0; z-index: 4; } body.-drawn #wait { display: none; }"
    "noscript { z-index: 20; padding: 10vh 1em; background: #121212; }"
    "input, button { font: inherit; padding: .6em .8em; } a { color: #8ab4f8; }"
    "#ended { display: none; position: fixed; inset: 0; z-index: 10; background: #121212d0; }"
    "body.-closed #ended { display: flex; }"
    "#said { position: fixed; top: 0; right: 0; z-index: 5; margin: 1em; padding: .5em 1em;"
    " background: #b00020; color: #fff; } #said[hidden] { display: none; }"
    "#lost { display: none; position: fixed; top: 0; left: 0; right: 0; z-index: 5; margin: 0; padding: .5em;"
    " background: #b00020; color: #fff; text-align: center; }"
    "#words:not(:focus), #hint { position: absolute; width: 1px; height: 1px; overflow: hidden; }"
    "#words:focus { position: fixed; inset: 0; z-index: 6; overflow: auto; background: #121212; }"
    "#words { white-space: pre-wrap; }"
    "body.-lost #lost { display: block; } body.-lost #terminal { opacity: .4; }"
)
_ROLES: Final = {
    "edit": "You can edit it. Your name is kept with each of your edits.",
    "watch": "You can look at it and change nothing. The others see your name.",
}
_NO_SCRIPT: Final = (
    "<noscript>This page shows a terminal and needs JavaScript. "
    "Allow it for this address, then reload the page.</noscript>"
)
_HEAD: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>meshmodel</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    f'<link rel="icon" href="data:,"><style>{_STYLE}</style>'
)


def headers(origin: str) -> dict[str, str]:
    """The headers of every answer of a server with that origin."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
        f"connect-src 'self' {web_socket(origin)}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with no-referrer the Origin of the form would be null
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def web_socket(origin: str) -> str:
    """The address of web sockets of an origin."""
    return origin.replace("http", "ws", 1)


def join_page(model: str, host: str, role: str, problem: str = "") -> str:
    """The form that asks for a name.

    Args:
        model: what people call the model.
        host: who shares it.
        role: ``edit`` or ``watch``.
        problem: why the name before was refused; empty where none was.
    """
    said = f'<p role="alert">{html.escape(problem)}</p>' if problem else ""
    return (
        f'{_HEAD}<form method="post"><h1>{html.escape(model)}</h1>'
        f"<p>{html.escape(host)} shares this model with you. {_ROLES[role]}</p>{said}"
        '<label>Your name <input name="name" maxlength="40" autocomplete="name" autofocus required></label>'
        f"<button>Join to {role}</button>{_NO_SCRIPT}</form>"
    )


def terminal_page(origin: str) -> str:
    """The terminal, and what is shown over it once its workbench has ended."""
    address = html.escape(f"{web_socket(origin)}/ws")
    return (
        f'{_HEAD}<link rel="stylesheet" href="/static/xterm.css"><script src="/static/{OUR_SCRIPT}"></script>'
        f'<script src="/static/{_SCRIPT}"></script><div id="ended"><p>'
        '<span id="why">This session has ended.</span> <a id="again" href="/">Join again</a></p></div>'
        f'<p id="wait" role="status">Opening the model…</p>{_NO_SCRIPT}'
        '<p id="said" role="alert" hidden></p>'
        '<p id="lost" role="status">The connection is lost. Trying again… What you type arrives then.</p>'
        '<p id="hint">The terminal shows a drawing: press S in it to have it described here. '
        "Press Ctrl+M in it to leave it with Tab.</p>"
        '<div id="terminal" class="textual-terminal" data-font-size="16" '
        f'data-session-websocket-url="{address}"></div>'
        '<div id="words" role="log" aria-live="polite" aria-label="The drawing in words" tabindex="0"></div>'
    )


def static_folder() -> Path:
    """The folder with the files of the terminal.

    Raises:
        MeshmodelError: the package is not installed.
    """
    found = importlib.util.find_spec("textual_serve")
    folders = [Path(each) / "static" for each in (found and found.submodule_search_locations) or ()]
    for folder in folders:
        if all((folder / each).is_file() for each in FILES.values()):
            return folder
    raise MeshmodelError("meshmodel serve needs the extra “serve”: pip install 'meshmodel[serve]'")
