"""A web process that says who it is, and dies in the middle of a request that names it.

python -m tests.servers.upstream PORT
GET or POST /             → its port
GET or POST /dies/PORT    → the process of that port ends without an answer; any other answers with its own
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(sys.argv[1])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == f"/dies/{PORT}":
            os._exit(1)
        said = f"{PORT} {self.command} {len(body)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_GET  # noqa: N815 (what http.server looks for)

    def log_message(self, *_: object) -> None:
        print(self.command, self.path, flush=True)


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
