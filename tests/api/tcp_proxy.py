"""A TCP proxy between the service and its database that tests can interrupt."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import conninfo_to_dict


class TcpProxy:
    """Forwards loopback connections to a server until `interrupt` is called."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_interrupted = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def interrupt(self) -> None:
        """Closes every connection, and every new one immediately."""
        with self._lock:
            self._is_interrupted = True
            for end in self._sockets:
                _close(end)
            self._sockets.clear()

    def resume(self) -> None:
        self._is_interrupted = False

    def close(self) -> None:
        self.interrupt()
        _close(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._is_interrupted:
                    _close(client)
                    continue
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_forward, args=(source, sink), daemon=True).start()


@contextmanager
def tcp_proxy(database_url: str) -> Iterator[tuple[TcpProxy, str]]:
    """Yields a proxy to the server of this URL, and the URL through the proxy."""
    parts = conninfo_to_dict(database_url)
    proxy = TcpProxy(str(parts["host"]), int(str(parts["port"])))
    try:
        yield proxy, database_url.replace(f":{parts['port']}/", f":{proxy.port}/")
    finally:
        proxy.close()


def _forward(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _close(source)
    _close(sink)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
