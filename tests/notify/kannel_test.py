"""The real gateway: bearerbox, smsbox and the fake message centre of Debian's kannel, on free ports."""
import re
import shutil
import socket
import subprocess
import urllib.parse
from pathlib import Path

import parts

FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")


def binary(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/lib/kannel/test")
    if not found:
        raise AssertionError(f"{name} is not there: install kannel and kannel-extras (scripts/install)")
    return found


class Kannel:
    """Started in order; each can be killed and started again."""

    def __init__(self, folder, reply=""):
        self.folder = Path(folder)
        self.ports = {name: parts.free_port() for name in ("admin", "box", "smsc", "sendsms")}
        p = self.ports
        (self.folder / "kannel.conf").write_text(f"""group = core
admin-port = {p['admin']}
admin-password = admin
smsbox-port = {p['box']}
box-allow-ip = "127.0.0.1"
log-file = "{self.folder}/bearerbox.log"
log-level = 0
dlr-storage = internal
store-type = spool
store-location = "{self.folder}/spool"

group = smsc
smsc = fake
smsc-id = fake
port = {p['smsc']}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {p['sendsms']}
log-file = "{self.folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = seawall
password = "pass word"
max-messages = 10
concatenation = true

group = sms-service
keyword = default
max-messages = 0
get-url = "{reply}?from=%p&text=%a"
""")
        (self.folder / "spool").mkdir(exist_ok=True)
        self.children, self.files = {}, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms"

    def spawn(self, name, command, out=None):
        file = open(self.folder / (out or f"{name}.out"), "a")
        self.files.append(file)
        self.children[name] = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def listens(self, name):
        def try_it():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.ports[name])) == 0
        parts.wait(f"the port of {name}", try_it)

    def start(self, *names):
        conf = str(self.folder / "kannel.conf")
        for name in names or ("bearerbox", "smsbox", "fakesmsc"):
            if name == "fakesmsc":
                self.listens("smsc")
                # It sends one reply of its own accord; `-m 1` keeps it there to take what comes.
                self.spawn(name, [str(FAKESMSC), "-H", "127.0.0.1", "-r", str(self.ports["smsc"]), "-i", "0.1", "-m", "1",
                                  "13800000005 10690 text nop"], "phone.log")
            else:
                self.spawn(name, [binary(name), "-v", "4", conf])
                self.listens("box" if name == "bearerbox" else "sendsms")
        return self

    def kill(self, *names):
        for name in names:
            self.children[name].kill()
            self.children[name].wait()

    def phone(self):
        path = self.folder / "phone.log"
        return path.read_bytes().decode("latin-1") if path.exists() else ""

    def stop(self):
        for child in reversed(list(self.children.values())):
            if child.poll() is None:
                child.kill()
            child.wait()
        for file in self.files:
            file.close()


class Real(parts.Case):
    def setUp(self):
        super().setUp()
        binary("bearerbox")
        self.kannel = Kannel(self.path)
        self.addCleanup(self.kannel.stop)

    def open(self):
        """The node tells the gateway its own address, which it has only once it listens: a second start knows it."""
        channels = self.kannel_channels(self.kannel.url, "http://127.0.0.1:1")
        node = parts.Node(self.path, channels=channels).start()
        node.load()
        node.known("S3")
        relay = Relay(node)
        self.addCleanup(node.stop)
        self.addCleanup(relay.close)
        node.kill()
        self.kannel_channels(self.kannel.url, f"http://127.0.0.1:{relay.port}")
        node.start()
        return node

    def settled(self, node, case, state, seconds=60):
        parts.wait(f"{case} {state}", lambda: node.states().get(case) == state, seconds)

    def test_chinese_text_arrives_as_it_was_sent_in_the_right_parts_and_is_reported(self):
        self.kannel.start()
        node = self.open()
        node.raise_("A1")
        self.settled(node, "A1", "delivered")
        message, parts_seen = parts.wait("the phone", lambda: decode(self.kannel.phone()))
        self.assertRegex(message, r"^【执法监督】红色预警：城东所A1提请批准逮捕期限，\d+月\d+日.*剩4小时。三日内提请审查批准逮捕。回复\d{4}签收$")
        self.assertEqual(parts_seen, 1 if len(message) <= 70 else 2)

    def test_a_long_message_comes_in_as_many_parts_as_were_counted(self):
        self.kannel.start()
        node = self.open()
        for case in range(5):  # held together, told in one message with a list
            node.raise_(f"A320981202600012{case}", "orange")
        first = parts.wait("the phone", lambda: decode(self.kannel.phone()), 60)
        parts.wait("delivered", lambda: set(node.states().values()) == {"delivered"})
        message, parts_seen = decode(self.kannel.phone())
        self.assertIn("您有5条预警：橙色A3209812026000120提请批准逮捕期限", message)
        self.assertEqual(parts_seen, -(-len(message) // 67))
        self.assertTrue(message.endswith("签收"), first)

    def test_the_gateway_is_killed_and_comes_back(self):
        self.kannel.start()
        node = self.open()
        node.raise_("A1")
        self.settled(node, "A1", "delivered")
        self.kannel.kill("smsbox", "bearerbox", "fakesmsc")
        node.raise_("A2")
        parts.wait("it is tried", lambda: node.states().get("A2") in ("intended", "sending"))
        self.kannel.start("bearerbox", "smsbox", "fakesmsc")
        parts.wait("A2 out", lambda: node.states().get("A2") in ("handed-over", "delivered"), 90)
        self.settled(node, "A2", "delivered", 90)

    def test_a_wrong_password_postpones_with_what_the_gateway_says(self):
        self.kannel.start()
        node = self.open()
        self.file("gateway.password", "wrong\n")
        node.kill()
        node.start()
        node.raise_("A1")
        parts.wait("the refusal is told", lambda: node.inbox() and "403" in node.inbox()[0].get("reason", ""))
        self.assertIn(node.states()["A1"], ("intended", "sending"))
        self.file("gateway.password", "pass word\n")
        node.kill()
        node.start()
        self.settled(node, "A1", "delivered")


class Relay(parts.http.server.ThreadingHTTPServer):
    """Passes the gateway's reports on to the node, whatever port that has now."""
    daemon_threads = True

    def __init__(self, node):
        self.node = node
        super().__init__(("127.0.0.1", 0), RelayHandler)
        parts.threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()


class RelayHandler(parts.http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        try:
            self.server.node.ask("GET", self.path)
        except OSError:
            pass
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def decode(phone):
    """The text and the number of parts of what fakesmsc printed: UCS-2, bytes that are no letters as %XX."""
    found = re.findall(r"[Gg]ot message \d+: <(\S+) (\S+) (?:udh (\S+) data|ucs-2) (.*)>$", phone, re.M)
    text = b"".join(urllib.parse.unquote_to_bytes(data.replace("+", " ")) for _, _, _, data in found)
    return (text.decode("utf-16-be"), len(found)) if found else None


if __name__ == "__main__":
    parts.main()
