"""nginx in front of the processes that its Need names: it shares requests out, and sees when one of them is away."""

import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from minigram.lab.servers.native import Native
from minigram.lab.servers.ports import HOST, free_ports
from minigram.lab.servers.server import Recipe, Server
from minigram.lab.servers.software import Software

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    {temporary}
    # What the lab counts: who was asked, with what result, and how long it took to reach each (-: not reached).
    log_format shares '$status|$request_method|$upstream_addr|$upstream_status|$upstream_connect_time';
    access_log {folder}/access.log shares;

    upstream web {{
        zone web 64k;
{servers}
    }}

    server {{
        listen {host}:{port} backlog=1024;
        client_max_body_size 100m;  # how much is too much is for the app to say; this is for the disk
        location / {{
            proxy_pass http://web;
            proxy_set_header Host $http_host;
            {directives}
        }}
        error_page 502 504 =503 @away;
        location @away {{
            default_type text/plain;
            add_header Retry-After 2 always;
            return 503 "The app does not answer now. Wait a few seconds, and see whether what you did is there.\\n";
        }}
    }}

    server {{  # for the lab alone
        listen {host}:{admin_port};
        access_log off;
        location = /status {{ stub_status; }}
        location = /shares {{ alias {folder}/access.log; }}
    }}
}}
"""


PROCESSES = {"max_fails": "1", "fail_timeout": "2s"}
"""So many failures within the time take a process out for as long: the health check is the traffic itself."""

DIRECTIVES = {
    "proxy_connect_timeout": "1s",
    "proxy_read_timeout": "7s",  # the app says within five seconds that a database does not answer
    # To another web server if one cannot be reached, or ends the conversation without an answer. What must not be done
    # twice (POST) goes to another one only if the first has not been sent any of it.
    "proxy_next_upstream": "error timeout",
}


class Nginx(Server):
    """The settings of its Need take the place of those of PROCESSES; one that is called proxy_… is a directive."""

    software = Software(programs=("nginx",), debian="nginx", homebrew="nginx", version="-v")
    image = "nginx:1"

    def native(self, box: Native) -> list[str]:
        """Everything that it writes lies in its own directory."""
        configuration = self.home / "nginx.conf"
        configuration.write_text(self._configuration(self.home))
        box.give(configuration)
        return [box.found["nginx"], "-p", str(self.home), "-e", "stderr", "-c", str(configuration)]

    def docker(self) -> Recipe:
        """The same configuration, written inside before it starts."""
        start = 'printf %s "$CONFIGURATION" > /tmp/nginx.conf && exec nginx -e stderr -c /tmp/nginx.conf'
        return Recipe(["sh", "-c", start], {"CONFIGURATION": self._configuration(Path("/tmp"))}, on_host=True)

    @property
    def url(self) -> str:
        """Where people go."""
        return f"http://{HOST}:{self.port}"

    @property
    def admin_url(self) -> str:
        """Where the lab asks: /status, and /shares, a line for each request."""
        return f"http://{HOST}:{self._admin_port}"

    def answer(self) -> str:
        """Its version."""
        with urllib.request.urlopen(f"{self.admin_url}/status", timeout=5) as answer:
            return str(answer.headers["Server"]).removeprefix("nginx/")

    def _configuration(self, folder: Path) -> str:
        self._admin_port = free_ports(1)[0]
        directives = {name: value for name, value in self.need.settings.items() if name.startswith("proxy_")}
        settings = {name: value for name, value in self.need.settings.items() if name not in directives}
        options = " ".join(f"{name}={value}" for name, value in (PROCESSES | settings).items())
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        return CONFIGURATION.format(
            folder=folder,
            host=HOST,
            port=self.port,
            admin_port=self._admin_port,
            temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds),
            directives="\n            ".join(f"{name} {value};" for name, value in (DIRECTIVES | directives).items()),
            servers="\n".join(f"        server {urlsplit(p.url).netloc} {options};" for p in self.behind.values()),
        )
