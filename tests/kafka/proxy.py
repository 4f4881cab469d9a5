"""A TCP proxy before one broker, which can be slow, break connections, and cut the line as a transaction ends."""
import socket
import struct
import threading
import time

END_TXN = 26


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Proxy:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.lock = threading.Lock()
        self.connections = set()
        self.delay = 0
        self.armed = None  # or whether the end of a transaction is still passed on
        self.is_cut = threading.Event()
        self.ended = False

    def start(self, broker):
        self.broker = broker
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut.is_set():
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.broker), timeout=5)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.connections |= {client, server}
            threading.Thread(target=self.requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answers, args=(server, client), daemon=True).start()

    @staticmethod
    def frame(source):
        data = b""
        while len(data) < 4 or len(data) < 4 + struct.unpack(">i", data[:4])[0]:
            want = 4 if len(data) < 4 else 4 + struct.unpack(">i", data[:4])[0]
            part = source.recv(min(want - len(data), 1 << 16))
            if not part:
                return None
            data += part
        return data

    def requests(self, client, server):
        try:
            while data := self.frame(client):
                with self.lock:
                    forward, hit = self.armed, False
                    if forward is not None and struct.unpack(">h", data[4:6])[0] == END_TXN:
                        self.armed, hit = None, True
                if hit:
                    self.is_cut.set()  # no answer goes back from now on
                    if forward:
                        server.sendall(data)
                        server.shutdown(socket.SHUT_WR)  # the broker reads it, and then the end
                    self.break_connections()
                    return
                server.sendall(data)
        except OSError:
            pass
        self.close(client, server)

    def answers(self, server, client):
        try:
            while data := server.recv(1 << 16):
                if self.delay:
                    time.sleep(self.delay)
                if self.is_cut.is_set():
                    break
                client.sendall(data)
        except OSError:
            pass
        self.close(client, server)

    def close(self, *sockets):
        with self.lock:
            self.connections -= set(sockets)
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def break_connections(self):
        with self.lock:
            sockets = list(self.connections)
        self.close(*sockets)

    def cut_at_end_of_transaction(self, forward):
        with self.lock:
            self.armed = forward

    def wait_cut(self):
        if not self.is_cut.wait(60):
            raise AssertionError("no transaction has ended within 60 s")

    def mend(self):
        self.is_cut.clear()

    def stop(self):
        self.ended = True
        self.listener.close()
        self.break_connections()
