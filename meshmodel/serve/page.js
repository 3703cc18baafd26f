// What the page does beside the terminal of textual-serve. Before it stand the sentences and numbers of page.py.

const Connection = WebSocket;
const shown = (id) => document.querySelector(id);
const MAY_COME_BACK = [1001, 1006, 1011, 1012]; // gone, lost, failed, restarted: and the server said not why
const LOOK = 1000; // milliseconds between two questions whether the server is there
const SILENCE = 2500; // so long after one, no answer means that the connection is lost: told at most 4 s after it is
const PICTURE = 500; // bytes: more than what sets up the terminal, and less than any picture

// A connection that comes back by itself. What is typed is kept until the server has it, and sent again.
window.WebSocket = class extends EventTarget {
  constructor(address) {
    super();
    Object.assign(this, { address, page: crypto.randomUUID(), typed: [], received: 0, isOver: false });
    this.connect();
    setInterval(() => this.look(), LOOK);
  }
  connect() {
    const line = this.line = new Connection(`${this.address}&page=${this.page}`);
    line.binaryType = "arraybuffer";
    this.isAttached = false;
    this.asked = Date.now();
    line.onopen = () => line === this.line && this.dispatchEvent(new Event("open"));
    line.onmessage = (event) => line === this.line && this.hear(event);
    line.onclose = (event) => line === this.line && this.closed(event);
  }
  look() {
    if (this.isOver) return;
    if (!this.line) this.connect();
    else if (this.asked && Date.now() - this.asked > SILENCE) this.lose();
    else if (!this.asked && this.isAttached) {
      this.asked = Date.now();
      this.line.send('["ping",""]');
    }
  }
  lose() {
    const line = this.line;
    this.line = null;
    line.close();
    document.body.classList.add("-lost");
    fetch("/").then((answer) => answer.status === 403 && this.end(FORGOTTEN), () => {});
  }
  closed(event) {
    if (event.reason || !MAY_COME_BACK.includes(event.code)) this.end(event.reason);
    else this.lose();
  }
  end(why) {
    this.isOver = true;
    document.body.classList.remove("-lost");
    if (why) shown("#why").textContent = why;
    if (why === OVER || why === FORGOTTEN) shown("#again").remove();
    this.dispatchEvent(new Event("close"));
  }
  hear(event) {
    this.asked = 0;
    if (typeof event.data === "string") {
      const [kind, first, second] = JSON.parse(event.data);
      if (kind === "attached") return this.attached(first, second);
      if (kind === "pong") return this.forget(second);
      if (kind === "words") return void (shown("#words").textContent = first);
      if (kind === "paste") return this.paste(first);
    }
    this.dispatchEvent(new MessageEvent("message", { data: event.data }));
    if (event.data.byteLength > PICTURE) document.body.classList.add("-drawn");
  }
  async paste(copied) { // what the program has copied, where the browser lets nobody read its clipboard
    const read = navigator.clipboard ? navigator.clipboard.readText() : Promise.reject();
    const text = (await read.catch(() => copied)).replace(/\x1b/g, "").replace(/\r?\n/g, "\r");
    if (!text) say(NO_CLIPBOARD);
    else if (new TextEncoder().encode(text).length > PASTE_LIMIT) say(TOO_LONG);
    else this.send(JSON.stringify(["stdin", `\x1b[200~${text}\x1b[201~`]));
  }
  attached(received, isNew) {
    if (isNew && this.wasAttached) {
      say(this.typed.length ? LOST_TEXT : NEW);
      Object.assign(this, { typed: [], received: 0 });
    }
    this.forget(received);
    this.isAttached = this.wasAttached = true;
    document.body.classList.remove("-lost");
    this.typed.forEach((each) => this.line.send(each));
  }
  forget(received) {
    this.typed.splice(0, received - this.received);
    this.received = received;
  }
  send(text) {
    if (text.startsWith('["stdin"')) {
      this.typed.push(text);
      if (this.isAttached && this.line) this.line.send(text);
    } else if (this.line && this.line.readyState === 1) this.line.send(text);
  }
};

// A sentence over the terminal, for some seconds.
function say(text) {
  const said = shown("#said");
  said.textContent = text;
  said.hidden = false;
  setTimeout(() => { said.hidden = true; }, 8000);
}

// Keys go to the terminal without a click, once it is connected.
addEventListener("load", () => new MutationObserver((changes, observer) => {
  if (document.body.classList.contains("-loaded")) {
    observer.disconnect();
    shown("#terminal textarea").focus();
  }
}).observe(document.body, { attributes: true }));

// Keys of the browser are no keys of the terminal: Ctrl+V pastes, Ctrl+R and F5 reload, Alt+D goes to the address.
addEventListener("keydown", (event) => {
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : "";
  const isControl = event.ctrlKey && !event.altKey && !event.metaKey && "vr".includes(letter || "-");
  const isAlt = event.altKey && !event.ctrlKey && letter;
  if (isControl || isAlt || ["F5", "F11", "F12"].includes(event.key)) event.stopImmediatePropagation();
}, true);

// Tab is a key of the terminal, unless Ctrl+M has said that it leaves it.
let leaves = false;
addEventListener("keydown", (event) => {
  const isSwitch = event.ctrlKey && event.key.toLowerCase() === "m";
  if (isSwitch) say((leaves = !leaves) ? LEAVES : STAYS);
  if (isSwitch || (leaves && event.key === "Tab")) event.stopImmediatePropagation();
}, true);

// A right click on the terminal opens the menu of the program alone; with Shift, that of the browser.
addEventListener("contextmenu", (event) => {
  if (!event.shiftKey && event.target.closest("#terminal")) event.preventDefault();
}, true);

// A text that is too long is refused before it is sent.
addEventListener("paste", (event) => {
  const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
  shown("#said").hidden = true;
  if (new TextEncoder().encode(text).length <= PASTE_LIMIT) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  say(TOO_LONG);
}, true);
