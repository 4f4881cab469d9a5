"""A TCP proxy before one broker, which can be slow, break connections, cut the line as a transaction ends, and make one
fail of which the broker has written what it could not say."""
import socket
import struct
import threading
import time

PRODUCE, INIT_PRODUCER_ID, END_TXN, TXN_OFFSET_COMMIT = 0, 22, 26, 28


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
        self.failing = None  # or the topic that is written to all the same
        self.begun = self.wrote = False
        self.has_failed = threading.Event()
        self.muted = set()  # clients that are told no more
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

    def fate(self, data):
        """Of a request while a transaction is to fail: whether the broker is given it, and whether its answer comes back."""
        api = struct.unpack(">h", data[4:6])[0]
        with self.lock:
            if self.failing and api == TXN_OFFSET_COMMIT:
                self.begun = True
            if not self.failing or not self.begun or api not in (PRODUCE, INIT_PRODUCER_ID, END_TXN, TXN_OFFSET_COMMIT):
                return True, True
            if api == PRODUCE and self.failing in data:
                self.wrote = True
                return True, False
            if api == INIT_PRODUCER_ID or (api == END_TXN and data[-1] == 0):  # given up, or aborted
                self.failing = None
                self.has_failed.set()
            return (True, True) if api in (INIT_PRODUCER_ID, END_TXN) else (False, False)

    def requests(self, client, server):
        try:
            while data := self.frame(client):
                given, answered = self.fate(data)
                if not given:
                    break
                if not answered:
                    self.muted.add(client)
                    self.close(client)
                    server.sendall(data)
                    server.shutdown(socket.SHUT_WR)
                    return  # answers() hears the broker out
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
                try:
                    client.sendall(data)
                except OSError:
                    if client not in self.muted:  # else the broker must not find the line broken before it has read
                        raise
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

    def fail_transaction(self, topic):
        """Until one has failed: offsets can't be committed, no record arrives but those of a topic, whose answers are lost."""
        with self.lock:
            self.failing, self.begun, self.wrote = topic.encode(), False, False
            self.has_failed.clear()

    def wait_cut(self):
        if not self.is_cut.wait(60):
            raise AssertionError("no transaction has ended within 60 s")

    def mend(self):
        self.is_cut.clear()

    def stop(self):
        self.ended = True
        self.listener.close()
        self.break_connections()
